"""A run on Linux and macOS: its script on a terminal or a pipe, heard without blocking, ended with all it started."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import select
import signal
import socket
import subprocess
import sys
import termios

import pexpect

from .keeper import NotStarted, Stop
from .plan import Plan
from .result import How

assert sys.platform != "win32"

from ..processes import below, die_with_parent, marked, reap, send, wake_at_end_of_child  # noqa: E402  (not on Windows)
from .terminal import CHUNK, OurEnd  # noqa: E402
from .walls import enter, refusal  # noqa: E402

__all__ = ["PosixControl", "PosixScript"]

FIRST_WORDS = 4096
"""Bytes of output that are remembered of a confined run: all that its enforcer says when it cannot start it."""


class PosixControl:
    """The socket to whoever wanted the run, and the pipe that closes when our zygote ends."""

    def __init__(self, line: socket.socket, zygote: int) -> None:
        self._line = line
        self._zygote = zygote
        self._early = b""
        self._poll = select.poll()
        self._poll.register(line, select.POLLIN)
        self._poll.register(zygote, select.POLLIN)

    def descriptors(self) -> list[int]:
        """What becomes readable when there may be an order."""
        return [self._line.fileno(), self._zygote]

    def plan(self) -> Plan:
        """The plan, which comes first. Raises ValueError when nobody is there any more to send it."""
        data = b""
        while b"\n" not in data:
            part = self._line.recv(CHUNK)
            if not part:
                raise ValueError("nobody wants it any more")
            data += part
        line, _, self._early = data.partition(b"\n")
        return Plan.from_line(line)

    def order(self) -> Stop | None:
        if self._early:
            return _interrupted(self._early)
        ready = [descriptor for descriptor, _ in self._poll.poll(0)]
        if self._line.fileno() in ready:
            return self._said()
        if self._zygote in ready:
            return How.INTERRUPTED, "the process that starts runs was killed"
        return None

    def _said(self) -> Stop:
        try:
            text = self._line.recv(CHUNK)
        except OSError:
            text = b""
        return _interrupted(text) if text else (How.LOST, "its watcher ended while it ran")

    def say(self, line: bytes) -> None:
        self._line.sendall(line)


def _interrupted(text: bytes) -> Stop:
    return How.INTERRUPTED, text.decode("utf-8", "replace").strip()


class PosixScript:
    """A script that this process started, and everything below this process."""

    def __init__(self, plan: Plan, control: PosixControl) -> None:
        self._run_id = plan.run_id
        self._walls = plan.walls
        self._first_words = b""
        self._status: int | None = None
        self._wake = wake_at_end_of_child()
        start = _on_terminal if plan.terminal == "pty" else _on_pipe
        self.pid, output = start(plan)
        self._output = OurEnd(output, is_terminal=plan.terminal == "pty")
        self._poll = select.poll()
        self._control = control.descriptors()
        for descriptor in (output, self._wake, *self._control):
            self._poll.register(descriptor, select.POLLIN)

    def hear(self, seconds: float) -> bytes:
        ready = [descriptor for descriptor, _ in self._poll.poll(seconds * 1000)]
        if self._wake in ready:
            os.read(self._wake, CHUNK)
        data = self._output.read() if self._output.descriptor in ready else b""
        if self._output.has_ended:
            with contextlib.suppress(KeyError):  # it was unregistered before
                self._poll.unregister(self._output.descriptor)
        if self._walls and len(self._first_words) < FIRST_WORDS:
            self._first_words += data
        return data

    def is_silent(self) -> bool:
        return self._output.has_ended

    def answer(self, data: bytes) -> None:
        self._output.answer(data)

    def nudge(self) -> None:
        self._output.nudge()

    def exit_status(self) -> tuple[int | None, int | None] | None:
        self._reap()
        if self._status is None:
            return None
        code = os.waitstatus_to_exitcode(self._status)
        return (code, None) if code >= 0 else (None, -code)

    def refusal(self) -> str | None:
        code, _ = self.exit_status() or (None, None)
        return refusal(self._walls, self._first_words) if self._walls and code is not None else None

    def is_gone(self) -> bool:
        return not self._reap() and not self._strays()

    def end(self, *, hard: bool) -> int:
        while self._control:  # the order was given: waiting for another would only keep us awake
            self._poll.unregister(self._control.pop())
        living = {*below(os.getpid()), *self._strays()}
        told = living
        if self._walls and self._status is not None:  # what was behind the walls ends with them, by itself
            hard, told = True, set()
        elif self._walls and not hard:  # the polite signal is for the script: the enforcer would not pass it on
            living.discard(self.pid)
        send(signal.SIGKILL if hard else signal.SIGTERM, living)
        send(signal.SIGCONT, living)  # a stopped process would not even hear the polite one
        return len(told)

    def _reap(self) -> bool:
        """Reap what has ended; returns whether any child is left."""
        try:
            for pid, status in reap():
                if pid == self.pid:
                    self._status = status
        except ChildProcessError:
            return False
        return True

    def _strays(self) -> list[int]:
        """What is of this run, but not below us: only where orphans cannot be adopted."""
        return [] if sys.platform == "linux" else [pid for pid in marked(self._run_id) if pid != os.getpid()]


def _on_terminal(plan: Plan) -> tuple[int, int]:
    """Start the script on a new terminal; returns its pid and our end."""
    keeper = os.getpid()

    def prepare() -> None:
        _prepare(plan, keeper)
        os.chdir(plan.cwd)
        _leave_terminal()

    try:
        child = pexpect.spawn(
            plan.argv[0], list(plan.argv[1:]), env=plan.env, echo=False, dimensions=(50, plan.width), preexec_fn=prepare
        )
    except (OSError, pexpect.ExceptionPexpect) as error:
        raise NotStarted(_plainly(error)) from error
    _spawned.append(child)
    assert child.pid, "it was started"
    return child.pid, child.child_fd


def _on_pipe(plan: Plan) -> tuple[int, int]:
    """Start the script with both outputs into one pipe; returns its pid and our end."""
    keeper = os.getpid()
    try:
        child = subprocess.Popen(
            plan.argv, env=plan.env, cwd=plan.cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=lambda: _prepare(plan, keeper),
            close_fds=plan.walls is None,  # they would be closed after `_prepare`; `enter` sees to it instead
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError) as error:
        raise NotStarted(_plainly(error)) from error
    assert child.stdout
    _spawned.append(child)
    return child.pid, child.stdout.fileno()


_spawned: list[object] = []
"""Keeps what was spawned: pexpect ends a process when its object is forgotten."""


def _prepare(plan: Plan, keeper: int) -> None:
    """In the new process, before it becomes the engine: undo what only suits a keeper."""
    die_with_parent(keeper)
    if plan.walls:
        enter(plan.walls)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)


def _leave_terminal() -> None:
    """Keep the terminal for output only: standard input is empty and there is no `/dev/tty`, so that a
    question fails at once instead of waiting for a human."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # leaving the terminal hangs up on us
    with contextlib.suppress(OSError):  # macOS lets no session leader do it
        fcntl.ioctl(1, termios.TIOCNOTTY)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def _plainly(error: Exception) -> str:
    """What a failed start says, for a person; pexpect hands on only the text of an error in the new process."""
    return re.sub(r"^\[Errno \d+\] ", "", str(error))
