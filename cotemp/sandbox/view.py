"""What a confined run may see and change, and what an enforcer makes of that: plain values, no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ..messages.run import Enforcement

__all__ = ["Confined", "Limits", "Missing", "RepoMode", "View", "is_within"]

MEBIBYTE = 1024**2
GIBIBYTE = 1024**3

RepoMode = Literal["none", "read", "overlay", "copy"]
"""Whether a run sees its repo: not at all, read-only, as a copy-on-write view, or as a copy of it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a run may take; sizes in bytes. `memory` and `processes` hold where the system lets us limit them.

    `scratch` is the size of each of its private folders (HOME, /tmp, /var/tmp, /dev/shm).
    """

    memory: int = 4 * GIBIBYTE
    processes: int = 1024
    file_size: int = 2 * GIBIBYTE
    scratch: int = GIBIBYTE


@dataclass(frozen=True, slots=True)
class View:
    """What one run sees of this machine. All folders are absolute; those that it may write exist already.

    `do_copy` is shown at `do_path`; `artifacts` and `outbox` can be written. `repo` is shown as
    `repo_mode` says: `upper` and `work` belong to an overlay, `copy` to a copy. Of `home_dir` (the
    user's HOME) only `programs`, `read` and, with `secrets`, `secret_read` are seen, read-only.
    `hidden` is never seen, whatever else says otherwise: cotemp's home, state and configuration.
    """

    run_dir: Path
    do_copy: Path
    do_path: Path
    artifacts: Path
    outbox: Path
    cwd: Path
    home_dir: Path
    repo: Path | None = None
    repo_mode: RepoMode = "none"
    upper: Path | None = None
    work: Path | None = None
    copy: Path | None = None
    network: bool = False
    secrets: bool = False
    read: tuple[Path, ...] = ()
    secret_read: tuple[Path, ...] = ()
    hidden: tuple[Path, ...] = ()
    programs: tuple[Path, ...] = ()
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class Confined:
    """How to start a program behind the walls of one `View`.

    `prefix` stands before its argv. The process that becomes the enforcer first opens `descriptors`
    for reading, and `status` for writing, at these numbers, and `masks` without those whose place has
    gone since; it joins `groups` (folders of cgroups, each to be removed afterwards) and takes on the `limits`
    (numbers for setrlimit, by the limit's name). The text in `status` then tells whether the program began (see
    `began`). `do_path` is where the program finds the DO; `env` is added to its environment.
    """

    prefix: tuple[str, ...]
    do_path: Path
    enforcement: Enforcement
    descriptors: tuple[tuple[int, Path], ...] = ()
    masks: tuple[int, Path] | None = None
    status: tuple[int, Path] | None = None
    groups: tuple[Path, ...] = ()
    limits: tuple[tuple[str, int], ...] = ()
    env: tuple[tuple[str, str], ...] = ()

    def entry(self) -> dict[str, Any]:
        """What `entering.enter` takes, as plain JSON values."""
        return {
            "descriptors": [(number, str(path)) for number, path in self.descriptors],
            "masks": (self.masks[0], str(self.masks[1])) if self.masks else None,
            "status": (self.status[0], str(self.status[1])) if self.status else None,
            "groups": [str(path) for path in self.groups],
            "limits": list(self.limits),
        }


def is_within(path: Path, folder: Path) -> bool:
    """What `is_relative_to` says, twenty times as fast: it is asked a hundred times before each run."""
    return path.parts[: len(folder.parts)] == folder.parts


@dataclass(frozen=True, slots=True)
class Missing:
    """No enforcer works here: `why`, and what a person can do about it."""

    why: str
    fix: str
