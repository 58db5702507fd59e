"""Whether this process was started by a run: what only a human may do is refused to it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import NamedTuple

from ..errors import RefusedByPolicy

__all__ = ["refuse_below_a_run", "run_above"]

_MARK = b"COTEMP_RUN_ID="
_KEEPERS = (b"from cotemp.runner.zygote import", b"from cotemp.runner.windows import")
"""What stands on the command line of the processes of ours that start DOs, and below which a DO's processes stay."""


class _Process(NamedTuple):
    environment: list[bytes]
    command_line: bytes


def run_above() -> str | None:
    """The run that started this process, as words for people; None when no run did.

    A DO may clean its environment, but not that of the processes above it; and those that start DOs are
    known by their command line. What left the tree of its run by way of another program (at, a terminal
    multiplexer) and cleaned its environment, too, is not found.
    """
    own = os.environ.get("COTEMP_RUN_ID")
    if own is not None:
        return _named(own.encode("utf-8", "surrogateescape"))
    for process in _above():
        for variable in process.environment:
            if variable.startswith(_MARK):
                return _named(variable.removeprefix(_MARK))
        if any(keeper in process.command_line for keeper in _KEEPERS):
            return "a run"
    return None


def refuse_below_a_run(act: str) -> None:
    """Raise RefusedByPolicy when a run started this process. `act` begins the sentence: "approving a DO"."""
    run = run_above()
    if run:
        raise RefusedByPolicy(
            f"{act} is for a human, and {run} started this process", "a person has to do it, in a terminal of theirs"
        )


def _named(run_id: bytes) -> str:
    from ..names import is_run_id  # nobody pays for it who is not below a run

    text = run_id.decode("utf-8", "replace")
    return f"run {text}" if is_run_id(text) else "a run"


if sys.platform == "linux":

    def _above() -> Iterator[_Process]:
        """This process and those above it, as far as this user may look."""
        pid, seen = os.getpid(), set[int]()
        while pid > 0 and pid not in seen:
            seen.add(pid)
            yield _Process(_read(pid, "environ").split(b"\0"), _read(pid, "cmdline"))
            pid = _parent(pid)

    def _parent(pid: int) -> int:
        fields = _read(pid, "stat").rpartition(b")")[2].split()
        return int(fields[1]) if len(fields) > 1 else 0

    def _read(pid: int, what: str) -> bytes:
        try:
            with open(f"/proc/{pid}/{what}", "rb") as file:
                return file.read()
        except OSError:
            return b""

else:

    def _above() -> Iterator[_Process]:
        """This process and those above it, as far as this user may look."""
        import psutil  # only where /proc cannot tell

        me = psutil.Process()
        for process in (me, *me.parents()):
            environment, command_line = {}, list[str]()
            try:
                command_line = process.cmdline()
                environment = process.environ()
            except (psutil.Error, OSError):  # another user's: what is known of it has to do
                pass
            pairs = [f"{name}={value}".encode("utf-8", "replace") for name, value in environment.items()]
            yield _Process(pairs, "\0".join(command_line).encode("utf-8", "replace"))
