"""File events plus a slow rescan, turned into "this session changed". Never reads the mail.

Events are hints: they may come late, twice, or not at all (network shares, a moved home), so the
rescan is what makes sure, and events are what makes fast.
"""

from __future__ import annotations

import contextlib
import logging
import os
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from .filesystems import events_supported
from .names import random_part
from .places import TEMPORARY, SessionPlaces, storage_failed

if TYPE_CHECKING:
    from watchdog.observers.api import BaseObserver

__all__ = ["Watcher", "wake"]

SLOW = 10.0
"""Seconds between two rescans where events work."""
FAST = 0.6
"""Seconds between two rescans where they do not; the original's polling interval."""
FRESH = 2.0
"""A folder that changed this recently (seconds) may change again without its time changing: look again."""


def wake(session: SessionPlaces) -> None:
    """Make whoever watches `session`, in whatever process, look again: a human decided about a DO that is held.

    Raises StorageFailed when the disk refuses.
    """
    sign = session.held / (TEMPORARY + random_part(10))
    try:
        sign.touch()
        sign.unlink()
    except OSError as error:
        raise storage_failed(sign, error) from error


class Watcher:
    """Watches what arrives in some sessions, and what is held there; `changed` is called with a session id,
    from any thread."""

    def __init__(self, root: Path, changed: Callable[[str], None]) -> None:
        self._root = root
        self._changed = changed
        self._folders: dict[str, tuple[Path, Path]] = {}
        self._times: dict[Path, int] = {}
        self._observer: BaseObserver | None = None
        self._identity: tuple[int, int] | None = None

    @property
    def period(self) -> float:
        """Seconds until the next rescan is due."""
        return SLOW if self._observer else FAST

    def add(self, session: SessionPlaces) -> None:
        """Watch this session too."""
        self._folders[session.id] = (session.inbox, session.held)

    def remove(self, session: str) -> None:
        """Do not watch this session any more."""
        for folder in self._folders.pop(session, ()):
            self._times.pop(folder, None)

    def sweep(self) -> None:
        """Report every session that changed since the last sweep; start or mend the events on the way."""
        self._mend()
        for session, folders in list(self._folders.items()):
            changed = {self._has_changed(folder) for folder in folders}  # each is remembered
            if True in changed:
                self._changed(session)

    def close(self) -> None:
        """Stop the events."""
        if self._observer:
            self._observer.stop()
            with contextlib.suppress(RuntimeError):  # it never started
                self._observer.join()
        self._observer = None

    def _has_changed(self, folder: Path) -> bool:
        try:
            modified = os.stat(folder).st_mtime_ns
        except OSError:
            return True  # whoever looks will say what is wrong with it
        before = self._times.get(folder)
        self._times[folder] = modified
        return modified != before or abs(time.time() - modified / 1e9) < FRESH

    def _mend(self) -> None:
        """Watch the folder that is there now: a home that was away and came back is another folder."""
        try:
            found = os.stat(self._root)
        except OSError:
            self.close()
            self._identity = None
            return
        identity = (found.st_dev, found.st_ino)
        if identity != self._identity:
            self.close()
            self._identity = identity
            self._observer = self._observe()

    def _observe(self) -> BaseObserver | None:
        if not events_supported(self._root):
            return None
        from watchdog.events import (
            FileClosedEvent,
            FileCreatedEvent,
            FileMovedEvent,
            FileSystemEvent,
            FileSystemEventHandler,
        )
        from watchdog.observers import Observer

        prefix, changed = len(os.fspath(self._root)) + 1, self._note

        class Handler(FileSystemEventHandler):
            def on_any_event(self, event: FileSystemEvent) -> None:
                changed(os.fsdecode(event.dest_path or event.src_path)[prefix:])

        # A folder that appears while the tree is scanned is announced twice; watchdog warns about itself then.
        warnings.filterwarnings("ignore", "Callback with id", RuntimeWarning)
        logging.getLogger("watchdog").addHandler(logging.NullHandler())  # nor may it write to our stderr
        observer = Observer()
        # One tree, not one watch per inbox: a claim is then a move inside the tree, and is reported at
        # once; a move out of a watched folder would hold back the next event for half a second.
        # The kernel is asked for these three only: every look into a folder is an event otherwise.
        wanted: list[type[FileSystemEvent]] = [FileCreatedEvent, FileMovedEvent, FileClosedEvent]
        observer.schedule(Handler(), os.fspath(self._root), recursive=True, event_filter=wanted)
        try:
            observer.start()
        except OSError:
            return None  # no watches left on this system: the fast rescan does it
        return observer

    def _note(self, path: str) -> None:
        parts = path.split(os.sep, 2)
        if len(parts) == 3 and parts[1] in ("inbox", "held") and parts[0] in self._folders:
            self._changed(parts[0])
