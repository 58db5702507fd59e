"""Files of the working tree, and plans outside of the repo: whether they are there, and a digest of what they hold."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from ..store.mailbox import NotPlain, read_plain

__all__ = ["Digests", "Presence", "inside", "is_file"]

_CASE_IS_IGNORED = sys.platform in ("win32", "darwin")
GONE = 1.0
"""Seconds for which a file must be missing."""
_MOST = 8 * 1024 * 1024
"""Bytes of a file that count; a change behind them shows in the size."""


def is_file(root: Path | None, name: str) -> bool:
    """Whether `root` (None: a bare repo has no files) has a regular file `name` (a path with `/`), spelled so, with no
    link on the way to it."""
    if root is None:
        return False
    *folders, file = name.split("/")
    at = root
    try:
        for folder in folders:
            at /= folder
            if not stat.S_ISDIR(at.lstat().st_mode):
                return False
        return stat.S_ISREG((at / file).lstat().st_mode) and (not _CASE_IS_IGNORED or file in os.listdir(at))
    except OSError:
        return False


def inside(root: Path | None, path: str) -> str | None:
    """`path` from the root of the repo, with `/`; None when it is absolute and lies elsewhere, or leads out of it."""
    plain = Path(path).expanduser()
    if plain.is_absolute():
        if root is None or not plain.is_relative_to(root):
            return None
        plain = plain.relative_to(root)
    return None if ".." in plain.parts else plain.as_posix()


class Presence:
    """Which of some files are there. One counts as gone when it was missing for a moment: an editor or git may be
    putting it back."""

    def __init__(self, names: Iterable[str]) -> None:
        self._seen = dict.fromkeys(names, float("-inf"))

    def of(self, is_there: Callable[[str], bool]) -> frozenset[str]:
        """Those that are there now, or were a moment ago."""
        now = time.monotonic()
        self._seen |= {name: now for name in self._seen if is_there(name)}
        return frozenset(name for name, at in self._seen.items() if now - at <= GONE)


class Digests:
    """Digests of files as git would name their content, each worked out anew only when the file changed."""

    def __init__(self) -> None:
        self._known: dict[tuple[Path, str], tuple[object, str]] = {}

    def of(self, path: Path, kind: str) -> str | None:
        """The digest of `path` by `kind` (`sha1` or `sha256`); None when it is no regular file that can be read."""
        try:
            found = path.lstat()
            mark = (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)
            before, digest = self._known.get((path, kind), (None, ""))
            if before != mark:
                data, found = read_plain(path, _MOST)
                digest = _digest(data, found.st_size, kind)
                self._known[path, kind] = (mark, digest)
        except (OSError, ValueError, NotPlain):
            return None
        return digest


def _digest(data: bytes, size: int, kind: str) -> str:
    return hashlib.new(kind, b"blob %d\0" % size + data, usedforsecurity=False).hexdigest()
