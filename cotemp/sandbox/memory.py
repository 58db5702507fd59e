"""Control groups: how much memory, and how many processes, a confined run may have, where we may say so.

    v2   the nearest group above us that is ours and hands the memory controller down (systemd delegates one)
    v1   a group below ours in the hierarchies `memory` and `pids`

Where neither can be written there is no limit, and the run's log says "none".
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .view import Limits

__all__ = ["Group", "Groups", "find_groups"]

_MOUNTED = Path("/sys/fs/cgroup")
_NAME = "cotemp-"
_LEFT_FOR = 60.0
"""Seconds after which an empty group is a left one, and not one that is about to be joined."""


@dataclass(frozen=True, slots=True)
class Group:
    """Where groups of one hierarchy can be made, and which file takes which limit. `own` is our group in it, where
    a process that joins another waits for the kernel (v2; see `entering`)."""

    parent: Path
    memory: tuple[str, ...] = ()
    processes: str = ""
    own: Path | None = None

    def make(self, name: str, limits: Limits) -> Path:
        """A new group. Raises OSError."""
        folder = self.parent / f"{_NAME}{name}"
        folder.mkdir(exist_ok=True)
        for file in self.memory:
            if (folder / file).exists():  # swap is counted only where the kernel was told to
                (folder / file).write_text("0" if file == "memory.swap.max" else str(limits.memory))
        if self.processes:
            (folder / self.processes).write_text(str(limits.processes))
        return folder


@dataclass(frozen=True, slots=True)
class Groups:
    """Every hierarchy in which we may limit something."""

    places: tuple[Group, ...] = ()

    @property
    def limits_memory(self) -> bool:
        return any(place.memory for place in self.places)

    @property
    def limits_processes(self) -> bool:
        return any(place.processes for place in self.places)

    def make(self, name: str, limits: Limits) -> tuple[Path, ...]:
        """One group for `name` in each hierarchy; all or none. Raises OSError."""
        made: list[Path] = []
        try:
            for place in self.places:
                made.append(place.make(name, limits))
        except OSError:
            remove(made)
            raise
        return tuple(made)

    def warm_up(self) -> None:
        """Begin what makes joining slow, where it is. Only the first process that moves after a quiet moment waits;
        so we move to where we are already, while the run is still being prepared. No group is made meanwhile."""
        for place in self.places:
            if place.own:
                threading.Thread(target=_stay, args=(place.own,), daemon=True).start()

    def sweep(self) -> None:
        """Remove what a keeper that was killed left behind."""
        for place in self.places:
            with contextlib.suppress(OSError), os.scandir(place.parent) as entries:
                old = time.time() - _LEFT_FOR
                remove([Path(e.path) for e in entries if e.name.startswith(_NAME) and e.stat().st_mtime < old])


def _stay(folder: Path) -> None:
    with contextlib.suppress(OSError):
        (folder / "cgroup.procs").write_text("0")


def remove(folders: list[Path]) -> None:
    """Remove groups that are empty; the others stay."""
    for folder in folders:
        with contextlib.suppress(OSError):
            folder.rmdir()


def find_groups() -> Groups:
    """Where limits can be set for a child of this process; tried out, not guessed."""
    try:
        with open("/proc/self/cgroup", encoding="utf-8") as file:
            lines = [line.rstrip("\n").split(":", 2) for line in file]
    except OSError:
        return Groups()
    candidates = [*_unified(lines), *_old(lines)]
    return Groups(tuple(group for group in candidates if _works(group)))


def _unified(lines: list[list[str]]) -> Iterator[Group]:
    own = next((path for number, _, path in lines if number == "0"), None)
    if own is None or not (_MOUNTED / "cgroup.controllers").exists():
        return
    here = _MOUNTED / own.lstrip("/")
    for folder in (here, *here.parents):
        handed = _words(folder / "cgroup.subtree_control")
        if "memory" in handed and os.access(folder / "cgroup.procs", os.W_OK):
            yield Group(folder, ("memory.max", "memory.swap.max"), "pids.max" if "pids" in handed else "", own=here)
            return
        if folder == _MOUNTED:
            return


def _old(lines: list[list[str]]) -> Iterator[Group]:
    for _, controllers, path in lines:
        folder = _MOUNTED / controllers / path.lstrip("/")
        if "memory" in controllers.split(","):
            yield Group(folder, ("memory.limit_in_bytes", "memory.memsw.limit_in_bytes"))
        if "pids" in controllers.split(","):
            yield Group(folder, processes="pids.max")


def _works(group: Group) -> bool:
    try:
        remove([group.make(f"try-{os.getpid()}", Limits())])
    except OSError:
        return False
    return True


def _words(path: Path) -> list[str]:
    try:
        return path.read_text().split()
    except OSError:
        return []
