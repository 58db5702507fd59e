"""What a ticker looks at. Each source gives all that is on record when it is first asked, then only what is new."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Protocol

from ..errors import UnknownRun
from ..messages.ack import Ack
from ..names import DO_EXTENSIONS, do_extension, is_note
from ..places import Places
from ..store.ledger import Ledger, Row
from ..timeline import Happening, Kind, acks_told, alerts_in, told
from ..timeline.alerts import LIMIT, alerts_file
from ..timeline.mail import note_told
from ..times import dated

__all__ = ["Alerts", "Boxes", "Pastes", "Record", "Source"]

_EVENTS = 4
"""Events of which at least one is told to people: a run that ends is applied, concluded and filed."""
FRESH = 2.0
"""A folder that changed this recently (seconds) may change again without its time changing."""


class Source(Protocol):
    """Where happenings come from."""

    def news(self) -> list[Happening]:
        """What happened since the last call; the first time, what is on record."""


class Record:
    """The ledger. Of what is on record, at least the last `limit` happenings (0: none)."""

    def __init__(self, places: Places, limit: int) -> None:
        self._places = places
        self._limit = limit
        self._seen = -1
        self._mark: object = None

    def news(self) -> list[Happening]:
        mark = [_mark(Path(f"{self._places.ledger}{ending}")) for ending in ("", "-wal")]
        if mark == self._mark and self._seen >= 0:
            return []
        self._mark = mark
        with Ledger(self._places, create=False) as ledger:
            length = ledger.length()
            new = self._limit * _EVENTS if self._seen < 0 else length - self._seen
            self._seen = length
            entries = ledger.events(limit=new) if new > 0 else []
            return list(told(entries, lambda run_id: _row(ledger, run_id)))


class Boxes:
    """Notes and DOs that arrive in the sessions' inboxes."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._known: dict[Path, set[str]] = {}
        self._times: dict[Path, int] = {}

    def news(self) -> list[Happening]:
        return [one for sid in self._places.session_ids() for one in self._of(sid)]

    def _of(self, sid: str) -> Iterator[Happening]:
        root = self._places.sessions / sid
        known = self._known.setdefault(root, set())
        # A note that somebody reads at once is only ever seen where read notes go.
        for folder in (root / "inbox", root / "notes"):
            listed = self._listed(folder)
            if listed is None:
                continue
            if folder.name == "inbox":  # the original gives a later DO the name of one that has run
                known.intersection_update([name for name in known if is_note(name) or name in listed])
            for name, modified in listed.items():
                if name not in known:
                    known.add(name)
                    yield _arrived(sid, folder / name, modified)

    def _listed(self, folder: Path) -> dict[str, float] | None:
        """Names and dates of what lies in `folder`; None when that cannot have changed, or cannot be read."""
        try:
            changed = os.stat(folder).st_mtime_ns
            if changed == self._times.get(folder) and abs(time.time() - changed / 1e9) > FRESH:
                return None
            self._times[folder] = changed
            with os.scandir(folder) as entries:
                mail = [entry for entry in entries if _is_mail(entry.name)]
                return {entry.name: entry.stat(follow_symlinks=False).st_mtime for entry in mail}
        except OSError:
            return None


class Alerts:
    """The alerts of the home. A file that shrank is another one, and is read from its beginning."""

    def __init__(self, places: Places) -> None:
        self._file = alerts_file(places)
        self._read = 0

    def news(self) -> list[Happening]:
        try:
            size = os.lstat(self._file).st_size
            if size == self._read or not self._file.is_file() or self._file.is_symlink():
                return []
            with open(self._file, "rb") as file:
                file.seek(self._read if size > self._read else max(0, size - LIMIT))
                data = file.read(LIMIT)
                whole = data[: data.rfind(b"\n") + 1]
                self._read = file.tell() - len(data) + len(whole)
        except OSError:
            return []
        return [alert.happening() for alert in alerts_in(whole)]


class Pastes:
    """Pastes and their ACKs; `acks` reads them, and is asked only when a folder of pastes has changed."""

    def __init__(self, places: Places, acks: Callable[[], Iterable[Ack]]) -> None:
        self._root = places.home / "pastes"
        self._acks = acks
        self._mark: object = None
        self._seen: set[Happening] = set()

    def news(self) -> list[Happening]:
        mark = self._changed()
        fresh = any(abs(time.time() - at / 1e9) < FRESH for at in mark.values())
        if mark == self._mark and not fresh:
            return []
        self._mark = mark
        new = [one for one in acks_told(self._acks()) if one not in self._seen]
        self._seen.update(new)
        return new

    def _changed(self) -> dict[str, int]:
        """When each folder of pastes changed last."""
        try:
            with os.scandir(self._root) as entries:
                return {entry.name: entry.stat(follow_symlinks=False).st_mtime_ns for entry in entries}
        except OSError:
            return {}


def _arrived(sid: str, path: Path, modified: float) -> Happening:
    if is_note(path.name):
        return note_told(sid, path, modified, waits=True).happening()
    return Happening(dated(modified), Kind.DO, sid, f"DO waits: {path.name}", path.name)


def _is_mail(name: str) -> bool:
    return is_note(name) or do_extension(name, DO_EXTENSIONS) is not None


def _row(ledger: Ledger, run_id: str) -> Row | None:
    try:
        return ledger.find(run_id)
    except UnknownRun:
        return None


def _mark(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
