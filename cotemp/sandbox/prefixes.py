"""Which folders a program needs to be seen in order to run, where it does not lie with the system's own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ..places import shipped

__all__ = ["programs"]

_SYSTEM = tuple(map(Path, ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/opt", "/nix")))


def programs(engine: str) -> tuple[Path, ...]:
    """What to show read-only of HOME for the program `engine` (its path): its own folder, Python's, and cotemp's."""
    ours = (Path(sys.prefix), Path(sys.base_prefix), shipped("ps"), Path(__file__).parents[1])
    found = dict.fromkeys((*ours, *_around(Path(os.path.realpath(engine)))))
    return tuple(path for path in found if not any(path.is_relative_to(folder) for folder in _SYSTEM))


def _around(program: Path) -> tuple[Path, ...]:
    """The folder that a program was installed to. `~/.local` is more than that: keys lie there, too."""
    runtime = os.environ.get("DOTNET_ROOT")
    prefix = program.parent.parent
    whole = program.parent.name == "bin" and prefix.name != ".local" and prefix != Path.home()
    folder = prefix if whole else program.parent
    return (folder, Path(runtime)) if runtime else (folder,)
