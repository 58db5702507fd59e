"""Reading: the notes of an inbox in order of arrival, each shown before it is filed."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from ..errors import BadUsage
from ..messages.receipt import Receipt
from ..names import fit, is_note, random_part, read_note_name
from ..places import SessionPlaces, refuse_link, storage_failed
from ..store import receipts
from ..store.mailbox import NotPlain, move, read_plain
from ..times import dated
from .sending import NOTE_LIMIT, make_real

__all__ = ["PAUSE", "Note", "follow", "is_note", "opened", "put_away", "read", "shown", "waiting"]

SETTLING = 0.3
"""Seconds for which a note of another program must be unchanged: it may still be writing."""

PAUSE = 0.25
"""Seconds between two looks at a folder."""

RESCAN = 10.0
"""Seconds after which a folder is read although its time has not changed."""

FRESH = 2.0
"""A folder that changed this recently (seconds) may change again without its time changing."""

_AROUND = 5
"""Bytes that may stand around the text: a BOM before it, a line end behind it."""

_STAMP = re.compile(r"\d{8}-\d{6}(?=[_.])", re.ASCII)
_TICKET = re.compile(r"(.+):(\d{1,19})-(\d{1,19})", re.ASCII | re.DOTALL)
_OURS = re.compile(r"NOTE_(?:[A-Z_]+_)?\d{8}-\d{6}-[0-9a-v]{6}_", re.ASCII)


@dataclass(frozen=True, slots=True)
class Note:
    """A note in an inbox; `arrived_ns` since the epoch. Once opened it has a `text`, or a `problem` instead."""

    session: SessionPlaces
    name: str
    arrived_ns: int
    text: str | None = None
    problem: str | None = None
    _seen: tuple[int, int] | None = None

    @property
    def path(self) -> Path:
        """Where it waits."""
        return self.session.inbox / self.name

    @property
    def ticket(self) -> str:
        """What names this note as it was opened, for `shown`: another program may keep it instead of the note."""
        return f"{self.name}:{self._seen[0]}-{self._seen[1]}" if self._seen else self.name

    @property
    def sender(self) -> str | None:
        """The session that sent it, as its name says; None when its name is silent."""
        told = read_note_name(self.name)
        return told.sender if told else None

    @property
    def sent(self) -> datetime:
        """When it was sent, as its name says, else when it arrived; with this machine's offset."""
        told = read_note_name(self.name)
        return told.sent if told and told.sent else dated(self.arrived_ns / 1e9)


def waiting(session: SessionPlaces) -> list[Note]:
    """The notes in a session's inbox, not opened yet, in order of arrival. Raises OSError for a closed folder."""
    refuse_link(session.inbox)
    found = []
    try:
        with os.scandir(session.inbox) as entries:
            for entry in entries:
                if is_note(entry.name) and (arrived := _modified(entry)) is not None:
                    found.append(Note(session, entry.name, arrived))
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(found, key=lambda note: (note.arrived_ns, note.name))


def opened(note: Note) -> Note | None:
    """`note` with its text, or with the problem that keeps it from being read; None when it is gone.

    Another program may not write in one step: its note is read once it has been left alone for a moment.
    """
    found = _opened_now(note)
    for _ in range(5):
        age = time.time() - found.arrived_ns / 1e9 if found else SETTLING
        if found is None or _OURS.match(note.name) or not 0 <= age < SETTLING:
            break
        time.sleep(SETTLING - age)
        found = _opened_now(note)
    return found


def _opened_now(note: Note) -> Note | None:
    try:
        data, found = read_plain(note.path, NOTE_LIMIT + _AROUND + 1)
    except FileNotFoundError:
        return None
    except NotPlain as error:
        return replace(note, problem=f"it is {error.kind}, no file")
    except OSError as error:
        return replace(note, problem=f"it cannot be read: {error.strerror}")
    note = replace(note, arrived_ns=found.st_mtime_ns, _seen=_identity(found))
    if len(data) > NOTE_LIMIT + _AROUND:
        return replace(note, problem=f"it has {found.st_size:,} bytes, more than a note may have")
    try:
        return replace(note, text=_text(note.name, data))
    except UnicodeDecodeError as error:
        return replace(note, problem=f"it is no UTF-8 (byte {error.start + 1})")


