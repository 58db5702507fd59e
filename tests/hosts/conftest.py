"""Hosts whose agents end with the test, whatever it did."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from cotemp.errors import CotempError
from cotemp.hosts import Host, Taken
from cotemp.hosts.choosing import choose
from cotemp.places import Places
from tests.conftest import need

Make = Callable[..., Host]


@pytest.fixture
def clear_away(tmp_path: Path) -> Iterator[list[Host]]:
    """Hosts put into this list have no agent, and no process in the test's folder lives, when the test is over."""
    hosts: list[Host] = []
    yield hosts
    try:
        for host in hosts:
            for agent in host.look():
                with contextlib.suppress(CotempError):
                    host.stop(agent)
    finally:
        _end_all(tmp_path)


def _end_all(folder: Path) -> None:
    for process in psutil.process_iter(["pid"]):
        with contextlib.suppress(psutil.Error):
            if process.pid != os.getpid() and any(str(folder) in word for word in process.cmdline()):
                process.kill()


@pytest.fixture(params=["tmux", "pty"])
def kind(request: pytest.FixtureRequest) -> str:
    """The name of each host in turn."""
    name = str(request.param)
    if name == "tmux":
        need("tmux")
    elif sys.platform == "win32":
        pytest.skip("POSIX only: these programs are sh and cat")
    return name


@pytest.fixture
def host(kind: str, places: Places, clear_away: list[Host]) -> Host:
    """Each host in turn, over an empty home."""
    made = choose(kind, places)
    clear_away.append(made)
    return made


@pytest.fixture
def tmux_with(places: Places, clear_away: list[Host]) -> Make:
    """Makes the tmux host with agents that were taken over."""
    need("tmux")

    def make(taken: dict[str, Taken]) -> Host:
        clear_away.append(choose("tmux", places, taken))
        return clear_away[-1]

    return make
