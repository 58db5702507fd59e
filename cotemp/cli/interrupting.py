"""What ends a command that goes on: ^C, SIGTERM, SIGHUP, or the end of stdin when that is a pipe."""

from __future__ import annotations

import os
import signal
import stat
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import TextIO

__all__ = ["Stops"]


class Stops:
    """Says when the command should end, as long as the `with` block lasts; a signal raises nothing in it.

    ^C is for the program at a terminal. Where stdin is a pipe, a program started us and decides: SIGINT
    is ignored then, and the end of stdin ends us (PowerShell's jobs work so).

    A second ^C raises, wherever the program is. Not with `patient`: that is for what ends soon anyway, and must
    not leave anything behind.
    """

    def __init__(self, stdin: TextIO | None, *, patient: bool = False) -> None:
        self.wanted = False
        """Whether the command should end, for whatever reason."""
        self.interrupted = False
        """Whether ^C was the reason."""
        self._patient = patient
        self._stop: Callable[[], None] | None = None
        self._pipe = _pipe_of(stdin)
        self._before: dict[int, signal._HANDLER] = {}

    def __enter__(self) -> Stops:
        for name in ("SIGTERM", "SIGHUP"):  # Windows has no SIGHUP
            if hasattr(signal, name):
                self._handle(getattr(signal, name), lambda *_: self._end())
        # A handler that does nothing, not SIG_IGN: that would be inherited by every process that we start.
        self._handle(signal.SIGINT, self._on_interrupt if self._pipe is None else lambda *_: None)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def call(self, stop: Callable[[], None]) -> None:
        """Call `stop` when the command should end, from a signal handler or another thread; now, if it should already.

        Not before every process that forks others was started: from here on there may be a thread.
        """
        self._stop = stop
        if self.wanted:
            stop()
        if self._pipe is not None:
            threading.Thread(target=self._until_its_end, args=(self._pipe,), daemon=True).start()

    def _end(self) -> None:
        self.wanted = True  # not an Event: a signal that comes while another one sets it would wait without end
        if self._stop:
            self._stop()

    def _handle(self, number: int, handler: Callable[[int, FrameType | None], None]) -> None:
        before = signal.getsignal(number)
        if before is not signal.SIG_IGN:  # whoever started us wants it ignored (nohup, `&` in sh)
            self._before[number] = before  # first: the handler may be called at once, and needs it
            signal.signal(number, handler)

    def _on_interrupt(self, *_: object) -> None:
        self.interrupted = True
        if not self._patient:
            signal.signal(signal.SIGINT, self._before[signal.SIGINT])  # a second ^C is meant
        self._end()

    def _until_its_end(self, descriptor: int) -> None:
        try:
            while os.read(descriptor, 65536):
                pass
        except OSError:
            pass  # it is broken: nobody will say more
        self._end()


def _pipe_of(stdin: TextIO | None) -> int | None:
    """The descriptor of stdin when another program holds its other end; None for a terminal, a file or nothing."""
    try:
        descriptor = stdin.fileno() if stdin else -1
        kind = os.fstat(descriptor).st_mode
    except (OSError, ValueError):
        return None
    return descriptor if stat.S_ISFIFO(kind) or stat.S_ISSOCK(kind) else None
