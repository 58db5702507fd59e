"""Agents that run in the user's own tmux: found by their exact names, taken over alive."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cotemp.adopting import apply, destination, finish, look, past, plan
from cotemp.adopting.reading.tmux import running_sessions
from cotemp.agents.store import Store
from cotemp.places import Places, own_config_file
from tests.conftest import need
from tests.waiting import eventually

from .conftest import NOW, said
from .worlds import BUILDER_ID, newer_world, seed_world


@pytest.fixture(autouse=True)
def _tmux(sockets: Path) -> Iterator[None]:
    need("tmux")
    yield
    subprocess.run(["tmux", "kill-server"], capture_output=True, check=False, timeout=10)


def session(name: str, folder: Path, *more: str) -> None:
    """Start a session as a launcher did."""
    subprocess.run(
        ["tmux", "new-session", "-d", "-s", name, "-c", str(folder), "sleep 600", *more], check=True, timeout=10
    )


def pids() -> dict[str, int]:
    """The processes of the sessions, by name."""
    return {one.name: one.pid for one in running_sessions(os.environ) or ()}


def test_running_agents_are_taken_over_without_a_restart(tmp_path: Path, places: Places) -> None:
    """Each agent's session, its process and its conversation are known, and it goes on as if nothing happened."""
    root = seed_world(tmp_path)
    for name in ("cc-ci-builder", "cc-ci-adv", "cc-ci-orchestrator"):
        session(name, root)
    before = pids()
    proposal = plan(look(root, os.environ), own_config_file(), NOW)
    apply(places, proposal, destination(own_config_file(), proposal), NOW, os.environ)
    record = Store(places).load().records["builder"]
    assert record.wanted
    assert record.launched
    assert record.launched.taken_over
    assert record.launched.taken_over.session == "cc-ci-builder"
    assert Path(record.launched.taken_over.server).is_socket()
    assert (record.launched.pid, record.launched.phase) == (before["cc-ci-builder"], "cf55")
    assert record.launched.session_id == BUILDER_ID
    assert record.launched.parts["phase"] == "cf55"
    assert pids() == before


def test_names_that_only_begin_alike_are_left_alone(tmp_path: Path, places: Places) -> None:
    """cc-ci-assistant3 is not cc-ci-assistant, and is neither taken over nor ended."""
    root = seed_world(tmp_path)
    for name in ("cc-ci-assistant3", "cc-ci-adversary-old", "cc-ci", "cc-ci-watchdog2"):
        session(name, root)
    before = pids()
    proposal = plan(look(root, os.environ), own_config_file(), NOW)
    assert proposal.sessions == {}
    assert proposal.watchdog is None
    assert "cc-ci-assistant3 is left alone" in said(proposal)
    apply(places, proposal, destination(own_config_file(), proposal), NOW, os.environ)
    assert pids() == before


def test_the_old_watchdog_ends_and_nothing_else(tmp_path: Path, places: Places) -> None:
    """Two watchdogs would act on the same agents: the old one goes, at the end, and that was said before."""
    root = seed_world(tmp_path)
    for name in ("cc-ci-watchdog", "cc-ci-watchdog2", "cc-ci-builder"):
        session(name, root)
    proposal = plan(look(root, os.environ), own_config_file(), NOW)
    assert "cc-ci-watchdog ends" in said(proposal)
    assert set(pids()) == {"cc-ci-watchdog", "cc-ci-watchdog2", "cc-ci-builder"}
    applied = apply(places, proposal, destination(own_config_file(), proposal), NOW, os.environ)
    eventually(lambda: set(pids()) == {"cc-ci-watchdog2", "cc-ci-builder"})
    assert "cc-ci-watchdog was ended" in applied.remarks[0]
    moved = past.moved_in(places, (str(root),))
    assert moved
    assert finish(places, moved, os.environ).remarks == []


def test_a_dead_pane_is_no_agent(tmp_path: Path) -> None:
    """What has ended is not taken over."""
    root = seed_world(tmp_path)
    session("cc-ci-builder", root, ";", "set-option", "-w", "remain-on-exit", "on")
    os.kill(pids()["cc-ci-builder"], signal.SIGKILL)
    eventually(lambda: "cc-ci-builder" not in pids())
    assert plan(look(root, os.environ), own_config_file(), NOW).sessions == {}


def test_the_session_says_where_the_agent_works(tmp_path: Path) -> None:
    """A folder that no rule would have guessed is found by the session's own."""
    root = seed_world(tmp_path)
    elsewhere = tmp_path / "else|where"
    elsewhere.mkdir()
    session("cc-ci-builder", elsewhere)
    proposal = plan(look(root, os.environ), own_config_file(), NOW)
    assert proposal.config.agents["builder"].workdir == elsewhere


def test_the_newer_settings_name_the_session(tmp_path: Path) -> None:
    """Whatever a session is called, the one that the settings name is the agent's."""
    root = newer_world(tmp_path)
    file = root / "cc-ci-plan" / "agents.toml"
    file.write_text(file.read_text().replace('session = "cc-ci-adv"', 'session = "other"'))
    for name in ("cc-ci-adv", "other"):
        session(name, root)
    proposal = plan(look(root, os.environ), own_config_file(), NOW)
    assert proposal.sessions["adv"].name == "other"


def test_several_panes_are_told(tmp_path: Path) -> None:
    """Nobody can know in which one the agent is: the first is taken, and that is said."""
    root = seed_world(tmp_path)
    session("cc-ci-builder", root, ";", "split-window", "sleep 600")
    assert "has 2 panes" in said(plan(look(root, os.environ), own_config_file(), NOW))
