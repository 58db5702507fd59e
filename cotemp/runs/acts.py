"""What a person may do about a run: stop it, take notice of it, drop its DO again."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ..errors import AnswerIsNo, NotFound, TookTooLong
from ..messages.header.renewing import renewed
from ..messages.run import Outcome, State
from ..names import DO_LIMIT, do_name, new_do_id
from ..places import Places, make_folder, write_whole
from ..store.ledger import Ledger, Row
from ..store.mailbox import NotPlain, deliver, read_plain
from ..times import local_now
from .details import do_file, parsed
from .overview import find, is_abandoned
from .row import Entry

__all__ = ["CANCEL", "Again", "cancel", "retry"]

CANCEL = "cancel"
"""A file of this name in a run's folder asks whoever runs it to stop it; it holds who asked."""
PATIENCE = 30.0
"""Seconds that a run may take to end when it was asked to."""


@dataclass(frozen=True, slots=True)
class Again:
    """A DO that was dropped once more, and when: `id` is None for one that never had any."""

    path: Path
    session: str
    title: str
    id: str | None
    at: datetime
    retry_of: str


def cancel(places: Places, name: str, who: str, progress: Callable[[str], None] = lambda text: None) -> Row:
    """Stop a run and wait until it has ended; of one that is unknown, take notice. Returns how it is now.

    Raises AnswerIsNo when it ended before, TookTooLong when it does not end.
    """
    entry = find(places, name)
    row = entry.own
    if row is None or (row.outcome and (row.outcome is not Outcome.UNKNOWN or row.settled)):
        noticed = ", and notice was taken of it" if row and row.settled else ""
        raise AnswerIsNo(
            f"it ended already: {entry.row.outcome}{noticed}", f"all about it: cotemp show {entry.row.run_id}"
        )
    if row.state is State.HELD:
        raise AnswerIsNo(
            f"{row.run_id} is held: it has not begun", f"to say no to it: cotemp deny {row.run_id} --why …"
        )
    with Ledger(places, create=False) as ledger:
        if row.outcome or is_abandoned(places, row):
            ledger.settle(row.run_id)
            return ledger.find(row.run_id)
        _ask(places, row, who)
        progress(f"{row.run_id} was asked to stop")
        return _wait(places, ledger, row)


def _ask(places: Places, row: Row, who: str) -> None:
    folder = places.runs / row.run_id
    make_folder(folder, 0o700)
    write_whole(folder / CANCEL, f"{who}\n".encode("utf-8", "replace"), mode=0o600)


def _wait(places: Places, ledger: Ledger, row: Row) -> Row:
    deadline = time.monotonic() + PATIENCE
    while not (row.outcome and row.filed):
        if row.outcome is None and is_abandoned(places, row):
            ledger.settle(row.run_id)
            return ledger.find(row.run_id)
        if time.monotonic() > deadline:
            if row.outcome:
                return row  # it has ended; only its logs are not written yet
            raise TookTooLong(
                f"{row.run_id} was asked to stop and has not ended in {PATIENCE:.0f} s",
                f"see what it does: cotemp log {row.run_id} -f",
            )
        time.sleep(0.02)
        row = ledger.find(row.run_id)
    return row


def retry(places: Places, name: str) -> Again:
    """Put the DO of a run that has ended into its session's inbox once more, to run as if it were new.

    An unknown outcome is settled by it. Raises AnswerIsNo when the run has not ended, was rejected, or
    its DO was changed since; NotFound when the DO is gone.
    """
    entry = find(places, name)
    data, path = _bytes_of(places, entry)
    session, now = places.session(entry.row.session), local_now()
    do = parsed(data)  # None: as old as the original, whose watcher took more than ours does, which will say so
    title = do.title if do else entry.row.title
    new_id = new_do_id() if do and do.id else None
    if do and do.id and new_id:
        data = renewed(data, do.id, new_id, entry.row.run_id)
    session.make()
    there = deliver(session.inbox, do_name(title, now, path.suffix), data)
    if entry.own and entry.own.outcome is Outcome.UNKNOWN:
        with Ledger(places) as ledger:
            ledger.settle(entry.own.run_id)
    return Again(there, session.id, title, new_id, now, entry.row.run_id)


def _bytes_of(places: Places, entry: Entry) -> tuple[bytes, Path]:
    """The DO of a run that may run again, and where it is."""
    run_id = entry.row.run_id
    if entry.row.state is State.HELD:
        raise AnswerIsNo(f"{run_id} is held: it has not run yet", f"decide about it: cotemp approve {run_id}")
    if entry.row.outcome is None:
        raise AnswerIsNo(f"{run_id} has not ended yet", f"wait for it, or stop it: cotemp cancel {run_id}")
    if entry.row.outcome is Outcome.REJECTED:
        where = do_file(places, entry) or "the DO"
        raise AnswerIsNo(
            f"{run_id} was rejected, and would be again: {entry.row.reason}",
            f"mend the header of {where} and drop it: cotemp drop {entry.row.session} FILE",
        )
    if entry.own and entry.own.outcome is None:
        raise AnswerIsNo(f"{run_id} is not settled yet: {entry.row.reason}", "start its watcher first: cotemp up")
    data, path = _look(places, entry)
    if path is None:
        raise NotFound(f"the DO of {run_id} is not in the outbox any more", "drop the script itself")
    if entry.own and hashlib.sha256(data).hexdigest() != entry.own.sha256:
        raise AnswerIsNo(
            f"{path} was changed since it ran", f"to run it as it is now: cotemp drop {entry.row.session} FILE"
        )
    return data, path


def _look(places: Places, entry: Entry) -> tuple[bytes, Path | None]:
    """What the file of a run's DO holds, and where it is: None when it is gone."""
    while path := do_file(places, entry):
        try:
            return read_plain(path, DO_LIMIT + 1)[0], path
        except FileNotFoundError:
            continue  # it is being filed right now
        except NotPlain as error:
            raise AnswerIsNo(f"{path} is {error.kind} now, no script", "drop the script itself") from error
    return b"", None
