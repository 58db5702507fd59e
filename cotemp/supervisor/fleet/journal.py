"""The journal: a file that agents and people append to, and in which the end of the sequence is told once."""

from __future__ import annotations

from pathlib import Path

from ...places import make_folder, storage_failed

__all__ = ["append_once"]


def append_once(file: Path, line: str) -> bool:
    """Append `line` to `file`, unless it stands there already; True when it was appended. Raises StorageFailed."""
    try:
        before = file.read_bytes() if file.exists() else b""
        if line.encode() in before.splitlines():
            return False
        make_folder(file.parent)
        with file.open("ab") as stream:  # others append to it, too: it may not be written anew
            stream.write((b"" if not before or before.endswith(b"\n") else b"\n") + line.encode() + b"\n")
    except OSError as error:
        raise storage_failed(file, error) from error
    return True
