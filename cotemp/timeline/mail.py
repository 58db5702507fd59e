"""The notes of a session, read and unread, without opening any."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from ..names import is_note, read_note_name
from ..places import SessionPlaces
from ..times import dated
from .happening import Happening, Kind

__all__ = ["Letter", "letters", "note_told"]


_SECOND = timedelta(seconds=1)


class Letter(NamedTuple):
    """A note where it lies. `sender` is None where its name is silent; `waits`: nobody has read it yet."""

    at: datetime
    session: str
    sender: str | None
    path: Path
    waits: bool

    def happening(self) -> Happening:
        """As a line."""
        return Happening(self.at, Kind.NOTE, self.session, f"note from {self.sender or 'unknown'}", self.path.name)


def letters(session: SessionPlaces) -> list[Letter]:
    """All notes of `session`, oldest first. A note that is moved meanwhile is listed once."""
    found = {letter.path.name: letter for letter in (*_in(session, session.notes), *_in(session, session.inbox))}
    return sorted(found.values(), key=lambda letter: (letter.at, letter.path.name))


def note_told(session: str, path: Path, modified: float, *, waits: bool) -> Letter:
    """A note by its name; `modified` (seconds since the epoch) is when it came, where the name does not say."""
    told, came = read_note_name(path.name), dated(modified)
    at = dated(told.sent.timestamp()) if told and told.sent else came
    if at <= came < at + _SECOND:  # the name does not tell more than that, and others happen within a second
        at = came
    return Letter(at, session, told.sender if told else None, path, waits)


def _in(session: SessionPlaces, folder: Path) -> Iterator[Letter]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if is_note(entry.name) and entry.is_file(follow_symlinks=False):
                    modified = entry.stat(follow_symlinks=False).st_mtime
                    yield note_told(session.id, Path(entry.path), modified, waits=folder == session.inbox)
    except OSError:
        return
