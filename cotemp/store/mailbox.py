"""Putting a file into a folder, and moving it on: whole, and never over another one."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
import time
from pathlib import Path

from ..names import random_part
from ..places import TEMPORARY, storage_failed
from ..renames import rename

__all__ = ["NotPlain", "deliver", "move", "read_plain", "unfinished"]

_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK, errno.EACCES, errno.EXDEV, errno.EISDIR}


class NotPlain(Exception):
    """What has this name is no regular file, so nobody may read it as one."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def deliver(folder: Path, name: str, data: bytes) -> Path:
    """Write `data` as `folder/name`: other programs see it whole or not at all.

    Raises FileExistsError when that name is taken, StorageFailed when the disk refuses; in both
    cases nothing is left behind.
    """
    target, temporary = folder / name, folder / (TEMPORARY + random_part(10))
    try:
        with open(temporary, "xb") as file:
            file.write(data)
        _date(temporary)
        _name_it(temporary, target)
    except FileExistsError:
        raise
    except OSError as error:
        raise storage_failed(target, error) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()
    return target


def move(source: Path, target: Path) -> Path:
    """Move `source` to `target`, or to `target` with a number when that name is taken; returns where it is.

    One rename, so that at every moment the file is in exactly one of the two places. Raises
    FileNotFoundError when `source` is gone (somebody else was first) and OSError when the disk refuses.
    """
    place, number = target, 2
    while os.path.lexists(place):
        place, number = target.with_stem(f"{target.stem}-{number}"), number + 1
    rename(source, place)
    return place


def _date(path: Path) -> None:
    """Date a file to the nanosecond: the kernel's own clock ticks every few ms, too slow to keep an order."""
    now = time.time_ns()
    with contextlib.suppress(OSError):  # a file system that keeps no such times
        os.utime(path, ns=(now, now))


def _name_it(source: Path, target: Path) -> None:
    """Give `source` the name `target`, which must be free; `source` may or may not be left behind."""
    if sys.platform == "win32":
        rename(source, target)  # refuses an existing target by itself
        return
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from error
        rename(source, target)


def unfinished(folder: Path) -> list[Path]:
    """Temporary files that a crashed writer left in `folder`."""
    try:
        with os.scandir(folder) as entries:
            return [Path(entry.path) for entry in entries if entry.name.startswith(TEMPORARY)]
    except FileNotFoundError:
        return []


def read_plain(path: Path, limit: int, *, from_end: bool = False) -> tuple[bytes, os.stat_result]:
    """The first (or last) `limit` bytes of a regular file, and what the open file says of itself.

    Never waits (a FIFO would) and never follows a symlink. Raises NotPlain with the kind of thing
    it is instead, FileNotFoundError when it is gone, OSError when it cannot be read now.
    """
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode):
        raise NotPlain(_kind(found.st_mode))
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags)
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise NotPlain(_kind(found.st_mode))
        if from_end:
            file.seek(max(0, found.st_size - limit))
        return file.read(limit), found


def _kind(mode: int) -> str:
    kinds = {
        stat.S_IFLNK: "a symlink",
        stat.S_IFDIR: "a folder",
        stat.S_IFIFO: "a FIFO",
        stat.S_IFSOCK: "a socket",
        stat.S_IFBLK: "a device",
        stat.S_IFCHR: "a device",
    }
    return kinds.get(stat.S_IFMT(mode), "no regular file")
