"""A host with a mock agent in it, and what ends both with the test."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from cotemp.agents.backends import Backend, backend_of
from cotemp.agents.states import State
from cotemp.config.reading import applied
from cotemp.errors import CotempError
from cotemp.hosts import Host, Launch
from cotemp.hosts.choosing import choose
from cotemp.places import Places
from cotemp.redact import Scrubber
from cotemp.supervisor.fleet.line import OneLine
from cotemp.supervisor.fleet.reader import Reader
from cotemp.supervisor.fleet.station import Station
from cotemp.testing import MOCK_BACKEND, MockAgent
from tests.conftest import need
from tests.waiting import eventually

from .fleets import FAST


@pytest.fixture
def nothing_left(tmp_path: Path) -> Iterator[None]:
    """No process that names the test's folder lives when the test is over: no tmux server, keeper, daemon or agent."""
    yield
    for process in psutil.process_iter(["pid"]):
        with contextlib.suppress(psutil.Error):
            if process.pid != os.getpid() and any(str(tmp_path) in word for word in process.cmdline()):
                process.kill()


@pytest.fixture
def host(places: Places, nothing_left: None) -> Iterator[Host]:
    """The tmux host of an empty home."""
    need("tmux")
    made = choose("tmux", places)
    yield made
    for agent in made.look():
        with contextlib.suppress(CotempError):
            made.stop(agent)


@pytest.fixture
def station(places: Places) -> Station:
    """What the parts of the fleet share; its lines are in `station.lines`."""
    lines: list[tuple[str, str]] = []
    made = Station(places, Scrubber({}, b"key"), lambda agent, line: lines.append((agent, line)), FAST)
    object.__setattr__(made, "lines", lines)
    return made


def mock_backend() -> Backend:
    """The row of the mock agent."""
    return backend_of(applied(Path("agents.toml"), f"schema = 1\n{MOCK_BACKEND}".encode()), "mock")


@dataclass
class Agent:
    """A mock agent that runs in a host."""

    name: str
    host: Host
    mock: MockAgent
    reader: Reader

    @property
    def line(self) -> OneLine:
        return OneLine(self.host, self.name, self.reader.read, self.reader.holds)

    def is_(self, state: State) -> bool:
        """Whether that is what its terminal shows now."""
        reading = self.line.see("").reading
        return reading is not None and reading.state is state

    def see(self, text: str) -> None:
        """Wait until that stands on its screen."""
        eventually(lambda: text in self.host.screen(self.name), what=f"{text!r} on the screen")


@pytest.fixture
def agent(host: Host, station: Station, tmp_path: Path) -> Agent:
    """A mock agent that is idle."""
    mock = MockAgent(tmp_path / "mock")
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TERM": "xterm-256color", "LANG": "C.UTF-8", **mock.env}
    host.start(Launch("builder", (sys.executable, "-m", "cotemp.testing.mock_agent"), tmp_path, env))
    made = Agent("builder", host, mock, Reader(mock_backend(), station, None, tmp_path, env))
    eventually(lambda: made.is_(State.IDLE), what="the mock agent is idle")
    return made
