"""Reading the end of a file that may be anything, and adding a line to one that others may have prepared."""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import DamagedData
from ..places import is_link, make_folder, refuse_link, storage_failed
from ..store.mailbox import NotPlain, read_plain

__all__ = ["append_line", "tail"]

_LONGEST = 16 * 1024
"""No secret on one line has so many characters."""
_SAFELY = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def append_line(path: Path, line: str) -> None:
    """Add a line to `path`, which is made where it is missing.

    The home may be written by others: a link in its place would let them choose which file of ours grows. Raises
    DamagedData for what is no regular file, StorageFailed when the disk refuses.
    """
    refuse_link(path.parent)
    make_folder(path.parent)
    if is_link(path) or (path.exists() and not path.is_file()):
        raise DamagedData(f"{path} is no plain file", "look at it, and remove it")
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | _SAFELY, 0o666)
        with os.fdopen(descriptor, "ab") as file:
            file.write(line.encode("utf-8", "replace") + b"\n")
    except OSError as error:
        raise storage_failed(path, error) from error


def tail(path: Path, lines: int, limit: int = 64 * 1024) -> list[str]:
    """The last lines of a regular file, from its last `limit` bytes; none when it cannot be read."""
    try:
        data, found = read_plain(path, limit, from_end=True)
    except (OSError, NotPlain):
        return []
    text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n").rstrip("\n")
    kept = text.split("\n") if text else []
    if found.st_size > limit:  # the first one was cut, perhaps within a character or a secret
        kept = kept[1:] if len(kept) > 1 else [line[_LONGEST:] for line in kept]
    return kept[-lines:]
