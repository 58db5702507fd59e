"""A program on a terminal of ours (Linux, macOS): forked here, fed without blocking, hung up when we end."""

from __future__ import annotations

import contextlib
import fcntl
import os
import selectors
import struct
import sys
import termios
from typing import Any

from ..host import Size
from ..starter import become

assert sys.platform != "win32"

from ...processes import die_with_parent  # noqa: E402  (not on Windows)

__all__ = ["CHUNK", "TerminalProgram"]

CHUNK = 65536
_MOST_UNREAD = 1 << 20
"""Bytes that wait for a program that does not read; more is dropped."""


class TerminalProgram:
    """The program of a launch file's content."""

    def __init__(self, launch: dict[str, Any], size: Size, selector: selectors.BaseSelector) -> None:
        # Their end stays open here, too: a program that closes it for a while does not hang up.
        self.descriptor, self._theirs = os.openpty()
        self._selector = selector
        self._unwritten = bytearray()
        self.resize(size)
        parent = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            _be(launch, self._theirs, parent)
        os.set_blocking(self.descriptor, False)
        selector.register(self.descriptor, selectors.EVENT_READ)

    def read(self) -> bytes:
        """What can be read now; empty when there is nothing."""
        with contextlib.suppress(OSError):
            return os.read(self.descriptor, CHUNK)
        return b""

    def write(self, data: bytes) -> None:
        self._unwritten += data[: _MOST_UNREAD - len(self._unwritten)]
        self.write_more()

    def write_more(self) -> None:
        """Type what is still to be typed, as far as the terminal takes it."""
        with contextlib.suppress(BlockingIOError):
            while self._unwritten:
                del self._unwritten[: os.write(self.descriptor, self._unwritten)]
        more = selectors.EVENT_WRITE if self._unwritten else 0
        self._selector.modify(self.descriptor, selectors.EVENT_READ | more)

    def resize(self, size: Size) -> None:
        with contextlib.suppress(OSError):
            fcntl.ioctl(self.descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", size.rows, size.columns, 0, 0))

    def reads_lines(self) -> bool:
        with contextlib.suppress(termios.error):
            return bool(termios.tcgetattr(self.descriptor)[3] & termios.ICANON)
        return False


def _be(launch: dict[str, Any], terminal: int, parent: int) -> None:
    """In the child: never returns."""
    try:
        os.login_tty(terminal)
        die_with_parent(parent)
        become(launch)
    finally:
        os._exit(1)
