"""What not every system has: a test that needs it is skipped, saying so, where it is missing."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

__all__ = ["fifo", "is_private", "symlink"]


def symlink(link: Path, target: Path) -> None:
    """Make `link` a symlink to `target`."""
    refused = ""
    try:
        link.symlink_to(target, target_is_directory=target.is_dir())
    except OSError as error:
        refused = str(error)
    if not link.is_symlink():
        pytest.skip(f"POSIX only: symlinks (Windows wants a privilege for them) {refused}")


def fifo(path: Path) -> None:
    """Make a FIFO."""
    if sys.platform == "win32":
        pytest.skip("POSIX only: Windows has no FIFOs among its files")
    os.mkfifo(path)


def is_private(path: Path) -> bool:
    """True when only the user may look into `path`; on Windows the profile folder sees to that, not the mode."""
    return sys.platform == "win32" or not stat.S_IMODE(path.stat().st_mode) & 0o77
