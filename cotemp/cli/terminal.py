"""The three streams of a process: what is written, asked and shown there, whatever they are connected to."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Mapping, Sequence
from typing import TextIO

from ..errors import StorageFailed
from .paint import plain

__all__ = ["ReaderGone", "Terminal"]


class ReaderGone(Exception):
    """Nobody reads our output any more (`cotemp … | head`)."""


class Terminal:
    """stdin, stdout and stderr with the decision about colour taken for each."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.stdin, self.stdout, self.stderr = sys.stdin, sys.stdout, sys.stderr
        for stream in (self.stdin, self.stdout, self.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="replace")
        self.stdin_is_terminal = _is_terminal(self.stdin)
        self.stdout_is_terminal = _is_terminal(self.stdout)
        self.stderr_is_terminal = _is_terminal(self.stderr)
        self._env = env
        self._progress_shown = False

    def out(self, text: str, *, flush: bool = False) -> None:
        """Write to stdout; styles stay only where they can be seen.

        Raises ReaderGone when the pipe is closed, StorageFailed when a file cannot take more.
        """
        self._clear_progress()
        if self.stdout is None:
            return
        if "\x1b" in text and not colours(self.stdout, self._env):
            text = plain(text)
        _write(self.stdout, text, flush=flush)

    def write(self, data: bytes) -> None:
        """Write bytes to stdout as they are. Raises as `out` does."""
        self._clear_progress()
        if self.stdout is not None:
            self.flush()
            _write(self.stdout, data, flush=True)

    def flush(self) -> None:
        """Hand everything on. Raises as `out` does."""
        if self.stdout is not None:
            _write(self.stdout, "", flush=True)

    def is_unicode(self) -> bool:
        """True when stdout takes every character, and whoever reads it knows how."""
        return self.stdout is None or self.stdout.encoding.lower().replace("_", "-") in ("utf-8", "utf8")

    def err(self, text: str) -> None:
        """Write to stderr; that it cannot be written is no reason to fail."""
        self._clear_progress()
        if self.stderr is None:
            return
        if "\x1b" in text and not colours(self.stderr, self._env):
            text = plain(text)
        try:
            _write(self.stderr, text, flush=True)
        except (ReaderGone, StorageFailed):
            return

    def room(self) -> int:
        """Cells of a line of stdout; 0 where nobody looks at it."""
        return _columns(self.stdout) if self.stdout_is_terminal else 0

    def read(self, most: int) -> bytes:
        """At most `most` bytes of stdin; less only at its end."""
        return b"" if self.stdin is None else self.stdin.buffer.read(most)

    def progress(self, text: str) -> None:
        """One line on stderr that the next output replaces; nothing off a terminal."""
        if not self.stderr_is_terminal:
            return
        if self._env.get("TERM") == "dumb":
            self.err(text + "\n")
            return
        self.err(text[: _columns(self.stderr) - 1])
        self._progress_shown = True

    def _clear_progress(self) -> None:
        if self._progress_shown:
            self._progress_shown = False
            self.err("\r\x1b[K")

    def ask(self, question: str, default: str, choices: Sequence[str] = ()) -> str:
        """An answer typed by a person, or `default` where no person is."""
        if not (self.stdin_is_terminal and self.stderr_is_terminal):
            self.err(f"{question} {default} (taken: there is no terminal to ask on)\n")
            return default
        offered = f" ({'/'.join(choices)})" if choices else ""
        while True:
            self.err(f"{question}{offered} [{default}] ")
            line = self.stdin.readline()
            typed = line.strip()
            if not typed:
                if not line:
                    self.err("\n")
                return default
            fits = [choice for choice in choices if choice.casefold().startswith(typed.casefold())]
            if not choices or typed in choices:
                return typed
            if len(fits) == 1:
                return fits[0]
            self.err(f"please type one of: {', '.join(choices)}\n")


def _columns(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except OSError:
        return 80


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


def colours(stream: TextIO, env: Mapping[str, str]) -> bool:
    """True when styles may be written to `stream`: NO_COLOR, then CLICOLOR_FORCE and FORCE_COLOR, then what it is."""
    if env.get("NO_COLOR"):
        return False
    if any(env.get(name, "0") not in ("", "0") for name in ("CLICOLOR_FORCE", "FORCE_COLOR")):
        return True
    if not _is_terminal(stream) or env.get("TERM") == "dumb":
        return False
    return sys.platform != "win32" or _console_understands(stream)


def _console_understands(stream: TextIO) -> bool:
    """Switch a Windows console to escape sequences; False when it cannot."""
    if sys.platform != "win32":
        return True
    import ctypes
    import msvcrt

    handle = msvcrt.get_osfhandle(stream.fileno())
    kernel, mode = ctypes.windll.kernel32, ctypes.c_ulong()
    if not kernel.GetConsoleMode(handle, ctypes.byref(mode)):
        return False
    enable_virtual_terminal = 0x4
    return bool(kernel.SetConsoleMode(handle, mode.value | enable_virtual_terminal))


def _write(stream: TextIO, text: str | bytes, *, flush: bool) -> None:
    try:
        if isinstance(text, bytes):
            stream.buffer.write(text)
        else:
            stream.write(text)
        if flush:
            stream.flush()
    except BrokenPipeError as error:
        _let_go(stream)
        raise ReaderGone from error
    except OSError as error:
        _let_go(stream)
        if sys.platform == "win32" and error.errno == errno.EINVAL:  # what a closed pipe is called there
            raise ReaderGone from error
        raise StorageFailed(f"cannot write the output: {error.strerror}", "free space, or send it elsewhere") from error


def _let_go(stream: TextIO) -> None:
    """Point a broken stream at nothing, so that the interpreter's last flush has nothing to complain about."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, stream.fileno())
    os.close(nothing)
