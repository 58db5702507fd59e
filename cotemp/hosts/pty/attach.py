"""A human's terminal at an agent's (Linux, macOS): keys go there, what the program writes comes here."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import sys
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...errors import BadUsage, CotempError
from .kept import ATTACHED
from .leaving import Leaving

assert sys.platform != "win32"

from .line import FRAME, KEYS, SIZE, answered, connected  # noqa: E402  (not on Windows)

__all__ = ["main"]

_OWN_SCREEN = b"\x1b[?1049h"
_AS_BEFORE = (
    b"\x1b[0m\x1b[?1l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1004l\x1b[?1006l\x1b[?2004l\x1b[?2026l\x1b[r"
    b"\x1b[<u\x1b[>4m\x1b[?25h\x1b[?1049l"
)
"""Takes back what a program may have switched on: keys, mouse, focus, paste, margins, a hidden cursor."""


def main() -> None:
    """Attach to the keeper whose folder is the first argument; the exit code is that of the error, if there is one."""
    folder = Path(sys.argv[1])
    try:
        _attach(folder)
    except CotempError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)


def _attach(folder: Path) -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise BadUsage("attaching needs a terminal", "run it in one, without a pipe")
    with connected(folder) as end:
        columns, rows = os.get_terminal_size()
        if answered(end, {"do": "attach", "columns": columns, "rows": rows}) != ATTACHED:
            raise CotempError(f"the keeper of {folder.name} is of another version")
        end.settimeout(None)
        with _raw_terminal():
            detached = _Terminal(end).serve()
    sys.stdout.write(f"[detached from {folder.name}]\n" if detached else f"[{folder.name} has ended]\n")


class _Terminal:
    """This terminal, until somebody detaches or the program ends."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._leaving = Leaving()
        self._resized, theirs = os.pipe()
        os.set_blocking(theirs, False)
        signal.set_wakeup_fd(theirs, warn_on_full_buffer=False)
        signal.signal(signal.SIGWINCH, lambda *_: None)

    def serve(self) -> bool:
        """True when a human detached, False when the program has ended."""
        with contextlib.suppress(ConnectionError):
            while True:
                ready, _, _ = select.select([0, self._end.fileno(), self._resized], [], [])
                if self._resized in ready:
                    os.read(self._resized, 4096)
                    self._send(SIZE, b"".join(number.to_bytes(2) for number in os.get_terminal_size()))
                if self._end.fileno() in ready and not self._show():
                    return False
                if 0 in ready and self._leaves():
                    return True
        return False

    def _show(self) -> bool:
        data = self._end.recv(65536)
        while data:
            data = data[os.write(1, data) :]
            if not data:
                return True
        return False

    def _leaves(self) -> bool:
        """Pass keys on, up to the one that detaches."""
        keys = os.read(0, 65536)
        if not keys:
            return True
        keys, leaves = self._leaving.meant(keys)
        self._send(KEYS, keys)
        return leaves

    def _send(self, kind: bytes, content: bytes) -> None:
        if content:
            self._end.sendall(FRAME.pack(kind, len(content)) + content)


@contextmanager
def _raw_terminal() -> Iterator[None]:
    before = termios.tcgetattr(0)
    try:
        tty.setraw(0)
        os.write(1, _OWN_SCREEN)
        yield
    finally:
        os.write(1, _AS_BEFORE)
        termios.tcsetattr(0, termios.TCSAFLUSH, before)


if __name__ == "__main__":
    main()