def shown(session: SessionPlaces, ticket: str) -> Note:
    """The note of a `ticket` that was given out before, as it was opened then. Raises BadUsage when it is none."""
    found = _TICKET.fullmatch(ticket)
    if not found or not is_note(found[1]) or set(found[1]) & set("/\\\0"):
        raise BadUsage(f"{ticket[:80]!r} is no ticket of a note", "list the notes: each has its ticket")
    size, arrived = int(found[2]), int(found[3])
    return Note(session, found[1], arrived, _seen=(size, arrived))


def put_away(note: Note, read_by: str, via: str) -> Receipt | None:
    """File an opened note that has been shown under `notes/`, and leave a receipt.

    None when another reader was first, or when the note has changed since it was opened: then it
    stays. Raises StorageFailed when the disk refuses; a note that could not be moved stays, too.
    """
    folder = note.session.notes
    try:
        if _identity(note.path.lstat()) != note._seen:
            return None
        make_real(folder)
        target = folder / note.name
        place = move(note.path, folder / _distinct(note.name) if os.path.lexists(target) else target)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise storage_failed(folder, error) from error
    return receipts.write(note.session, place.name, read_by, via)


def read(session: SessionPlaces, read_by: str, via: str) -> Iterator[Note]:
    """Open every waiting note; each is put away when the next one is asked for.

    So a reader that stops in the middle (a closed pipe, a kill) finds the note it stopped at once
    more, and never loses one. A note with a problem stays where it is.
    """
    for note in waiting(session):
        found = opened(note)
        if found:
            yield found
            if found.problem is None:
                put_away(found, read_by, via)


def follow(session: SessionPlaces, read_by: str, via: str, *, keep: bool = False) -> Iterator[Note]:
    """As `read`, without end: what arrives later, too. With `keep` nothing is put away, and each is shown once."""
    left: set[tuple[str, int]] = set()
    for notes in _listings(session):
        left &= {(note.name, note.arrived_ns) for note in notes}
        for note in notes:
            found = None if (note.name, note.arrived_ns) in left else opened(note)
            if found:
                yield found
                if keep or found.problem or put_away(found, read_by, via) is None:
                    left.add((found.name, found.arrived_ns))


def _listings(session: SessionPlaces) -> Iterator[list[Note]]:
    """The waiting notes, again and again: whenever the inbox may have changed."""
    before, at = -1, 0.0
    while True:
        modified = _folder_time(session.inbox)
        fresh = abs(time.time() - modified / 1e9) < FRESH
        if modified != before or fresh or time.monotonic() - at > RESCAN:
            before, at = modified, time.monotonic()
            yield waiting(session)
        time.sleep(PAUSE)


def _modified(entry: os.DirEntry[str]) -> int | None:
    try:
        return entry.stat(follow_symlinks=False).st_mtime_ns
    except FileNotFoundError:
        return None


def _folder_time(folder: Path) -> int:
    try:
        return os.stat(folder).st_mtime_ns
    except OSError:
        return 0


def _identity(found: os.stat_result) -> tuple[int, int]:
    return found.st_size, found.st_mtime_ns


def _text(name: str, data: bytes) -> str:
    """What was sent: ours exactly, another program's without its BOM and its system's line end."""
    if _OURS.match(name):
        return data.decode().removesuffix("\n")
    text = data.decode("utf-8-sig")
    return text.removesuffix("\n").removesuffix("\r") if text.endswith("\n") else text


def _distinct(name: str) -> str:
    """Another name for a note whose name is taken in `notes/` (the original gives two notes of one second one name)."""
    changed = _STAMP.sub(lambda found: f"{found[0]}-{random_part(6)}", name, count=1)
    return fit(changed if changed != name else f"{name.removesuffix('.md')}-{random_part(6)}.md")
