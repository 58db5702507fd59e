"""What a run left is cut down to what can be kept: a stranger chose how much, how deep and with which modes."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["BYTES", "DEEPEST", "LONGEST", "NUMBER", "prune", "unlock"]

BYTES = 2 * 1024**3
"""What a run may leave in all: as much as its largest file. Holes count, as the home may have no room for them."""
NUMBER = 20_000
"""How many files, folders and links it may leave."""
DEEPEST = 40
"""Folders below folders; together with `LONGEST` this keeps every path short enough for any program."""
LONGEST = 1500
"""The longest path below the artifacts, in bytes."""


def unlock(folder: Path) -> None:
    """Let us into `folder`, and into the folders in it, whatever modes a run gave them. Raises OSError."""
    if folder.is_dir():
        folder.chmod(0o700)
        for path, found in _entries(folder):
            if stat.S_ISDIR(found.st_mode):
                path.chmod(0o700)


@dataclass(slots=True)
class _Room:
    """What is still free, and what did not fit."""

    bytes: int
    number: int
    waiting: list[Path]
    gone: int = 0
    deep: int = 0


def prune(folder: Path, first: str) -> tuple[str, ...]:
    """Remove from `folder` what does not fit, and let us read the rest; returns what a person should know.

    Of one folder the small files are kept first, and before all others the one called `first`. Nothing is
    followed. May be called again after a crash. Raises OSError when the disk refuses.
    """
    room = _Room(BYTES, NUMBER, [folder])
    folder.chmod(0o700)
    while room.waiting:
        here = room.waiting.pop(0)
        for path, found in sorted(_entries(here), key=lambda one: (one[0].name != first, one[1].st_size, one[0].name)):
            _fit(folder, path, found, room)
    return tuple(_told(room))


def _entries(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            yield Path(entry.path), entry.stat(follow_symlinks=False)


def _fit(top: Path, path: Path, found: os.stat_result, room: _Room) -> None:
    size = found.st_size if stat.S_ISREG(found.st_mode) else 0
    below = path.relative_to(top)
    if len(below.parts) > DEEPEST or len(os.fsencode(below)) > LONGEST:
        room.deep += 1
    elif room.number <= 0 or size > room.bytes:
        room.gone += 1
    else:
        room.number -= 1
        room.bytes -= size
        _open_up(path, found, room)
        return
    from ..transaction.keeping import remove_folder  # hardly ever

    remove_folder(path)


def _open_up(path: Path, found: os.stat_result, room: _Room) -> None:
    """Let us read a file, and go through a folder, whose modes say no."""
    if stat.S_ISDIR(found.st_mode):
        path.chmod(0o700)
        room.waiting.append(path)
    elif stat.S_ISREG(found.st_mode) and not found.st_mode & stat.S_IRUSR:
        path.chmod(0o600)


def _told(room: _Room) -> Iterator[str]:
    if room.gone:
        yield f"{_removed(room.gone)}: a run may leave {NUMBER} of them, of {BYTES / 1024**3:g} GiB in all"
    if room.deep:
        yield f"{_removed(room.deep)}: more than {DEEPEST} folders deep, or of too long a path"


def _removed(number: int) -> str:
    return "1 artifact was removed" if number == 1 else f"{number} artifacts were removed"
