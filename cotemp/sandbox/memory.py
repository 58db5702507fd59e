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
    """Where groups of one hierarchy can be made, and which file takes which limit. `waits`: a process that joins one
    waits for the kernel (v2; see `entering`)."""

    parent: Path
    memory: tuple[str, ...] = ()
    processes: str = ""
    waits: bool = False

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
        """Begin what makes joining slow, where it is, while the run is still being prepared. Only the first process
        that moves after a quiet moment waits, 5 to 15 ms; so this one moves to where it is already. As it waits,
        too, it does so in a thread, which ends by then; whoever confines runs does not fork them (see `runner`)."""
        if any(place.waits for place in self.places):
            with contextlib.suppress(RuntimeError):  # no thread can be had: then the run waits
                threading.Thread(target=_stay, daemon=True, name="control group").start()

    def sweep(self) -> None:
        """Remove what a keeper that was killed left behind."""
        for place in self.places:
            with contextlib.suppress(OSError), os.scandir(place.parent) as entries:
                old = time.time() - _LEFT_FOR
                remove([Path(e.path) for e in entries if e.name.startswith(_NAME) and e.stat().st_mtime < old])


def _stay() -> None:
    """Looked up each time: somebody may have moved us."""
    here = _own_unified(_memberships())
    with contextlib.suppress(OSError):
        if here:
            (here / "cgroup.procs").write_text("0")


def remove(folders: list[Path]) -> None:
    """Remove groups that are empty; the others stay."""
    for folder in folders:
        with contextlib.suppress(OSError):
            folder.rmdir()


def find_groups() -> Groups:
    """Where limits can be set for a child of this process; tried out, not guessed."""
    lines = _memberships()
    candidates = [*_unified(lines), *_old(lines)]
    return Groups(tuple(group for group in candidates if _works(group)))


def _memberships() -> list[list[str]]:
    """Number, controllers and path of each group that this process is in."""
    try:
        return [os.fsdecode(line).split(":", 2) for line in Path("/proc/self/cgroup").read_bytes().splitlines()]
    except OSError:
        return []


def _own_unified(lines: list[list[str]]) -> Path | None:
    own = next((path for number, _, path in lines if number == "0"), None)
    if own is None or not (_MOUNTED / "cgroup.controllers").exists():
        return None
    return _MOUNTED / own.lstrip("/")


def _unified(lines: list[list[str]]) -> Iterator[Group]:
    here = _own_unified(lines)
    for folder in (here, *here.parents) if here else ():
        handed = _words(folder / "cgroup.subtree_control")
        if "memory" in handed and os.access(folder / "cgroup.procs", os.W_OK):
            yield Group(folder, ("memory.max", "memory.swap.max"), "pids.max" if "pids" in handed else "", waits=True)
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
        remove([group.make(f"try-{os.getpid()}-{threading.get_native_id()}", Limits())])
    except OSError:
        return False
    return True


def _words(path: Path) -> list[str]:
    try:
        return path.read_text().split()
    except OSError:
        return []
