"""Is the program alive? With real processes, as they stand in a terminal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cotemp.agents.backends import SHIPPED, Backend
from cotemp.agents.states import Composer, State
from cotemp.detect import Subject, read
from cotemp.detect.ladder import Life, Standing, life_of

from ..waiting import eventually
from .stage import pane

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the programs of these tests are shell scripts")

Start = Callable[..., subprocess.Popen[bytes]]
LATER = timedelta(minutes=5)


def _kill_group(pid: int) -> None:
    if sys.platform != "win32":
        os.killpg(pid, signal.SIGKILL)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts programs, and ends them with the test."""
    running: list[subprocess.Popen[bytes]] = []

    def begin(*argv: str) -> subprocess.Popen[bytes]:
        running.append(subprocess.Popen(argv, cwd=tmp_path, start_new_session=True, stdin=subprocess.PIPE))
        return running[-1]

    yield begin
    for one in running:
        if one.poll() is None:
            _kill_group(one.pid)
        one.wait()
        assert one.stdin
        one.stdin.close()


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program that is called claude, and waits."""
    file = tmp_path / "claude"
    file.write_text("#!/bin/sh\nread line\n")
    file.chmod(0o755)
    return file


def stands(pid: int, backend: Backend = SHIPPED["claude"], **more: object) -> Standing:
    """How the program of a terminal whose process is `pid` stands."""
    return life_of(Subject(backend=backend, pane=replace(pane(pid=pid), **more)))  # type: ignore[arg-type]


def test_a_program_is_known_by_its_name(start: Start, program: Path) -> None:
    """Also when an interpreter runs it."""
    one = start(str(program))
    eventually(lambda: stands(one.pid).life is Life.ALIVE)
    found = stands(one.pid)
    assert found.pids == (one.pid,)
    assert found.since is not None
    assert abs(datetime.now(UTC) - found.since) < timedelta(minutes=1)


def test_a_program_below_a_shell_is_found(start: Start, program: Path) -> None:
    """The terminal's own process may be a shell that waits for it."""
    one = start("sh", "-c", f"{program}; true")
    eventually(lambda: stands(one.pid).life is Life.ALIVE)
    assert stands(one.pid).pids != (one.pid,)


def test_a_shell_without_the_program_proves_its_end(start: Start) -> None:
    """Whoever sits at the prompt that is left is not the agent."""
    one = start("sh", "-c", "read line; true")
    eventually(lambda: stands(one.pid).life is Life.GONE)


def test_another_program_proves_nothing(start: Start) -> None:
    """A wrapper under another name is no corpse: nothing is healed that runs."""
    one = start(sys.executable, "-c", "input()")
    eventually(lambda: stands(one.pid).life is Life.UNKNOWN)


def test_a_zombie_is_dead(start: Start) -> None:
    """It has ended, though nobody has asked for its status."""
    one = start("true")
    eventually(lambda: stands(one.pid).life is Life.GONE)
    assert one.poll() == 0


def test_a_dead_terminal_is_a_proof(start: Start) -> None:
    """Whatever has its pid now."""
    found = stands(os.getpid(), dead=True, exit_code=3)
    assert (found.life, found.quote) == (Life.GONE, "its program ended with exit code 3")


def test_death_needs_a_proof_and_is_believed_against_the_screen(start: Start) -> None:
    """The last screen of a dead program is no sign of life."""
    from .drawn import SPINNER, claude

    subject = Subject(backend=SHIPPED["claude"], screen=claude(SPINNER), pane=pane(dead=True, exit_code=1))
    reading = read(subject, datetime.now(UTC))
    assert (reading.state, reading.composer, reading.evidence.source) == (State.DEAD, Composer.COVERED, "process")


def test_a_shell_that_is_about_to_start_it_is_starting(start: Start) -> None:
    """A moment after the start nothing is healed; later it is dead."""
    one = start("sh", "-c", "read line; true")
    subject = Subject(backend=SHIPPED["claude"], screen="", pane=pane(pid=one.pid))
    eventually(lambda: read(subject, datetime.now(UTC)).state is State.STARTING)
    assert read(subject, datetime.now(UTC) + LATER).state is State.DEAD


def test_a_program_that_says_nothing_yet_is_starting(start: Start, program: Path) -> None:
    """For half a minute; then it is unknown."""
    one = start(str(program))
    subject = Subject(backend=SHIPPED["claude"], screen="\n\n", pane=pane(pid=one.pid))
    eventually(lambda: read(subject, datetime.now(UTC)).state is State.STARTING)
    assert read(subject, datetime.now(UTC) + LATER).state is State.UNKNOWN
