"""Our end of a script's terminal or pipe (Linux, macOS): all of it is heard, and nobody waits there for a human."""

from __future__ import annotations

import contextlib
import os
import sys
import termios
import time

assert sys.platform != "win32"

__all__ = ["CHUNK", "OurEnd"]

CHUNK = 64 * 1024
"""Bytes that are read at a time; a Linux terminal gives at most 4 KiB per call, so several calls make one."""
IDLE = 1.0
"""Seconds of silence after which a program that reads single keys is taken to wait for a human."""
QUIT = (b"q", b"\x1b:q!\r", b"\x03", b"\x18n")
"""What makes programs quit that wait for a key: pagers, vi, whatever knows ^C, nano. Typed in turn."""


class OurEnd:
    """The descriptor that a script's output comes from. `has_ended`: nothing more can come."""

    def __init__(self, descriptor: int, *, is_terminal: bool) -> None:
        os.set_blocking(descriptor, False)
        self.descriptor = descriptor
        self.has_ended = False
        self._is_terminal = is_terminal
        self._nudges = 0
        self._last_heard = time.monotonic()

    def read(self) -> bytes:
        """What has come; empty when nothing has."""
        self._last_heard = time.monotonic()
        data = bytearray()
        with contextlib.suppress(BlockingIOError):
            while len(data) < CHUNK and not self.has_ended:
                part = self._part() or self._part()
                self.has_ended = not part
                data += part
        return bytes(data)

    def _part(self) -> bytes:
        """What can be read now; empty at the end. Linux tells the end of a terminal by an error, and once
        in some hundred runs too early: while its last bytes are still on their way. They are there when
        it is asked again."""
        try:
            return os.read(self.descriptor, CHUNK)
        except BlockingIOError:
            raise
        except OSError:
            return b""

    def answer(self, data: bytes) -> None:
        """Type the answer to what was asked of the terminal."""
        if self._is_terminal:
            with contextlib.suppress(termios.error):
                termios.tcflush(self.descriptor, termios.TCOFLUSH)  # what was typed before is not the answer
            self._type(data)

    def nudge(self) -> None:
        """Tell a pager or editor to quit that opened the terminal by its name, and waits for a key now."""
        if self._is_terminal and time.monotonic() - self._last_heard > IDLE and self._waits_for_key():
            self._type(QUIT[self._nudges % len(QUIT)])
            self._nudges += 1

    def _waits_for_key(self) -> bool:
        try:
            return not termios.tcgetattr(self.descriptor)[3] & termios.ICANON
        except termios.error:  # nobody has it open any more
            return False

    def _type(self, data: bytes) -> None:
        with contextlib.suppress(OSError):  # nobody reads: its input is full, or it has ended
            os.write(self.descriptor, data)
