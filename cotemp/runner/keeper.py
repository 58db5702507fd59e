"""The keeper: the part of a small process that owns one run, from its start to the last process of its tree.

The same on every system; what differs is a `Script` (how a script is started, heard and ended) and a
`Control` (how whoever wanted the run speaks to us), from `posix` or `windows`.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from ..errors import StorageFailed
from ..times import show_duration, utc
from .output import Kept, OutputLog
from .plan import Plan, message, remove_copy
from .reading import kept_bytes
from .result import CANCEL, Finished, How, hold, write_result
from .walls import take_down

__all__ = ["Control", "NotStarted", "Script", "Stop", "keep"]

TICK = 0.1
"""Seconds between two looks for a cancel request and at the clock."""
GRACE = 1.0
"""Seconds between the polite signal and the one that cannot be ignored."""
STUBBORN = 10.0
"""Seconds after which processes that cannot be killed are given up, and named in the result."""
LAST_WORDS = 1.0
"""Seconds for reading what still lies in the terminal when every process has ended."""

_ANSWERS = {b"\x1b[6n": b"\x1b[1;1R", b"\x1b[c": b"\x1b[?1;0c"}
"""What programs ask a terminal (cursor position, kind), and the answer; they wait for it, 10 to 25 s each."""


class NotStarted(Exception):
    """The script could not be started; the message says why."""


Stop = tuple[How, str]
"""How a run is to end that did not end by itself, and why, for a person."""


class Script(Protocol):
    """The process of a script, and everything below it, as one operating system sees it."""

    pid: int

    def hear(self, seconds: float) -> bytes:
        """What it wrote. Waits for something at most `seconds`; its end and a message to the keeper end the wait."""

    def is_silent(self) -> bool:
        """True when it cannot write any more, and everything that it wrote was heard."""

    def answer(self, data: bytes) -> None:
        """Type into its terminal, if it has one and can take it."""

    def nudge(self) -> None:
        """Make whatever waits for a key give up; called every `TICK`."""

    def exit_status(self) -> tuple[int | None, int | None] | None:
        """Exit code and signal of its first process, one of them None; None while that runs."""

    def refusal(self) -> str | None:
        """Why it never began although something was started: what was to confine it could not; None when it began."""

    def is_gone(self) -> bool:
        """True when no process of it is left."""

    def end(self, *, hard: bool) -> int:
        """Ask all its processes to end, or kill them; returns how many there were."""


class Control(Protocol):
    """The line to whoever wanted the run."""

    def order(self) -> Stop | None:
        """The order to end the run, when one came, or when nobody is there any more."""

    def say(self, line: bytes) -> None:
        """Send one message. Raises OSError when nobody is there to read it."""


class Starter(Protocol):
    def __call__(self, plan: Plan) -> Script:
        """Start the script of `plan`. Raises NotStarted."""


def keep(plan: Plan, pid: int, start: Starter, control: Control) -> None:
    """Own the run of `plan` in this process `pid`, and report on it; returns when nothing of it is left."""
    run_dir = Path(plan.run_dir)
    with hold(run_dir):
        # Whoever does not get this line may safely try again with another keeper.
        control.say(message(keeper=pid))
        finished = _run(plan, start, control)
        remove_copy(run_dir)
        with contextlib.suppress(StorageFailed):  # then the message alone tells it
            write_result(run_dir, plan.run_id, finished)
    with contextlib.suppress(OSError):  # then the file alone tells it
        control.say(message(ended=finished.to_json()))
    if plan.walls:  # nobody has to wait for that
        take_down(plan.walls)


def _run(plan: Plan, start: Starter, control: Control) -> Finished:
    try:
        script = start(plan)
    except NotStarted as error:
        return Finished(How.NOT_STARTED, why=str(error), ended=datetime.now(UTC))
    keeping = _Keeping(plan, script, control)
    with contextlib.suppress(OSError):  # the next look at `control` finds out
        control.say(message(started=script.pid, at=utc(datetime.now(UTC))))
    return keeping.to_its_end()


class _Keeping:
    """One run under way."""

    def __init__(self, plan: Plan, script: Script, control: Control) -> None:
        self._plan = plan
        self._script = script
        self._control = control
        self._scrubber = plan.scrub.scrubber() if plan.scrub else None
        self._log = OutputLog(Path(plan.run_dir), plan.secret, self._scrubber)
        self._cancel = Path(plan.run_dir) / CANCEL
        self._recent = b""
        self._next_look = 0.0
        self._began = time.monotonic()

    def to_its_end(self) -> Finished:
        """Keep the run until it is over and nothing of it is left."""
        how, why = self._until_end()
        elapsed = time.monotonic() - self._began
        left = self._end_all(how)
        self._hear_last_words()
        if how is How.EXITED and (refused := self._script.refusal()):
            how, why = How.NOT_STARTED, refused
        finished = self._finished(how, self._log.close(), int(elapsed * 1000))
        return replace(finished, why="; ".join(filter(None, (why, left, finished.why))) or None)

    def _until_end(self) -> tuple[How, str | None]:
        while True:
            self._hear(TICK)
            if self._script.exit_status():
                return How.EXITED, None
            stop = self._control.order() or self._look()
            if stop:
                return stop

    def _look(self) -> Stop | None:
        """What only a look now and then can tell, every `TICK` at most."""
        now = time.monotonic()
        if now < self._next_look:
            return None
        self._next_look = now + TICK
        self._log.show_partial()
        self._script.nudge()
        if now - self._began >= self._plan.timeout:
            return How.TIMED_OUT, f"took longer than {show_duration(self._plan.timeout)}"
        who = _first_line(self._cancel)
        return None if who is None else (How.CANCELLED, f"cancelled by {who}" if who else "cancelled")

    def _end_all(self, how: How) -> str | None:
        """End what is left, politely first unless nobody is there to wait for it; returns what is worth telling."""
        if self._script.is_gone():
            return None
        told = self._script.end(hard=how is How.LOST)
        now = time.monotonic()
        patience = now if how is How.LOST else now + GRACE
        while not self._script.is_gone():
            self._hear(0.01)
            now = time.monotonic()
            if now > patience + STUBBORN:
                return f"{self._script.end(hard=True)} of its processes cannot be ended"
            if now > patience:
                self._script.end(hard=True)
        return _left_running(told) if how is How.EXITED and told else None

    def _hear(self, seconds: float) -> None:
        data = self._script.hear(seconds)
        if data:
            self._log.write(data)
            self._answer(data)

    def _hear_last_words(self) -> None:
        deadline = time.monotonic() + LAST_WORDS
        while not self._script.is_silent() and time.monotonic() < deadline:
            self._hear(0.01)

    def _answer(self, data: bytes) -> None:
        """Answer what was asked of the terminal, also when the question came in two pieces."""
        if b"\x1b" not in data and not self._recent:
            return
        window = self._recent + data
        for question, answer in _ANSWERS.items():
            if question in window:
                self._script.answer(answer * window.count(question))
                window = window.rpartition(question)[2]
        rest = window[window.rfind(b"\x1b") :] if b"\x1b" in window else b""
        self._recent = rest if len(rest) < 4 else b""

    def _finished(self, how: How, kept: Kept, elapsed_ms: int) -> Finished:
        code, signal = self._script.exit_status() or (None, None)
        return Finished(
            how=how,
            exit_code=None if how is How.NOT_STARTED else code,
            signal=signal,
            marked=kept.marked,
            elapsed_ms=elapsed_ms,
            bytes_seen=kept.bytes_seen,
            bytes_kept=kept_bytes(Path(self._plan.run_dir)),
            redacted=dict(self._scrubber.counts) if self._scrubber else {},
            why=f"its output is not complete: {kept.trouble}" if kept.trouble else None,
            ended=datetime.now(UTC),
        )


def _left_running(number: int) -> str:
    what = "a process" if number == 1 else f"{number} processes"
    return f"it left {what} running, which {'was' if number == 1 else 'were'} ended"


def _first_line(path: Path) -> str | None:
    """The first line of a small file; None when there is no such file."""
    try:
        with open(path, "rb") as file:
            return file.read(200).decode("utf-8", "replace").partition("\n")[0].strip()
    except OSError:
        return None
