"""Renaming and removing files that another program may have open.

POSIX lets it keep them. Windows refuses until it has closed them, which a reader, a search index or a
virus scanner does within moments: so there it is tried again for a while.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

__all__ = ["in_use", "remove", "rename", "replace"]

PATIENCE = 1.0
"""Seconds for which a file that is in use is tried again."""

_ACCESS_DENIED = 5  # what Windows also says when the target of a replacement is open
_IN_USE = (32, 33)  # sharing violation, lock violation


def rename(source: Path, target: Path) -> None:
    """As `os.rename`: on Windows it never overwrites, elsewhere it does."""
    _patiently(lambda: os.rename(source, target))


def replace(source: Path, target: Path) -> None:
    """As `os.replace`."""
    _patiently(lambda: os.replace(source, target))


def remove(path: Path) -> None:
    """As `os.unlink`."""
    _patiently(lambda: os.unlink(path))


def in_use(error: OSError) -> bool:
    """True when the reason is that another program has the file open (Windows only)."""
    return getattr(error, "winerror", None) in _IN_USE


if sys.platform == "win32":

    def _patiently(act: Callable[[], None]) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return act()
            except PermissionError as error:
                refused = in_use(error) or error.winerror == _ACCESS_DENIED
                if not refused or time.monotonic() > deadline:
                    raise
            time.sleep(0.01)

else:

    def _patiently(act: Callable[[], None]) -> None:
        act()
