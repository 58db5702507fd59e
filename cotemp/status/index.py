"""What was read before, and the proof that it still holds: nothing is read twice that cannot have changed.

Everything here is remembered together with a mark, made of the times of the files and folders that
it was read from. What is remembered holds as long as the mark stays the same. A folder that changed
so recently that it could change again without its time changing is read, but not remembered; so do
coarse clocks and fast hands no harm. The index lies in this machine's state and may be deleted.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from contextlib import suppress
from os import lstat
from typing import Any

from .. import __version__
from ..errors import StorageFailed
from ..places import Places, make_folder, write_whole

__all__ = ["Index", "Mark", "mark", "newest"]

FRESH = 2.0
"""Seconds in which a file may change again and keep its time: that of FAT is the coarsest there is."""

Mark = tuple[int, ...]
"""The state of some files and folders: of each its two times (ns since the epoch), its number and its size."""


def mark(*paths: str) -> Mark:
    """The mark of `paths`, whether they exist or not. A folder's changes when something in it is made or goes."""
    seen: list[int] = []
    for path in paths:
        try:
            found = lstat(path)
            seen += (found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_size)
        except OSError as error:
            seen += (-(error.errno or 1), 0, 0, 0)
    return tuple(seen)


def newest(at: Mark) -> int:
    """The latest time in a mark; 0 when nothing was there."""
    return max((0, *at[0::4], *at[1::4]))


class Index:
    """What is remembered, in sections of keys. Values are plain JSON values, so that they are alike when read again."""

    def __init__(self, places: Places, now: float, shape: object) -> None:
        """`now` in seconds since the epoch, not later than the first reading; `shape`: of what is kept, as JSON."""
        self._about = json.dumps([__version__, str(places.home), shape])
        self._places = places
        self._settled = int((now - FRESH) * 1e9)
        self._before: dict[str, dict[str, list[Any]]] = self._load()
        self._after: dict[str, dict[str, list[Any]]] = {}
        self._is_new = False

    def known(self, section: str, key: str, at: Mark) -> Any:
        """What is remembered and still holds; None when nothing does."""
        found = self._before.get(section, {}).get(key)
        # The hash of a tuple of integers is the same in every process; its 64 bits are enough to see a change.
        if found is None or found[0] != hash(at):
            return None
        self._after.setdefault(section, {})[key] = found
        return found[1]

    def keep(self, section: str, key: str, at: Mark, value: Any) -> None:
        """Remember `value`, read after the mark `at` was taken, unless it may change unnoticed."""
        if newest(at) <= self._settled:
            self._after.setdefault(section, {})[key] = [hash(at), value]
            self._is_new = True

    def told(self, section: str, key: str, at: Mark, read: Callable[[], Any]) -> Any:
        """What `read` returns (never None), or returned when it was last called for this mark."""
        found = self.known(section, key, at)
        if found is None:
            found = read()
            self.keep(section, key, at, found)
        return found

    def save(self) -> None:
        """Write down what is new, and forget what nobody asked for; that it cannot be written is no harm."""
        if not self._is_new:
            return
        data = json.dumps(self._after, separators=(",", ":")).encode()
        with suppress(StorageFailed):
            make_folder(self._places.state, 0o700)
            write_whole(self._places.index, self._head(data) + data, mode=0o600)

    def _load(self) -> dict[str, dict[str, list[Any]]]:
        """The sections of the index; none when it is missing, damaged, of another version or of another home."""
        try:
            with open(self._places.index, "rb") as file:
                head, data = file.readline(), file.read()
        except OSError:
            return {}
        found: dict[str, dict[str, list[Any]]] = json.loads(data) if head == self._head(data) else {}
        return found

    def _head(self, data: bytes) -> bytes:
        """The first line: what makes the rest ours, and whole."""
        return f"{zlib.crc32(data):08x} {self._about}\n".encode()
