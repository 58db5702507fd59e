"""The end of a run: its logs and artifacts are filed, however long the disk refuses."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from ..errors import StorageFailed
from ..places import SessionPlaces
from ..runner import read_output
from ..store.filing import file_run
from ..times import show_duration
from .artifacts import keep_artifacts
from .clean import clean_artifacts
from .desk import Desk, Event, Kind
from .notifying import notify

if TYPE_CHECKING:
    from ..messages.runlog import RunLog

__all__ = ["close", "insist"]

T = TypeVar("T")

KEPT = 3600.0
"""Seconds for which the folder of a filed run is kept, for whoever follows its output."""


def close(desk: Desk, session: SessionPlaces, log: RunLog, base: str, stopped: threading.Event) -> None:
    """File an ended run: logs, artifacts, outbox. When `stopped` cuts it short, recovery finishes it."""
    run_dir = desk.places.runs / log["run_id"]

    def act() -> bool:
        file_run(session, log, base, read_output(run_dir))
        clean_artifacts(run_dir, desk.scrubber)
        keep_artifacts(run_dir / "artifacts", session, session.outbox / f"{base}.d")
        desk.ledger.mark_filed(log["run_id"])
        return True

    if insist(desk, session, stopped, act):
        desk.report(_processed(session, log, base))
        if log["changes"]["state"] == "held":
            notify("cotemp", f"What a DO changed waits for you in {session.id}: cotemp held")
        _forget_old(desk)


def insist(desk: Desk, session: SessionPlaces, stopped: threading.Event, act: Callable[[], T]) -> T | None:
    """Do what must be done, again and again while the disk refuses; None when `stopped` comes first."""
    told = False
    while True:
        try:
            return act()
        except (StorageFailed, OSError) as error:
            if not told:
                desk.report(Event(Kind.TROUBLE, session.id, f"{error}; tried again until it works"))
                told = True
            if stopped.wait(1.0):
                return None  # the ledger knows what is left to do


def _forget_old(desk: Desk) -> None:
    """Remove the folders of runs that were filed a while ago: their logs tell everything."""
    open_runs = {row.run_id for row in desk.ledger.open_runs()}
    with contextlib.suppress(OSError), os.scandir(desk.places.runs) as entries:
        for entry in entries:
            old = entry.name not in open_runs and time.time() - entry.stat().st_mtime > KEPT
            if old and not os.path.exists(os.path.join(entry.path, "transaction")):  # else it can be undone
                shutil.rmtree(entry.path, ignore_errors=True)


def _processed(session: SessionPlaces, log: RunLog, base: str) -> Event:
    result = log["outcome"]
    prefix = "rejected-" if result == "rejected" else ""
    name = f"{prefix}{base}{os.path.splitext(log['do_file'])[1]}"
    after = f" in {show_duration(log['events'][0]['elapsed_ms'] / 1000)}" if log["started"] else ""
    why = f" ({log['reason']})" if log["reason"] else ""
    if log["changes"]["state"] == "held":
        why += f"; its changes wait for a human: cotemp approve {log['run_id']}"
    text = f"Processed {log['do_file']} -> {name}: {result}{after}{why}"
    return Event(Kind.PROCESSED, session.id, text, log["run_id"], result)
