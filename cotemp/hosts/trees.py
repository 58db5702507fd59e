"""Ending a process with everything below it."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING

from ..errors import TookTooLong

if TYPE_CHECKING:
    import psutil

__all__ = ["end", "tree"]

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


def end(processes: list[psutil.Process]) -> None:
    """Ask them to end, then kill them. Raises TookTooLong naming those that cannot be killed."""
    import psutil

    left = processes
    for act, patience in (("terminate", GRACE), ("kill", STUBBORN)):
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                getattr(process, act)()
        _, left = psutil.wait_procs(left, timeout=patience)
        left = [process for process in left if not _is_zombie(process)]
    if left:
        named = ", ".join(str(process.pid) for process in left)
        raise TookTooLong(
            f"these processes cannot be ended: {named}", "they wait for a disk or network; try again later"
        )


def _is_zombie(process: psutil.Process) -> bool:
    import psutil

    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


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
