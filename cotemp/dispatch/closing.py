"""The end of a run: its logs and artifacts are filed, however long the disk refuses."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ..errors import StorageFailed
from ..names import random_part
from ..places import TEMPORARY, SessionPlaces
from ..runner import read_output
from ..store.filing import file_run
from ..store.mailbox import NotPlain
from ..times import show_duration
from .clean import clean_artifacts
from .desk import Desk, Event, Kind

if TYPE_CHECKING:
    from ..messages.runlog import Artifact, RunLog

__all__ = ["close", "insist", "list_artifacts"]

T = TypeVar("T")

KEPT = 3600.0
"""Seconds for which the folder of a filed run is kept, for whoever follows its output."""
ARTIFACT_LIMIT = 1000
"""How many artifacts a run's log lists; more of them are kept, but not listed."""


def close(desk: Desk, session: SessionPlaces, log: RunLog, base: str, stopped: threading.Event) -> None:
    """File an ended run: logs, artifacts, outbox. When `stopped` cuts it short, recovery finishes it."""
    run_dir = desk.places.runs / log["run_id"]

    def act() -> bool:
        file_run(session, log, base, read_output(run_dir))
        clean_artifacts(run_dir, desk.scrubber)
        _keep_artifacts(run_dir / "artifacts", session, session.outbox / f"{base}.d")
        desk.ledger.mark_filed(log["run_id"])
        return True

    if insist(desk, session, stopped, act):
        desk.report(_processed(session, log, base))
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


def list_artifacts(folder: Path) -> tuple[Artifact, ...]:
    """What a run left in its artifact folder, as its log lists it: regular files that can be read."""
    found: list[Artifact] = []
    for path in sorted(folder.rglob("*")):
        with contextlib.suppress(NotPlain, OSError):
            found.append(_artifact(folder, path))
        if len(found) == ARTIFACT_LIMIT:
            break
    return tuple(found)


def _artifact(folder: Path, path: Path) -> Artifact:
    if not stat.S_ISREG(path.lstat().st_mode):
        raise NotPlain("no file")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"path": path.relative_to(folder).as_posix(), "kind": "file", "bytes": path.stat().st_size, "sha256": digest}


def _keep_artifacts(folder: Path, session: SessionPlaces, target: Path) -> None:
    """Move a run's artifacts beside its DO; the home may be another file system than the state.

    What the run left is not to be trusted: only files, folders and symlinks (as such) are taken along.
    """
    if folder.is_dir() and any(folder.iterdir()) and not target.exists():
        part = session.running / (TEMPORARY + random_part(10))
        try:
            shutil.copytree(folder, part, symlinks=True, ignore=_special, copy_function=shutil.copyfile)
            os.rename(part, target)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def _special(folder: str, names: list[str]) -> list[str]:
    """The names that are no file, folder or symlink, or that cannot be read."""
    return [name for name in names if not _can_be_copied(os.path.join(folder, name))]


def _can_be_copied(path: str) -> bool:
    mode = os.lstat(path).st_mode
    return stat.S_ISLNK(mode) or ((stat.S_ISREG(mode) or stat.S_ISDIR(mode)) and os.access(path, os.R_OK))


def _forget_old(desk: Desk) -> None:
    """Remove the folders of runs that were filed a while ago: their logs tell everything."""
    open_runs = {row.run_id for row in desk.ledger.open_runs()}
    with contextlib.suppress(OSError), os.scandir(desk.places.runs) as entries:
        for entry in entries:
            if entry.name not in open_runs and time.time() - entry.stat().st_mtime > KEPT:
                shutil.rmtree(entry.path, ignore_errors=True)


def _processed(session: SessionPlaces, log: RunLog, base: str) -> Event:
    result = log["outcome"]
    prefix = "rejected-" if result == "rejected" else ""
    name = f"{prefix}{base}{os.path.splitext(log['do_file'])[1]}"
    after = f" in {show_duration(log['events'][0]['elapsed_ms'] / 1000)}" if log["started"] else ""
    why = f" ({log['reason']})" if log["reason"] else ""
    text = f"Processed {log['do_file']} -> {name}: {result}{after}{why}"
    return Event(Kind.PROCESSED, session.id, text, log["run_id"], result)
