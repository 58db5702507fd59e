"""^C, as every command meets it: it raises where that is safe, and is remembered.

What raises between two instructions does so in other people's code, too, and what comes out of that may be any error.
So whatever is raised after ^C counts as its consequence. One place is left alone: an import. Interrupted there,
Python has been seen to wait for its own lock for ever, and to end by SIGINT whatever exit code we return.
"""

from __future__ import annotations

import _thread
import signal
import time

TYPE_CHECKING = False  # before ^C is heard nothing is loaded that need not be, not even typing
if TYPE_CHECKING:
    from types import FrameType

__all__ = ["INTERRUPTED", "Interruption"]

INTERRUPTED = 130
"""The exit code of what ^C ended."""
_PAUSE = 0.01
"""Seconds until somebody looks again whether the import is over."""


class Interruption:
    """Whether ^C was pressed."""

    def __init__(self) -> None:
        self.happened = False

    def listen(self) -> None:
        """From now on ^C counts; not where it is ignored (nohup, `&` in sh). In the main thread only."""
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._on_interrupt)

    def leave(self) -> None:
        """The command is over: from now on ^C ends the process without a word, and not with a traceback."""
        if signal.getsignal(signal.SIGINT) == self._on_interrupt:
            signal.signal(signal.SIGINT, signal.SIG_DFL)

    def _on_interrupt(self, number: int, frame: FrameType | None) -> None:
        self.happened = True
        if _imports(frame):
            _thread.start_new_thread(_press_again, ())
        else:
            raise KeyboardInterrupt


def _imports(frame: FrameType | None) -> bool:
    """Whether `frame` is part of an import."""
    while frame is not None and frame.f_code.co_filename != "<frozen importlib._bootstrap>":
        frame = frame.f_back
    return frame is not None


def _press_again() -> None:
    time.sleep(_PAUSE)
    _thread.interrupt_main()
