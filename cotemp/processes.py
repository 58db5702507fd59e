"""Finding every process below another, also those that tried to leave (Linux and macOS)."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator

assert sys.platform != "win32"

__all__ = ["adopt_orphans", "below", "children", "die_with_parent", "marked", "reap", "send", "wake_at_end_of_child"]


def send(number: int, pids: Iterable[int]) -> None:
    """Send a signal to each of `pids` that is still there and ours."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def reap() -> Iterator[tuple[int, int]]:
    """Pid and status of every child that has ended. Raises ChildProcessError when there is no child at all."""
    while True:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        yield pid, status


def wake_at_end_of_child() -> int:
    """A descriptor that becomes readable when a child ends."""
    ours, theirs = os.pipe()
    os.set_blocking(theirs, False)
    signal.set_wakeup_fd(theirs, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)  # without a handler nothing is written to the pipe
    return ours


if sys.platform == "linux":
    import ctypes

    _SET_PDEATHSIG, _SET_CHILD_SUBREAPER = 1, 36
    _libc = ctypes.CDLL(None, use_errno=True)

    def adopt_orphans() -> None:
        """Become the parent of every descendant whose own parent ends, so that none can slip away."""
        _libc.prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    def die_with_parent(parent: int) -> None:
        """Be killed when `parent`, our parent, ends in whatever way; at once when it has ended already."""
        _libc.prctl(_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)

    def below(pid: int) -> list[int]:
        """All descendants of `pid`, parents before their children."""
        of = _lister()
        found = of(pid)
        for child in found:
            found += of(child)
        return found

    def children(pid: int) -> list[int]:
        """The children of `pid`."""
        return _lister()(pid)

    def _lister() -> Callable[[int], list[int]]:
        me = os.getpid()
        return _listed if os.path.exists(f"/proc/{me}/task/{me}/children") else _by_parent()

    def _listed(pid: int) -> list[int]:
        """The children of one process, as the kernel lists them for each of its threads."""
        found: list[int] = []
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it ended meanwhile
            for thread in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{thread}/children", "rb") as file:
                    found += map(int, file.read().split())
        return found

    def _by_parent() -> Callable[[int], list[int]]:
        """The same where the kernel keeps no such lists (it may be built without)."""
        found: dict[int, list[int]] = {}
        for pid in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError), open(f"/proc/{pid}/stat", "rb") as file:
                parent = int(file.read().rpartition(b")")[2].split()[1])
                found.setdefault(parent, []).append(int(pid))
        return lambda pid: list(found.get(pid, ()))

    def marked(run_id: str) -> list[int]:
        """Processes whose environment says that they belong to this run, wherever they went."""
        wanted = f"COTEMP_RUN_ID={run_id}".encode()
        return [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if wanted in _environment(pid)]

    def _environment(pid: int) -> list[bytes]:
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                return file.read().split(b"\0")
        except OSError:
            return []

else:

    def adopt_orphans() -> None:
        """macOS has nothing like it: `marked` finds what left the tree."""

    def die_with_parent(parent: int) -> None:
        """macOS has nothing like it: whoever sees the parent's end ends what is `marked`."""

    def below(pid: int) -> list[int]:
        """All descendants of `pid`, as far as they did not leave the tree."""
        import psutil  # only where there is no /proc

        try:
            return [child.pid for child in psutil.Process(pid).children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def children(pid: int) -> list[int]:
        """The children of `pid`."""
        import psutil  # only where there is no /proc

        try:
            return [child.pid for child in psutil.Process(pid).children()]
        except psutil.NoSuchProcess:
            return []

    def marked(run_id: str) -> list[int]:
        """Processes whose environment says that they belong to this run, wherever they went."""
        import psutil  # only where there is no /proc

        found = psutil.process_iter(["environ"])
        return [process.pid for process in found if (process.info["environ"] or {}).get("COTEMP_RUN_ID") == run_id]
