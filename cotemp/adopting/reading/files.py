"""Reading files that somebody else left: never out of the folder, never a pipe, never without end."""

from __future__ import annotations

import os
import stat
from pathlib import Path

__all__ = ["LIMIT", "Unreadable", "one_word", "text_of"]

LIMIT = 4 * 1024 * 1024
"""The largest file in bytes; nothing that a launcher keeps is that long."""


class Unreadable(Exception):
    """Why a file was not read, in words that follow its name."""


def text_of(file: Path, root: Path) -> str:
    """What `file` holds, without a BOM, lines ended by LF. Raises Unreadable.

    A link counts only when it leads to a file below `root`.
    """
    data = _bytes(file, root)
    if len(data) > LIMIT:
        raise Unreadable(f"is larger than {LIMIT // 1024 // 1024} MB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(f"is no UTF-8 (line {line})") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _bytes(file: Path, root: Path) -> bytes:
    real = Path(os.path.realpath(file))
    if file.is_symlink() and not real.is_relative_to(os.path.realpath(root)):
        raise Unreadable("is a link that leads out of the folder: not followed")
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        if not stat.S_ISREG(os.lstat(real).st_mode):
            raise Unreadable("is no file: not opened")
        descriptor = os.open(real, flags)
        with os.fdopen(descriptor, "rb") as opened:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise Unreadable("is no file: not read")
            return opened.read(LIMIT + 1)
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror}") from None


def one_word(text: str) -> str:
    """The one line in `text`, without spaces around it. Raises Unreadable when there is none, or are several."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if not lines:
        raise Unreadable("is empty")
    if len(lines) > 1:
        raise Unreadable(f"holds {len(lines)} lines where one is expected")
    return lines[0]
