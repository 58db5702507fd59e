"""A mock agent in a real terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cotemp.testing import MockAgent
from tests.conftest import need
from tests.waiting import eventually

from .terminals import Pty, Terminal, Tmux

COMPOSER = "\u276f"
"""What stands before the text that a human types."""
SESSION = "5d1f6c1e-0000-4000-8000-000000000001"


@dataclass
class Running:
    """A mock agent that runs: its terminal, and what a test says to it."""

    mock: MockAgent
    terminal: Terminal

    @property
    def pid(self) -> int:
        """Of its last start."""
        pid: int = self.mock.starts()[-1]["pid"]
        return pid

    def shows(self, text: str) -> bool:
        """Whether that stands on its screen."""
        return text in self.terminal.screen()

    def see(self, text: str) -> None:
        """Wait until that stands on its screen."""
        eventually(lambda: self.shows(text), what=f"{text!r} on the screen:\n{self.terminal.screen()}")

    def gone(self, text: str) -> None:
        """Wait until that no longer stands on its screen."""
        eventually(lambda: not self.shows(text), what=f"{text!r} is gone")

    def status(self) -> str | None:
        """What its session file says."""
        said = self.mock.said()
        return said["status"] if said else None

    def ended(self) -> int:
        """Its exit code, once it ended; on a PTY (tmux does not always learn of it)."""
        terminal = self.terminal
        assert isinstance(terminal, Pty)
        eventually(lambda: terminal.exit_code() is not None, what="it ended")
        code = terminal.exit_code()
        assert code is not None
        return code


Start = Callable[..., Running]


@pytest.fixture
def mock(tmp_path: Path) -> MockAgent:
    """The folder of a mock agent that does not run yet."""
    return MockAgent(tmp_path / "agent")


def _starter(kind: type[Pty] | type[Tmux], mock: MockAgent, folder: Path, opened: list[Terminal]) -> Start:
    def start(*arguments: str, ready: str = COMPOSER) -> Running:
        env = {"PATH": os.environ["PATH"], "HOME": str(folder), "TERM": "xterm-256color", "LANG": "C.UTF-8", **mock.env}
        cwd = folder / f"terminal{len(opened)}"
        cwd.mkdir()
        terminal = kind([sys.executable, "-m", "cotemp.testing.mock_agent", *arguments], env, cwd)
        opened.append(terminal)
        running = Running(mock, terminal)
        if ready:
            running.see(ready)
        return running

    return start


def _starting(kind: type[Pty] | type[Tmux], mock: MockAgent, folder: Path) -> Iterator[Start]:
    if kind is Tmux:
        need("tmux")
    opened: list[Terminal] = []
    yield _starter(kind, mock, folder, opened)
    for terminal in opened:
        terminal.close()


@pytest.fixture
def start(mock: MockAgent, tmp_path: Path) -> Iterator[Start]:
    """Starts the mock agent on a PTY, with arguments."""
    yield from _starting(Pty, mock, tmp_path)


@pytest.fixture
def start_in_tmux(mock: MockAgent, tmp_path: Path) -> Iterator[Start]:
    """Starts the mock agent in tmux, with arguments."""
    yield from _starting(Tmux, mock, tmp_path)


@pytest.fixture(params=[Pty, Tmux])
def agent(request: pytest.FixtureRequest, mock: MockAgent, tmp_path: Path) -> Iterator[Running]:
    """A mock agent that is idle, on a PTY and in tmux."""
    for starter in _starting(request.param, mock, tmp_path):
        yield starter("--session-id", SESSION)
