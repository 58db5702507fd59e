"""What a DO may do: what its header asks for, at most what the owner of this machine allows. Pure.

    never ................................. refused, whatever anybody approves
    allow, or a grant covers it ........... runs
    ask, or above what its parent had ..... held, until a human approves this one
    its chat is on old policy ............. held or run, as the policy says
    nothing enforces it ................... held, refused or run, as the policy says

A DO gets all that it asks for or does not run: half of its rights would let it fail half way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from .messages.do import FLAGS, Do, Flags
from .messages.grant import Approval, Grant
from .messages.policy import OldPolicy, Policy, Rule, Unenforced
from .repos import is_below

__all__ = ["Approved", "Held", "Refused", "Situation", "decide"]

_MAKER = object()


@dataclass(frozen=True, slots=True)
class Situation:
    """What is true now, besides the DO and the policy.

    `enforced`: something that proved itself on this machine will hold the DO to its consent. `repo` is a real
    path, None where the DO is about no folder of this machine; `forbidden` says why it may never be written
    (empty: it may). `ceiling` is what the run that dropped this DO was allowed, None when no run dropped it.
    `outdated` says in which way the session's chat is on old policy (empty: it is not).
    """

    session: str
    now: datetime
    enforced: bool
    repo: Path | None = None
    forbidden: str = ""
    ceiling: Flags | None = None
    approval: Approval | None = None
    outdated: str = ""


@dataclass(frozen=True)
class Approved:
    """A DO that may run: bound to its bytes by `do.sha256`, limited by `consent`.

    Only `decide` can make one, so whoever holds one knows that the question was asked. `rule` says what let
    it run, `approval` and `by` whose yes that took.
    """

    do: Do
    consent: Flags
    rule: str
    approval: str | None = None
    by: str | None = None
    maker: object = None

    def __post_init__(self) -> None:
        if self.maker is not _MAKER:
            raise TypeError("only consent.decide makes an Approved")


@dataclass(frozen=True, slots=True)
class Held:
    """A DO that waits for a human; `consent` is what it would get. `reasons` are sentences, at least one."""

    do: Do
    consent: Flags
    rule: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A DO that may not run here, whoever approves it."""

    do: Do
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Doubt:
    """One reason to ask a human, and the rule that it comes from."""

    rule: str
    reason: str


def decide(do: Do, policy: Policy, grants: Sequence[Grant], situation: Situation) -> Approved | Held | Refused:
    """Whether `do` runs, waits for a human, or is refused."""
    no = next(_refusals(do, policy, situation), None)
    if no:
        return Refused(do, no.rule, no.reason)
    fitting = [grant for grant in grants if _covers(grant, situation)]
    doubts = list(_doubts(do, policy, fitting, situation))
    if not doubts:
        return Approved(do, do.consent, _rule(do, policy, fitting, situation), maker=_MAKER)
    yes = situation.approval
    if yes and yes.holds_for(do.sha256, do.consent, situation.now) and yes.enforced <= situation.enforced:
        return Approved(do, do.consent, f"approval {yes.id}", yes.id, yes.by, _MAKER)
    return Held(do, do.consent, doubts[0].rule, tuple(doubt.reason for doubt in doubts))


def _covers(grant: Grant, situation: Situation) -> bool:
    """Whether the grant is about such a DO, and has not expired."""
    if grant.until is not None and situation.now >= grant.until:
        return False
    if grant.session is not None and grant.session.casefold() != situation.session.casefold():
        return False
    return grant.repo is None or (situation.repo is not None and is_below(situation.repo, [grant.repo]))


def _refusals(do: Do, policy: Policy, situation: Situation) -> Iterator[_Doubt]:
    for flag in _asked(do):
        if getattr(policy, flag) is Rule.NEVER:
            yield _Doubt(f"policy.{flag}=never", f"it asks for {_named(flag)}, which the policy never allows")
    if do.consent.writes and situation.forbidden:
        yield _Doubt("repo", f"it wants to write {situation.repo}: {situation.forbidden}")
    if not situation.enforced and policy.unenforced is Unenforced.REFUSE:
        yield _Doubt("policy.unenforced=refuse", "nothing on this machine can hold it to its consent")


def _doubts(do: Do, policy: Policy, grants: Sequence[Grant], situation: Situation) -> Iterator[_Doubt]:
    """Why a human has to be asked; nothing: it may run."""
    if situation.ceiling is not None:
        above = do.consent.exceeding(situation.ceiling)
        if above:
            what = " and ".join(map(_named, above))
            yield _Doubt("parent", f"the run that dropped it was not allowed {what}, so it may not pass that on")
    for flag in _asked(do):
        if getattr(policy, flag) is Rule.ASK and not any(getattr(grant.consent, flag) for grant in grants):
            yield _Doubt(f"policy.{flag}=ask", f"it asks for {_named(flag)}")
    if do.consent.writes and situation.repo and not _may_write(situation.repo, policy, grants):
        yield _Doubt("policy.repos", f"it wants to write {situation.repo}, which is not below policy.repos")
    if situation.outdated and policy.old_policy is OldPolicy.HOLD:
        yield _Doubt("policy.old_policy=hold", situation.outdated)
    if not situation.enforced and policy.unenforced is Unenforced.HOLD and not any(g.unenforced for g in grants):
        yield _Doubt("policy.unenforced=hold", "nothing on this machine can hold it to its consent")


def _may_write(repo: Path, policy: Policy, grants: Sequence[Grant]) -> bool:
    roots = (*policy.repos, *(grant.repo for grant in grants if grant.repo and grant.consent.writes))
    return is_below(repo, roots)


def _rule(do: Do, policy: Policy, grants: Sequence[Grant], situation: Situation) -> str:
    """What let it run: one word for each flag that it asked for, and for running without an enforcer."""
    words = [_let_by(flag, policy, grants) for flag in _asked(do)]
    if not situation.enforced:
        grant = next((grant for grant in grants if grant.unenforced), None)
        by_policy = policy.unenforced is Unenforced.RUN
        words.append("policy.unenforced=run" if by_policy or grant is None else f"grant {grant.id}")
    return ", ".join(dict.fromkeys(words)) or "it asks for nothing"


def _let_by(flag: str, policy: Policy, grants: Sequence[Grant]) -> str:
    if getattr(policy, flag) is Rule.ALLOW:
        return f"policy.{flag}=allow"
    return next(f"grant {grant.id}" for grant in grants if getattr(grant.consent, flag))


def _asked(do: Do) -> Iterator[str]:
    return (flag for flag in FLAGS if getattr(do.consent, flag))


def _named(flag: str) -> str:
    return {
        "writes": "writing",
        "network": "the network",
        "secrets": "secrets",
        "destructive": "deleting and overwriting",
    }[flag]
