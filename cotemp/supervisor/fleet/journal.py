"""The journal: a file that agents and people append to, and in which the end of the sequence is told once."""

from __future__ import annotations

import os
from pathlib import Path

from ...errors import DamagedData
from ...places import make_folder, storage_failed
from ...store.mailbox import NotPlain, read_plain

__all__ = ["append_once"]

LIMIT = 64 * 1024 * 1024
_FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


def append_once(file: Path, line: str) -> bool:
    """Append `line` to `file`, unless it stands there already; True when it was appended.

    Raises StorageFailed, and DamagedData for what is no regular file: agents write beside it, and a link would lead us
    elsewhere, a FIFO would make us wait.
    """
    try:
        before = _content(file)
        if line.encode() in before.splitlines():
            return False
        end = b"\r\n" if b"\r\n" in before else b"\n"
        make_folder(file.parent)
        with os.fdopen(os.open(file, _FLAGS, 0o666), "ab") as stream:  # others append, too: it may not be written anew
            stream.write((b"" if not before or before.endswith(b"\n") else end) + line.encode() + end)
    except NotPlain as error:
        raise DamagedData(f"nothing is written to the journal {file}: it is {error.kind}", "put a file there") from None
    except OSError as error:
        raise storage_failed(file, error) from error
    return True


def _content(file: Path) -> bytes:
    try:
        return read_plain(file, LIMIT, from_end=True)[0]
    except FileNotFoundError:
        return b""
