"""The terminal of the mock agent: raw keys in, whole frames out."""

from __future__ import annotations

import codecs
import os
import re
import sys
import time
from collections.abc import Iterator
from typing import Any

__all__ = ["Keys", "Terminal"]

_ENTER = "\x1b[?1049h\x1b[?2004h"
_LEAVE = "\x1b[?2004l\x1b[?1049l\x1b]0;\x07"
_PASTE, _PASTED = "\x1b[200~", "\x1b[201~"
_NAMES = {
    "\r": "Enter",
    "\n": "Enter",
    "\x1b": "Escape",
    "\x7f": "BSpace",
    "\x08": "BSpace",
    "\x03": "C-c",
    "\x10": "C-p",
    "\x15": "C-u",
    "\x1b[A": "Up",
    "\x1b[B": "Down",
}
_KEY = re.compile(r"\x1b\[[0-9;?]*[A-Za-z~]|.", re.DOTALL)


class Keys:
    """Makes keys of what a terminal sends: names as tmux has them, or text that was typed or pasted."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._paste: str | None = None

    def read(self, data: bytes) -> Iterator[tuple[str, str]]:
        """Each is (`key`, name) or (`text`, what was typed)."""
        text = self._decoder.decode(data)
        while text:
            if self._paste is not None:
                inside, end, text = text.partition(_PASTED)
                self._paste += inside
                if end:
                    yield "text", self._paste.replace("\r", "\n")
                    self._paste = None
            else:
                typed, start, text = text.partition(_PASTE)
                yield from _keys(typed)
                self._paste = "" if start else None


def _keys(typed: str) -> Iterator[tuple[str, str]]:
    for match in _KEY.finditer(typed):
        if match[0] in _NAMES:
            yield "key", _NAMES[match[0]]
        elif match[0].isprintable():
            yield "text", match[0]


class Terminal:
    """Standard input and output, raw while inside."""

    def __init__(self) -> None:
        self._shown = ""
        self._cooked = _make_raw()
        self._write(_ENTER)

    def close(self) -> None:
        """Give the terminal back as it was."""
        self._write(_LEAVE)
        _make_cooked(self._cooked)

    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        try:
            columns, rows = os.get_terminal_size(sys.stdout.fileno())
        except OSError:
            return 80, 24
        return columns or 80, rows or 24

    def show(self, frame: str) -> None:
        """Show a whole frame; nothing is written when it is the one that stands there."""
        if frame != self._shown:
            self._write(frame)
            self._shown = frame

    def _write(self, text: str) -> None:
        data = text.encode()
        while data:
            data = data[os.write(sys.stdout.fileno(), data) :]

    def read(self, seconds: float) -> bytes | None:
        """What was typed within that time, empty when nothing was; None at the end of the input."""
        return _read(seconds)


if sys.platform == "win32":
    import msvcrt

    def _make_raw() -> list[Any] | None:
        os.system("")  # noqa: S605  (Windows' console understands escape sequences after that)
        return None

    def _make_cooked(before: list[Any] | None) -> None: ...

    def _read(seconds: float) -> bytes | None:
        until = time.monotonic() + seconds
        while not msvcrt.kbhit():
            if time.monotonic() >= until:
                return b""
            time.sleep(0.01)
        typed = ""
        while msvcrt.kbhit():
            typed += msvcrt.getwch()
        return typed.encode()

else:
    import select
    import termios
    import tty

    def _make_raw() -> list[Any] | None:
        if not os.isatty(0):
            return None
        before = termios.tcgetattr(0)
        tty.setraw(0)
        return before

    def _make_cooked(before: list[Any] | None) -> None:
        if before is not None:
            termios.tcsetattr(0, termios.TCSADRAIN, before)

    def _read(seconds: float) -> bytes | None:
        ready, _, _ = select.select([0], [], [], seconds)
        if not ready:
            return b""
        try:
            return os.read(0, 65536) or None
        except OSError:  # the terminal is gone
            return None
