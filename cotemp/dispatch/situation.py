"""What is true at the moment in which it is decided about a DO, besides the DO and the policy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..consent import Approved, Held, Refused, Situation, decide
from ..errors import UnknownRun
from ..messages.do import Do, Flags
from ..messages.grant import Approval
from ..messages.policy import OldPolicy, Policy
from ..names import is_run_id
from ..pastes.chats import outdated
from ..places import Places, SessionPlaces, own_config_file
from ..repos import existing, forbidden, unseen
from ..store.ledger import Ledger, Parent
from ..times import local_now
from .desk import Desk

__all__ = ["Decided", "Target", "decided", "outdated_by", "parent_of", "retry_of", "target_of"]

Decided = Approved | Held | Refused


@dataclass(frozen=True, slots=True)
class Target:
    """The folder that a DO is about: a real path, None where there is none of that name here. `forbidden`
    says why it may never be written (empty: it may), `unseen` why a DO that only reads does not see it."""

    repo: Path | None = None
    forbidden: str = ""
    unseen: str = ""

    def hidden_from(self, consent: Flags) -> str:
        """Why a DO with this consent does not see it, behind walls; empty when it does, or there is none."""
        return self.forbidden or ("" if consent.writes else self.unseen)


def target_of(desk: Desk, session: SessionPlaces, do: Do) -> Target:
    """What `do`, which came to `session`, is about."""
    repo = existing(do.repo.path)
    if repo is None:
        return Target()
    places, policy = desk.places, desk.config.policy_of(session.id)
    never = forbidden(repo, home=places.home, state=places.state.parent, config=own_config_file().parent)
    granted = [grant.repo for grant in desk.ledger.grants(local_now()) if grant.repo]
    return Target(repo, never, unseen(repo, (*policy.repos, *policy.read, *granted)))


def decided(
    desk: Desk, session: SessionPlaces, do_file: str, do: Do, target: Target, yes: Approval | None = None
) -> Decided:
    """Whether the DO, which came as `do_file`, may run now; `yes` is a human's approval of it, if there is one."""
    parent = parent_of(desk.ledger, session.id, do_file, do)
    now, policy = local_now(), desk.config.policy_of(session.id)
    situation = Situation(
        session=session.id,
        now=now,
        enforced=desk.enforcer is not None,
        repo=target.repo,
        forbidden=target.forbidden,
        ceiling=parent.ceiling if parent else None,
        approval=yes,
        outdated=outdated_by(desk.places, session.id, policy),
    )
    return decide(do, policy, desk.ledger.grants(now), situation)


def outdated_by(places: Places, session: str, policy: Policy) -> str:
    """In which way the chat of a session is on old policy, where `policy` asks for that; empty: it is not."""
    return outdated(places, session) if policy.old_policy is OldPolicy.HOLD else ""


def parent_of(ledger: Ledger, session: str, do_file: str, do: Do) -> Parent | None:
    """The run that dropped this DO, or the one that it repeats; None when a human did.

    What `retry_of` in a header says may be a lie, but it can only take consent away.
    """
    parent = ledger.parent_of(session, do_file, do.sha256)
    again = retry_of(do)
    if parent or not again:
        return parent
    try:
        before = ledger.find(again)
    except UnknownRun:
        return None
    return ledger.parent_of(before.session, before.do_file, before.sha256)


def retry_of(do: Do) -> str | None:
    """The run that a retried DO names in its header."""
    named = do.extras.get("retry_of")
    return named if isinstance(named, str) and is_run_id(named) else None
