"""After a crash: every DO that was under way is put where it belongs, and nothing runs twice.

Called when a session's claim was just won, so whoever ran its DOs before is gone.
"""

from __future__ import annotations

import contextlib
import shutil
import threading
from pathlib import Path

from ..errors import UnknownRun
from ..messages.run import Ended, Outcome, Output, State
from ..names import split_running
from ..places import SessionPlaces
from ..runner import outcome, read_output, read_result
from ..runs.changes import consent_of, mend
from ..store.ledger import Row
from ..store.mailbox import unfinished
from ..times import local_now
from .claim import give_back, of_run, put_on_hold
from .closing import close
from .desk import Desk, Event, Kind
from .ending import Ending
from .workplace import leave

__all__ = ["finish_filing", "recover"]

UNKNOWN = "its watcher ended while it ran: what it did up to then is not known; it is not run again by itself"


def recover(desk: Desk, session: SessionPlaces) -> None:
    """Give back what never started, and name what nobody can know; what has ended is left to `finish_filing`.

    Raises StorageFailed or OSError when the disk refuses; it may be called again.
    """
    for part in (*unfinished(session.running), *unfinished(session.outbox), *unfinished(session.held)):
        _remove(part)  # only who holds the session's claim writes there, so nobody is at it
    rows = {row.run_id: row for row in desk.ledger.open_runs(session.id)}
    for path in _claimed(session.running):
        row = rows.get(_run_id(path))
        if row is None or row.state is State.HELD:
            _unstarted(desk, session, path, row)
    for path in _claimed(session.held):
        if _run_id(path) not in rows:
            _unstarted(desk, session, path, None)
    for row in rows.values():
        if row.outcome is None and row.state is not State.HELD:
            _conclude(desk, session, row)
    for row in (*desk.ledger.held_changes(session.id), *desk.ledger.applied_changes(session.id)):
        mend(desk.places, desk.ledger, row)


def _unstarted(desk: Desk, session: SessionPlaces, path: Path, row: Row | None) -> None:
    """A DO that was under way to its start, or to those that are held: it is put where it came from.

    The name of a file in the home is anybody's: the place of a run that did begin stays, whoever names it.
    """
    if not _began(desk, session, _run_id(path)):
        leave(desk, _run_id(path))
    if row is None:
        back = give_back(session, path)
        desk.report(Event(Kind.RECOVERED, session.id, f"{back.name} never started: it waits again"))
    else:
        put_on_hold(session, row.run_id)


def _began(desk: Desk, session: SessionPlaces, run_id: str) -> bool:
    """True for a run that the ledger knows as more than held, or that a DO of another session is about to become."""
    places = desk.places
    with contextlib.suppress(UnknownRun):
        if desk.ledger.find(run_id).state is not State.HELD:
            return True
    others = (places.session(sid) for sid in places.session_ids() if sid != session.id)
    return any(other.running.is_dir() and of_run(other.running, run_id) for other in others)


def finish_filing(desk: Desk, session: SessionPlaces, stopped: threading.Event) -> None:
    """File every run of `session` that has an outcome, but whose logs are not written yet; `stopped` cuts it short."""
    for row in desk.ledger.open_runs(session.id):
        if row.outcome is not None:
            close(desk, session, desk.ledger.log(row.run_id), row.base, stopped)


def _remove(part: Path) -> None:
    """Remove a log or a folder of artifacts that was being written; one that cannot be removed is in nobody's way."""
    if part.is_dir() and not part.is_symlink():
        shutil.rmtree(part, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            part.unlink()


def _claimed(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if split_running(path.name))


def _run_id(path: Path) -> str:
    return (split_running(path.name) or ("", ""))[0]


def _conclude(desk: Desk, session: SessionPlaces, row: Row) -> None:
    """Bring a run whose watcher is gone to its end: the true one where the run itself left it."""
    ended = desk.ledger.pending(row.run_id) or _ended(desk, row)
    log = _ending(desk, session, row).conclude(ended)
    text = f"{row.do_file} ({row.run_id}) was under way when its watcher ended: {log['outcome']}"
    desk.report(Event(Kind.RECOVERED, session.id, text, row.run_id, log["outcome"]))


def _ended(desk: Desk, row: Row) -> Ended:
    run_dir = desk.places.runs / row.run_id
    finished = read_result(run_dir)
    engine = desk.engines.get(row.engine or "")
    if finished and engine and finished.how != "lost":
        result, reason = outcome(finished, engine)
        return Ended(
            finished.ended, result, reason, finished.exit_code, finished.signal, finished.elapsed_ms,
            Output(finished.bytes_seen, finished.bytes_kept, finished.redacted),
        )  # fmt: skip
    kept = len(read_output(run_dir))
    return Ended(local_now(), Outcome.UNKNOWN, UNKNOWN, output=Output(kept, kept))


def _ending(desk: Desk, session: SessionPlaces, row: Row) -> Ending:
    parent = desk.ledger.parent_of(session.id, row.do_file, row.sha256)
    consent = consent_of(desk.ledger.log(row.run_id))
    return Ending(desk, session, row.run_id, row.base, consent, parent.depth if parent else 0)
