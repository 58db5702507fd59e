"""What ends a command that goes on: ^C, SIGTERM, or the end of stdin when that is a pipe."""

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
    """Says when the command should end, as long as the `with` block lasts.

    ^C is for the program at a terminal. Where stdin is a pipe, a program started us and decides: SIGINT
    is ignored then, and the end of stdin ends us (PowerShell's jobs work so).
    """

    def __init__(self, stdin: TextIO | None) -> None:
        self.interrupted = False
        self._wanted = threading.Event()
        self._stop: Callable[[], None] | None = None
        self._pipe = _pipe_of(stdin)
        self._before: dict[int, signal._HANDLER] = {}

    def __enter__(self) -> Stops:
        self._handle(signal.SIGTERM, lambda *_: self._end())
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
        if self._wanted.is_set():
            stop()
        if self._pipe is not None:
            threading.Thread(target=self._until_its_end, args=(self._pipe,), daemon=True).start()

    def _end(self) -> None:
        self._wanted.set()
        if self._stop:
            self._stop()

    def _handle(self, number: int, handler: Callable[[int, FrameType | None], None]) -> None:
        if signal.getsignal(number) is not signal.SIG_IGN:  # whoever started us wants it ignored (nohup, `&` in sh)
            self._before[number] = signal.signal(number, handler)

    def _on_interrupt(self, *_: object) -> None:
        self.interrupted = True
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a second ^C is meant
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
