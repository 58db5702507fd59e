"""`*.orig`: what a file was before; one that was kept earlier is never written over."""

from __future__ import annotations

import os
from pathlib import Path

from ..places import storage_failed
from ..renames import rename

__all__ = ["keep", "set_aside"]


def set_aside(file: Path) -> Path:
    """Rename `file` to `*.orig` (then `*.orig2`, …); returns that. Raises StorageFailed."""
    kept = _free(file)
    try:
        rename(file, kept)
    except OSError as error:
        raise storage_failed(kept, error) from error
    return kept


def keep(file: Path) -> Path:
    """Copy `file` to `*.orig`, or to the next free one; returns that. Raises StorageFailed."""
    kept = _free(file)
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(kept, flags, 0o600), "wb") as copy:
            copy.write(file.read_bytes())
    except OSError as error:
        raise storage_failed(kept, error) from error
    return kept


def _free(file: Path) -> Path:
    number = 1
    while os.path.lexists(kept := file.with_name(f"{file.name}.orig{number if number > 1 else ''}")):
        number += 1
    return kept
