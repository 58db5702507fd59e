"""Is an agent's program alive? Looks at the processes of its terminal, by the names that its backend has."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from pathlib import PurePath

from .subject import Subject

__all__ = ["Life", "Standing", "life_of", "start_token"]

SHELLS = frozenset(
    {"sh", "bash", "dash", "zsh", "fish", "ksh", "ash", "tcsh", "pwsh", "powershell", "cmd", "nu", "login"}
)


class Life(Enum):
    """What the processes of a terminal prove."""

    ALIVE = auto()
    """A process of the program is there."""
    GONE = auto()
    """It is not: its terminal is dead, or only a shell is left in it."""
    UNKNOWN = auto()
    """There is none of a name that the backend has, but something else, which may be it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands: `pids` of the program (the first is the one to ask), since when the first one runs, in words."""

    life: Life
    quote: str
    pids: tuple[int, ...] = ()
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Process:
    pid: int
    names: frozenset[str]
    started: float


def life_of(subject: Subject) -> Standing:
    """Climb the ladder: is the terminal dead? is the program's process there? what else is there?"""
    pane = subject.pane
    if pane is None:
        return _of_pid(subject) if subject.pid else Standing(Life.UNKNOWN, "it has no terminal")
    if pane.dead:
        code = "" if pane.exit_code is None else f" with exit code {pane.exit_code}"
        return Standing(Life.GONE, f"its program ended{code}")
    root = _process(pane.pid)
    if root is None:
        return Standing(Life.GONE, f"process {pane.pid} of its terminal is gone")
    wanted = _wanted(subject)
    if _is(root, wanted):
        return _alive(root, (root.pid,))
    below = [one for pid in _below(root.pid) if (one := _process(pid))]
    ours = [one for one in below if _is(one, wanted)]
    if ours:
        return _alive(ours[0], tuple(one.pid for one in ours))
    if all(one.names & SHELLS for one in (root, *below)):
        return Standing(Life.GONE, "only a shell is left in its terminal", since=_when(root))
    return Standing(
        Life.UNKNOWN, f"no process in its terminal is called {' or '.join(sorted(wanted))}", since=_when(root)
    )


def _of_pid(subject: Subject) -> Standing:
    one = _process(subject.pid or 0)
    return _alive(one, (one.pid,)) if one else Standing(Life.GONE, f"process {subject.pid} is gone")


def _alive(first: _Process, pids: tuple[int, ...]) -> Standing:
    return Standing(Life.ALIVE, f"process {first.pid} runs", pids, _when(first))


def _wanted(subject: Subject) -> frozenset[str]:
    backend = subject.backend
    return frozenset(map(_plain, backend.processes or backend.argv[:1]))


def _is(one: _Process, wanted: frozenset[str]) -> bool:
    return bool(one.names & wanted) or any(name[:15] in one.names for name in wanted)  # Linux cuts names to 15


def _plain(name: str) -> str:
    """`C:\\tools\\claude.exe`, `/usr/bin/claude` and `cli/claude.js` are all called claude."""
    path = PurePath(name.replace("\\", "/").removeprefix("-"))
    return path.stem if path.suffix.lower() in {".exe", ".js", ".mjs", ".cjs", ".py", ".cmd"} else path.name


def _names(comm: str, argv: list[str]) -> frozenset[str]:
    """What a process is called: its own name, the program's, and the script's that an interpreter runs."""
    script = next((word for word in argv[1:4] if not word.startswith("-")), "")
    return frozenset(_plain(name) for name in (comm, *argv[:1], script) if name and name != "-")


def _when(one: _Process) -> datetime | None:
    with suppress(ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(one.started, UTC)
    return None


if sys.platform == "linux":
    _TICKS = os.sysconf("SC_CLK_TCK")

    def _boot() -> float:
        with open("/proc/stat", "rb") as file:
            return next((float(line.split()[1]) for line in file if line.startswith(b"btime")), 0.0)

    def _process(pid: int) -> _Process | None:
        """A process that runs; None for one that is gone, or is a zombie."""
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:
                head, _, tail = file.read().rpartition(b")")
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                argv = os.fsdecode(file.read(4096)).split("\0")
        except OSError:
            return None
        fields = tail.split()
        if fields[0] in (b"Z", b"X"):
            return None
        comm = os.fsdecode(head.partition(b"(")[2])
        return _Process(pid, _names(comm, argv), _boot() + int(fields[19]) / _TICKS)

    def start_token(pid: int) -> str | None:
        """What tells this process from a later one of the same pid, as Claude Code writes it into its session file."""
        with suppress(OSError, IndexError), open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()[19].decode()
        return None

else:

    def _process(pid: int) -> _Process | None:
        """A process that runs; None for one that is gone, or is a zombie."""
        import psutil  # only where there is no /proc

        try:
            one = psutil.Process(pid)
            if one.status() == psutil.STATUS_ZOMBIE:
                return None
            argv: list[str] = []
            with suppress(psutil.AccessDenied):
                argv = one.cmdline()
            return _Process(pid, _names(one.name(), argv), one.create_time())
        except psutil.Error:
            return None

    def start_token(pid: int) -> str | None:
        """Other systems write it in forms that are not ours to make: it is not compared there."""
        return None


if sys.platform == "win32":

    def _below(pid: int) -> list[int]:
        import psutil

        try:
            return [child.pid for child in psutil.Process(pid).children(recursive=True)]
        except psutil.Error:
            return []

else:

    def _below(pid: int) -> list[int]:
        from ..processes import below

        return below(pid)
