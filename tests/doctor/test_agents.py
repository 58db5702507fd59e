"""`doctor` knows agents: who looks after them, what keeps one from being started, and what nobody knows any more."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cotemp.agents import files
from cotemp.agents.places import AgentPlaces
from cotemp.agents.record import AgentRecord, Stopped
from cotemp.doctor import agents
from cotemp.doctor.finding import Found, Look, State
from cotemp.errors import CotempError
from cotemp.hosts.choosing import choose
from cotemp.hosts.host import Launch
from cotemp.places import Places, make_folder, own_config_file
from tests.conftest import need


@pytest.fixture
def places(nobody_home: Path) -> Places:
    """A home with the agents `builder`, whose prompt is missing, and `logs`, whose program is."""
    made = Places.at(nobody_home / "Downloads" / "CoTemp")
    made.make_state()
    own_config_file().parent.mkdir(parents=True, exist_ok=True)
    own_config_file().write_text(
        'schema = 1\n[agents.builder]\nkind = "loop"\nbackend = "sh"\nprompt = "missing.md"\n'
        '[agents.logs]\nkind = "service"\nargv = ["no-such-program"]\n'
    )
    return made


def look(places: Places) -> Look:
    return Look(places, own_config_file(), {})


def keep(places: Places, record: AgentRecord) -> Path:
    """Have this kept of an agent."""
    file = AgentPlaces.of(places).record(record.agent)
    make_folder(file.parent, 0o700)
    files.write(file, record)
    return file


def test_nobody_looks_after_them(places: Places) -> None:
    """Agents that are wanted while no daemon runs are named; one that was stopped on purpose is not missed."""
    keep(places, AgentRecord("logs", wanted=True, stopped=Stopped(datetime.now(UTC), "down")))
    assert list(agents.looked_after(look(places))) == []
    keep(places, AgentRecord("builder", wanted=True))
    assert list(agents.looked_after(look(places))) == [
        Found(State.WARN, "nobody looks after builder", "cotemp up"),
    ]


def test_what_cannot_be_started(places: Places) -> None:
    """A prompt that is not there and a program that is not installed are told before `up` fails at them."""
    first, second = agents.startable(look(places))
    assert first.state is second.state is State.BAD
    assert first.what.startswith("builder cannot be started: ")
    assert "missing.md" in first.what
    assert second.what == "logs cannot be started: there is no program no-such-program"


def test_what_is_left_over(places: Places) -> None:
    """State of an agent that the settings have no more, and a damaged file, are named with their places."""
    record = keep(places, AgentRecord("old"))
    damaged = record.with_name("record.json.damaged-20261121")
    damaged.touch()
    (forgotten,) = agents.forgotten(look(places))
    assert str(record.parent) in forgotten.fix
    (found,) = agents.damaged(look(places))
    assert str(damaged) in found.what


def test_a_terminal_that_nobody_knows(places: Places) -> None:
    """A program that runs on in a terminal of the home, whose agent neither settings nor state know, is named."""
    need("tmux")
    host = choose("tmux", places)
    try:
        pane = host.start(Launch("stray", ("sleep", "60"), places.state))
        (found,) = agents.strangers(look(places))
        assert found.what == f"stray runs in a terminal of this home (process {pane.pid}), and nobody knows it"
    finally:
        with suppress(CotempError):
            host.stop("stray")
