"""Two real terminals for a program under test: a PTY that pyte renders, and tmux."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import pexpect
import pyte

COLUMNS, ROWS = 80, 24
_KEYS = {"Enter": "\r", "Escape": "\x1b", "C-c": "\x03", "C-p": "\x10", "C-u": "\x15", "Up": "\x1b[A", "Down": "\x1b[B"}
_KEYS |= {"BSpace": "\x7f"}


class Terminal(Protocol):
    """What a test does with a terminal."""

    def screen(self) -> str: ...
    def title(self) -> str: ...
    def type(self, text: str) -> None: ...
    def press(self, key: str) -> None: ...
    def close(self) -> None: ...


class Pty:
    """A terminal that this process holds."""

    def __init__(self, argv: Sequence[str], env: Mapping[str, str], cwd: Path) -> None:
        self.child = pexpect.spawn(
            argv[0], list(argv[1:]), env=dict(env), cwd=str(cwd), dimensions=(ROWS, COLUMNS), timeout=10
        )
        self.child.delaybeforesend = None
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)

    def screen(self) -> str:
        self._drain()
        return "\n".join(self._screen.display)

    def title(self) -> str:
        self._drain()
        return str(self._screen.title)

    def type(self, text: str) -> None:
        self.child.send(text)

    def press(self, key: str) -> None:
        self.child.send(_KEYS[key])

    def exit_code(self) -> int | None:
        """None while the program lives; 128 and the signal when one ended it."""
        self._drain()
        if self.child.isalive():
            return None
        return 128 + self.child.signalstatus if self.child.signalstatus else self.child.exitstatus

    def close(self) -> None:
        self.child.close(force=True)

    def _drain(self) -> None:
        try:
            while True:
                read: Any = self.child.read_nonblocking(65536, timeout=0)  # bytes, whatever its stub says
                self._stream.feed(read)
        except (pexpect.TIMEOUT, pexpect.EOF):
            pass


class Tmux:
    """A pane of a tmux server of its own."""

    def __init__(self, argv: Sequence[str], env: Mapping[str, str], cwd: Path) -> None:
        self._socket = cwd / "tmux"
        assigned = [word for name, value in env.items() for word in ("-e", f"{name}={value}")]
        size = ["-x", str(COLUMNS), "-y", str(ROWS)]
        self._run("new-session", "-d", "-s", "it", *size, "-c", str(cwd), *assigned, *argv)

    def screen(self) -> str:
        return re.sub(r"\x1b\[[0-9;]*m", "", self.colours())

    def colours(self) -> str:
        """The screen with its colours."""
        return self._run("capture-pane", "-p", "-e", "-t", "=it:")

    def title(self) -> str:
        return self._ask("#{pane_title}")

    def type(self, text: str) -> None:
        self._run("send-keys", "-t", "=it:", "-l", text)

    def press(self, key: str) -> None:
        self._run("send-keys", "-t", "=it:", key)

    def resize(self, columns: int, rows: int) -> None:
        """Give it another size."""
        self._run("resize-window", "-t", "=it:", "-x", str(columns), "-y", str(rows))

    def close(self) -> None:
        subprocess.run(["tmux", "-S", str(self._socket), "kill-server"], capture_output=True, timeout=10)

    def _ask(self, what: str) -> str:
        return self._run("display-message", "-p", "-t", "=it:", what).rstrip("\n")

    def _run(self, *words: str) -> str:
        command = ["tmux", "-S", str(self._socket), "-f", "/dev/null", *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=10)
        assert done.returncode == 0, done.stderr
        return done.stdout
