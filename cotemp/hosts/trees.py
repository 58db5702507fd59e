"""Ending a process with everything below it."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from typing import TYPE_CHECKING

from ..errors import TookTooLong

if TYPE_CHECKING:
    import psutil

__all__ = ["await_end", "below", "end", "tree"]

GRACE = 1.0
"""Seconds between the polite signal and the one that cannot be ignored."""
STUBBORN = 1.5
"""Seconds after which what cannot be killed is given up, and named."""


def tree(pid: int, *, has_ended: bool = False) -> list[psutil.Process]:
    """The process `pid`, all its descendants and all of its terminal session; what cut both ties cannot be known.

    `has_ended`: it is gone, so whoever has this pid now is a stranger.
    """
    import psutil  # 15 ms: only who stops something needs it

    found: dict[int, psutil.Process] = {}
    with contextlib.suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        if has_ended:
            return []  # pids of a session that lives are not given away: it has no members left
        found = {one.pid: one for one in [root, *root.children(recursive=True)]}
    for member in _session(pid) - found.keys():
        with contextlib.suppress(psutil.NoSuchProcess):
            found[member] = psutil.Process(member)
    return list(found.values())


def below(process: psutil.Process | None) -> list[psutil.Process]:
    """All descendants of a process; none when there is no process."""
    import psutil

    with contextlib.suppress(psutil.NoSuchProcess):
        return process.children(recursive=True) if process else []
    return []


def await_end(process: psutil.Process, patience: float) -> None:
    """Wait for a process to end by itself; kill it after `patience` seconds."""
    end(_left([process], patience))


def end(processes: list[psutil.Process]) -> None:
    """Ask them to end, then kill them. Raises TookTooLong naming those that cannot be killed."""
    import psutil

    left = _left(processes, 0)
    for act, patience in (("terminate", GRACE), ("kill", STUBBORN)):
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                getattr(process, act)()
        left = _left(left, patience)
    if left:
        named = ", ".join(str(process.pid) for process in left)
        raise TookTooLong(f"these processes cannot be ended: {named}", "they wait for a disk; try again later")


def _left(processes: list[psutil.Process], patience: float) -> list[psutil.Process]:
    """Those that live after `patience` seconds, or none as soon as none does; nobody may ever ask for a zombie."""
    deadline = time.monotonic() + patience
    while (left := [one for one in processes if _is_living(one)]) and time.monotonic() < deadline:
        time.sleep(0.005)
    return left


def _is_living(process: psutil.Process) -> bool:
    import psutil

    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _session(leader: int) -> set[int]:
    """Members of a terminal session."""
    if sys.platform == "win32":
        return set()
    import psutil

    found = set()
    for pid in psutil.pids():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if os.getsid(pid) == leader:
                found.add(pid)
    return found
