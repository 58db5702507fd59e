"""What waits for a human, and what a human's yes or no to it does."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ..errors import AnswerIsNo, CotempError, NotFound
from ..messages.run import State
from ..names import DO_LIMIT
from ..places import Places
from ..store.mailbox import NotPlain, read_plain
from .changes import consent_of, drop_held, why_held
from .details import do_file
from .overview import own_entry

if TYPE_CHECKING:
    from ..messages.grant import Approval
    from ..messages.policy import Policy
    from ..messages.runlog import RunLog
    from ..store.ledger import Ledger, Row

__all__ = ["Waiting", "approve_do", "bytes_of", "deny", "last_waiting", "waiting", "waiting_run"]

Kind = Literal["do", "changes"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A DO that is held, or the held changes of a run. `decided` says what a human decided about a DO that its
    watcher has not acted on yet; `since` is UTC."""

    row: Row
    kind: Kind
    reasons: tuple[str, ...]
    log: RunLog
    since: str
    decided: str | None = None

    @property
    def enforcer(self) -> str | None:
        """What would hold the DO to its consent; None: nothing."""
        name = self.log["enforcement"]["enforcer"]
        return None if name == "none" else name


def waiting(places: Places, ledger: Ledger, session: str | None = None) -> list[Waiting]:
    """Everything that waits for a human, in the order in which it began to."""
    found = [_do(ledger, row) for row in ledger.open_runs(session) if row.state is State.HELD]
    found += [_changes(places, ledger, row) for row in ledger.held_changes(session)]
    return sorted(found, key=lambda one: one.since)


def waiting_run(places: Places, ledger: Ledger, row: Row) -> Waiting:
    """What of this run waits for a human. Raises AnswerIsNo when nothing does."""
    if row.state is State.HELD:
        return _do(ledger, row)
    if row.changes in ("held", "conflict"):
        return _changes(places, ledger, row)
    now = row.outcome or row.state
    about = f", and its changes are {row.changes}" if row.changes not in (None, "none") else ""
    raise AnswerIsNo(f"{row.run_id} does not wait for anybody: it is {now}{about}", "list what waits: cotemp held")


def last_waiting(places: Places, ledger: Ledger) -> Row:
    """The run that waits since the shortest time. Raises NotFound when none does."""
    found = waiting(places, ledger)
    if not found:
        raise NotFound("nothing waits for you", "to see what ran: cotemp runs")
    return found[-1].row


def bytes_of(places: Places, row: Row) -> bytes:
    """The held DO, as it was checked. Raises AnswerIsNo when it is not that any more, NotFound when it is gone."""
    path = do_file(places, own_entry(places, row))
    fix = f"take it out of the queue: cotemp deny {row.run_id} --why changed"
    try:
        data = read_plain(path, DO_LIMIT + 1)[0] if path else None
    except FileNotFoundError:
        data = None
    except NotPlain as error:
        raise AnswerIsNo(f"{row.do_file} is {error.kind} now, not what was checked", fix) from error
    if data is None:
        raise NotFound(f"the file of {row.run_id} is not there any more", fix)
    if hashlib.sha256(data).hexdigest() != row.sha256:
        raise AnswerIsNo(f"{row.do_file} was changed after it was checked, so it never runs", fix)
    return data


def approve_do(ledger: Ledger, held: Waiting, by: str) -> Approval:
    """Record a yes to a held DO: to what it asks for, and to how it would be held to that.

    Raises AnswerIsNo when it was decided about before, RefusedByPolicy below a run.
    """
    return ledger.approve(held.row.run_id, consent_of(held.log), by, enforced=held.enforcer is not None)


def deny(places: Places, ledger: Ledger, held: Waiting, by: str, why: str, policy: Policy) -> None:
    """Record a no, and why, without the secrets that `why` may hold; held changes are dropped.

    Raises AnswerIsNo when it was denied before, HeldByOther while a run works in the repo, RefusedByPolicy below a run.
    """
    from ..redact import scrub_of

    clean = scrub_of(places, policy=policy).scrubber().scrub(why)
    if held.kind == "changes":
        drop_held(places, ledger, held.row, by, clean)
    else:
        ledger.deny(held.row.run_id, by, clean)


def _do(ledger: Ledger, row: Row) -> Waiting:
    reasons = ledger.reasons(row.run_id)
    return Waiting(row, "do", reasons, ledger.log(row.run_id), row.queued, _decided(ledger, row))


def _decided(ledger: Ledger, row: Row) -> str | None:
    from ..times import local_now

    no, yes = ledger.denial_of(row.run_id), ledger.approval_of(row.run_id, local_now())
    return f"denied by {no.by}" if no else f"approved by {yes.by}" if yes else None


def _changes(places: Places, ledger: Ledger, row: Row) -> Waiting:
    try:
        reasons = why_held(places, ledger, row)
    except CotempError as error:
        reasons = (f"what it changed cannot be read: {error.what}",)
    return Waiting(row, "changes", reasons, ledger.log(row.run_id), row.ended or row.queued)
