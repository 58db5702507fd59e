"""A run on Windows: a keeper whose job object ends everything that its script started.

Windows has no polite signal. The job is what makes sure: every process that the keeper starts is in
it, none can leave it, and the system kills all of them when the keeper ends, however it ends.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from typing import Protocol

from .keeper import NotStarted, Stop, keep
from .plan import Plan
from .result import How

assert sys.platform == "win32"

from .jobs import Job, terminate  # noqa: E402  (only on Windows)

__all__ = ["main"]

CHUNK = 64 * 1024
SETTLING = 0.2
"""Seconds of silence after which a terminal whose script has ended is taken for read: it never says that it is."""


class PipeControl:
    """Standard input and output of the keeper: the line to whoever wanted the run."""

    def __init__(self) -> None:
        self._order: Stop | None = None
        self.wakes: list[Wake] = []

    def plan(self) -> Plan:
        """The plan, which comes first; from then on orders are heard. Raises ValueError when there is none."""
        plan = Plan.from_line(sys.stdin.buffer.readline())
        threading.Thread(target=self._listen, daemon=True).start()
        return plan

    def _listen(self) -> None:
        said = sys.stdin.buffer.readline()
        text = said.decode("utf-8", "replace").strip()
        self._order = (How.INTERRUPTED, text) if said else (How.LOST, "its watcher ended while it ran")
        for wake in self.wakes:
            wake()

    def order(self) -> Stop | None:
        return self._order

    def say(self, line: bytes) -> None:
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()


class Wake(Protocol):
    def __call__(self) -> None: ...


class Body(Protocol):
    """The first process of a script, on a pipe or a terminal."""

    pid: int

    def read(self) -> bytes:
        """What it wrote; waits for it. Empty at the end."""

    def write(self, data: bytes) -> None:
        """Type into its terminal."""

    def wait(self) -> int:
        """Wait for its end; its exit code."""


class OnPipe:
    """Both outputs in one pipe, nothing to read."""

    def __init__(self, plan: Plan) -> None:
        self._process = subprocess.Popen(
            plan.argv, env=plan.env, cwd=plan.cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert self._process.stdout
        self._output = self._process.stdout
        self.pid = self._process.pid

    def read(self) -> bytes:
        return os.read(self._output.fileno(), CHUNK)

    def write(self, data: bytes) -> None:
        """A pipe asks nothing."""

    def wait(self) -> int:
        return self._process.wait()


class OnTerminal:
    """A pseudo console of 50 lines."""

    def __init__(self, plan: Plan) -> None:
        # Only here: it changes the console of the process that uses it.
        import winpty  # type: ignore[import-not-found, import-untyped, unused-ignore]

        try:
            self._process = winpty.PtyProcess.spawn(
                list(plan.argv), cwd=plan.cwd, env=plan.env, dimensions=(50, plan.width)
            )
        except winpty.WinptyError as error:
            raise OSError(str(error)) from error
        self.pid = int(self._process.pid)

    def read(self) -> bytes:
        try:
            return str(self._process.read(CHUNK)).encode("utf-8", "replace")
        except EOFError:
            return b""

    def write(self, data: bytes) -> None:
        self._process.write(data.decode())

    def wait(self) -> int:
        while self._process.isalive():
            time.sleep(0.02)
        return int(self._process.exitstatus or 0)


class WindowsScript:
    """A script that this process started, and everything in this process's job."""

    def __init__(self, plan: Plan, control: PipeControl, job: Job) -> None:
        self._job = job
        self._before = job.members()
        try:
            self._body: Body = OnTerminal(plan) if plan.terminal == "pty" else OnPipe(plan)
        except (OSError, ImportError) as error:
            raise NotStarted(_plainly(plan, error)) from error
        self.pid = self._body.pid
        self._is_terminal = plan.terminal == "pty"
        self._status: int | None = None
        self._heard: queue.Queue[bytes] = queue.Queue(maxsize=16)
        self._last_heard = time.monotonic()
        self._reader = threading.Thread(target=self._read, daemon=True)
        control.wakes.append(self._wake)
        for thread in (self._reader, threading.Thread(target=self._await_end, daemon=True)):
            thread.start()

    def _read(self) -> None:
        with contextlib.suppress(OSError):
            while data := self._body.read():
                self._heard.put(data)
        self._wake()

    def _await_end(self) -> None:
        self._status = self._body.wait()
        self._wake()

    def _wake(self) -> None:
        with contextlib.suppress(queue.Full):  # then it is awake
            self._heard.put_nowait(b"")

    def hear(self, seconds: float) -> bytes:
        try:
            data = self._heard.get(timeout=seconds)
        except queue.Empty:
            return b""
        if data:
            self._last_heard = time.monotonic()
        return data

    def is_silent(self) -> bool:
        settled = self._is_terminal and time.monotonic() - self._last_heard > SETTLING
        return self._heard.empty() and (settled or not self._reader.is_alive())

    def answer(self, data: bytes) -> None:
        self._body.write(data)

    def nudge(self) -> None:
        """Its input is empty, so nothing waits for a key."""

    def exit_status(self) -> tuple[int | None, int | None] | None:
        return None if self._status is None else (self._status, None)

    def refusal(self) -> str | None:
        return None  # there is no enforcer here yet

    def is_gone(self) -> bool:
        return self._status is not None and not self._living()

    def end(self, *, hard: bool) -> int:
        living = self._living()
        for pid in living:
            terminate(pid)
        return len(living)

    def _living(self) -> set[int]:
        return self._job.members() - self._before


def _plainly(plan: Plan, error: Exception) -> str:
    """Why a script could not be started, for a person: Windows does not name what it did not find."""
    if not os.path.isdir(plan.cwd):
        return f"{plan.cwd} is no folder"
    return f"{plan.argv[0]}: {(isinstance(error, OSError) and error.strerror) or error}"


def main() -> None:
    """Keep one run, or try whether terminals work here."""
    if sys.argv[1:] == ["try-terminal"]:
        os._exit(0 if _terminal_works() else 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    job = Job()
    control = PipeControl()
    plan = control.plan()
    keep(plan, os.getpid(), lambda plan: WindowsScript(plan, control, job), control)
    os._exit(0)  # its threads wait for what will not come any more


def _terminal_works() -> bool:
    word = "terminal-works"
    plan = Plan("", "", ("cmd.exe", "/c", "echo", word), dict(os.environ), os.getcwd(), "pty", 250, 0, None)
    body, heard = OnTerminal(plan), b""
    while word.encode() not in heard and (data := body.read()):
        heard += data
    return word.encode() in heard and body.wait() == 0
