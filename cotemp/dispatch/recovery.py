"""After a crash: every DO that was under way is put where it belongs, and nothing runs twice.

Called when a session's claim was just won, so whoever ran its DOs before is gone.
"""

from __future__ import annotations

import contextlib
import shutil
import threading
from dataclasses import replace
from pathlib import Path

from ..messages.run import Ended, Outcome, Output
from ..names import split_running
from ..places import SessionPlaces
from ..runner import outcome, read_output, read_result
from ..store.ledger import Row
from ..store.mailbox import unfinished
from ..times import local_now
from .claim import give_back
from .clean import clean_artifacts, clean_ended
from .closing import close
from .desk import Desk, Event, Kind

__all__ = ["finish_filing", "recover"]

UNKNOWN = "its watcher ended while it ran: what it did up to then is not known; it is not run again by itself"


def recover(desk: Desk, session: SessionPlaces) -> None:
    """Give back what never started, and name what nobody can know; what has ended is left to `finish_filing`.

    Raises StorageFailed or OSError when the disk refuses; it may be called again.
    """
    for part in (*unfinished(session.running), *unfinished(session.outbox)):
        _remove(part)  # only who holds the session's claim writes there, so nobody is at it
    rows = {row.run_id: row for row in desk.ledger.open_runs(session.id)}
    for path in _claimed(session):
        run_id = (split_running(path.name) or ("", ""))[0]
        if run_id not in rows:
            back = give_back(session, path)
            desk.report(Event(Kind.RECOVERED, session.id, f"{back.name} never started: it waits again"))
    for row in rows.values():
        if row.outcome is None:
            _conclude(desk, session, row)


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


def _claimed(session: SessionPlaces) -> list[Path]:
    return sorted(path for path in session.running.iterdir() if split_running(path.name))


def _conclude(desk: Desk, session: SessionPlaces, row: Row) -> None:
    """Write the outcome of a run whose watcher is gone: the true one where the run itself left it."""
    run_dir = desk.places.runs / row.run_id
    finished = read_result(run_dir)
    engine = desk.engines.get(row.engine or "")
    kept = len(read_output(run_dir))
    if finished and engine and finished.how != "lost":
        result, reason = outcome(finished, engine)
        ended = Ended(
            finished.ended, result, reason, finished.exit_code, finished.signal, finished.elapsed_ms,
            Output(finished.bytes_seen, finished.bytes_kept, finished.redacted),
        )  # fmt: skip
    else:
        ended = Ended(local_now(), Outcome.UNKNOWN, UNKNOWN, output=Output(kept, kept))
    ended = clean_ended(replace(ended, warnings=clean_artifacts(run_dir, desk.scrubber)), desk.scrubber)
    desk.ledger.conclude(row.run_id, ended)
    text = f"{row.do_file} ({row.run_id}) was under way when its watcher ended: {ended.outcome}"
    desk.report(Event(Kind.RECOVERED, session.id, text, row.run_id, ended.outcome))
