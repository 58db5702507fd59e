"""What is declared runs: agents are started, healed, told what waits for them, parked, and left to humans."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from cotemp import notes
from cotemp.agents.record import BellState
from cotemp.agents.requests import What
from cotemp.places import Places
from cotemp.supervisor.fleet import Fleet
from cotemp.supervisor.fleet.sources import Sources
from cotemp.supervisor.plan.model import Event, World
from cotemp.times import local_now
from tests.conftest import need
from tests.waiting import eventually

from .fleets import Field


@pytest.fixture
def field(places: Places, tmp_path: Path, nothing_left: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Field]:
    """A home without agents."""
    need("tmux")
    made = Field(places, tmp_path)
    look = Sources.look

    def counted(self: Sources, world: World) -> Iterator[Event]:
        yield from look(self, world)
        made.looks += 1

    monkeypatch.setattr(Sources, "look", counted)
    yield made
    for name in made.host.look():
        made.host.stop(name)


@pytest.fixture
def fleet(field: Field) -> Iterator[Fleet]:
    """The fleet of that home."""
    with field.fleet() as made:
        yield made


def looks(field: Field, number: int) -> None:
    """Wait until the fleet has looked so many times: what it does by itself, it has done then."""
    enough = field.looks + number
    eventually(lambda: field.looks >= enough)


def hours(number: int) -> str:
    """The time in so many hours, as programs write it."""
    return f"{local_now().astimezone(UTC) + timedelta(hours=number):%I%p} (UTC)"


def send(field: Field, session: str, text: str) -> None:
    """Send a note from another session."""
    notes.send(field.places, session, text, "tester", local_now())


def test_it_is_started_with_its_prompt(field: Field, fleet: Fleet) -> None:
    """`up` starts an agent once, with its prompt, and status tells what it does."""
    mock = field.add("builder")
    answer = field.ask(fleet, What.UP, "builder")
    assert answer.exit_code == 0, answer
    field.becomes("builder", "idle")
    assert [start["prompt"] for start in mock.starts()] == ["go"]
    assert field.row("builder")["evidence"]["source"] == "claude-session-file"
    assert field.record("builder").resume == {"": mock.starts()[0]["session_id"]}
    told = [line for who, line in field.lines if who in ("", "builder")]
    assert told == ["asked: up builder", "builder: starts", "start (mock; afresh): it is asked for"]


def started(field: Field, fleet: Fleet, *names: str) -> None:
    """Wait until these agents are idle after `up`."""
    assert field.ask(fleet, What.UP, *names).exit_code == 0
    for name in names:
        field.becomes(name, "idle")


def test_a_dead_one_goes_on_where_it_was(field: Field, fleet: Fleet) -> None:
    """A program that was killed is started again with its own conversation, by its exact id."""
    mock = field.add("builder")
    started(field, fleet, "builder")
    os.kill(field.pane("builder").pid, signal.SIGKILL)
    eventually(lambda: len(mock.starts()) == 2, 20)
    first, second = mock.starts()
    assert (second["resumed"], second["session_id"]) == (True, first["session_id"])
    field.becomes("builder", "idle")
    assert len(field.record("builder").restarts) == 1


def test_a_wedged_one_is_started_again(field: Field, fleet: Fleet) -> None:
    """A program on whose screen nothing changes while it says that it works is ended and goes on."""
    mock = field.add("builder", 'prompt_text = "go"\nwatch = { wedged_after = "2s" }')
    started(field, fleet, "builder")
    mock.do("busy")
    mock.tell("wedge deaf")
    eventually(lambda: len(mock.starts()) == 2, 30, str(field.lines))
    field.becomes("builder", "idle")


def test_a_session_that_its_program_forgot(field: Field, fleet: Fleet) -> None:
    """An id that the program does not know any more leads to a fresh start with the prompt, and a remark."""
    mock = field.add("builder")
    started(field, fleet, "builder")
    mock.do("forget")
    os.kill(field.pane("builder").pid, signal.SIGKILL)
    eventually(lambda: len(mock.starts()) == 3, 30, str(field.lines))
    field.becomes("builder", "idle")
    assert [start["resumed"] for start in mock.starts()] == [False, True, False]
    assert mock.starts()[2]["prompt"] == "go"
    assert "afresh" in field.row("builder")["remark"]
    assert field.record("builder").quarantined is None


def test_a_question_is_a_humans(field: Field, fleet: Fleet) -> None:
    """An agent that asks a human is shown as such, and nothing is typed to it, whatever waits for it."""
    mock = field.add("builder")
    started(field, fleet, "builder")
    mock.do("ask")
    field.becomes("builder", "blocked")
    field.ask(fleet, What.NUDGE, "builder")
    before = len(mock.turns())
    looks(field, 10)
    assert mock.turns()[before:] == []
    assert field.row("builder")["state"] == "blocked"


def test_a_draft_is_not_touched(field: Field, fleet: Fleet) -> None:
    """While a human's draft stands in the composer a bell waits; it rings when the draft is gone."""
    mock = field.add("builder")
    started(field, fleet, "builder")
    mock.do("draft half a thought")
    field.ask(fleet, What.NUDGE, "builder")
    looks(field, 10)
    assert "half a thought" in field.host.screen("builder")
    field.host.press("builder", "C-u")
    eventually(lambda: any("go on with your work" in one for one in mock.prompts()), 15, str(field.lines))
    assert not any("half a thought" in one for one in mock.prompts())


def test_notes_are_told_of(field: Field, fleet: Fleet) -> None:
    """A note in its inbox rings at the agent once: queued while it works, rung when it is idle."""
    mock = field.add("builder")
    started(field, fleet, "builder")
    mock.do("busy")
    field.becomes("builder", "busy")
    send(field, "builder", "hello")
    eventually(lambda: [bell.state for bell in field.record("builder").bells] == [BellState.QUEUED])
    mock.do("idle")
    eventually(lambda: [bell.state for bell in field.record("builder").bells] == [BellState.RUNG], 15)
    assert [one for one in mock.prompts() if "note" in one] == ["[cotemp 1] 1 note for you, unread. Read: cotemp notes"]


def test_what_is_due_waits_for_nothing(field: Field, fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wake rings when it is due, although nothing happens in any terminal or file."""
    mock = field.add("builder", 'prompt_text = "go"\nwake = { every = "2s" }', kind="persistent")
    started(field, fleet, "builder")
    monkeypatch.setattr(Sources, "look", lambda *_: iter(()))
    monkeypatch.setattr(Sources, "glance", lambda *_: iter(()))
    eventually(lambda: any("scheduled wake" in one for one in mock.prompts()), 20, str(field.lines))


def test_down_is_down(field: Field, fleet: Fleet) -> None:
    """What was stopped on purpose stays stopped, and left by its own exit keys."""
    mock = field.add("builder")
    started(field, fleet, "builder")
    assert field.ask(fleet, What.DOWN, "builder").exit_code == 0
    field.becomes("builder", "stopped")
    assert mock.life()[-1] | {"event": "died", "code": 0} == mock.life()[-1]
    looks(field, 10)
    assert len(mock.starts()) == 1
    eventually(lambda: not fleet.is_wanted())


def test_everything_stops(field: Field, fleet: Fleet) -> None:
    """The file STOP ends all agents at once; nothing starts until it is taken away, and then all go on."""
    mocks = [field.add(name) for name in ("builder", "adversary")]
    started(field, fleet, "builder", "adversary")
    (field.places.home / "STOP").touch()
    eventually(lambda: not any(not pane.dead for pane in field.host.look().values()), 15)
    assert field.ask(fleet, What.UP).exit_code == 5
    assert field.ask(fleet, What.RESUME).exit_code == 0
    eventually(lambda: all(len(mock.starts()) == 2 for mock in mocks), 20, str(field.lines))
    assert not (field.places.home / "STOP").exists()


def test_a_limit_parks_and_ends_once(field: Field, fleet: Fleet) -> None:
    """Agents of an account that hit its limit are parked, and told once to go on when it is over."""
    mock = field.add("builder")
    started(field, fleet, "builder")
    mock.do(f"limit {hours(3)}")
    field.becomes("builder", "limited")
    looks(field, 10)
    assert len(mock.starts()) == 1
    assert field.row("builder")["limited_until"]
    mock.do("idle")
    field.ask(fleet, What.RESUME, "builder")
    eventually(lambda: any("usage limit is over" in one for one in mock.prompts()), 20, str(field.lines))
    looks(field, 30)
    assert sum("usage limit is over" in one for one in mock.prompts()) == 1


def test_a_new_model_waits_for_the_prompt(field: Field, fleet: Fleet) -> None:
    """`up --drain` restarts a changed agent at its next idle prompt only, with its conversation."""
    mock = field.add("builder")
    started(field, fleet, "builder")
    mock.do("busy")
    field.becomes("builder", "busy")
    field.add("builder", 'prompt_text = "go"\nmodel = "mock-2"')
    assert field.ask(fleet, What.UP, "builder", drain="true").exit_code == 0
    looks(field, 10)
    assert len(mock.starts()) == 1
    mock.do("idle")
    eventually(lambda: len(mock.starts()) == 2, 20, str(field.lines))
    assert (mock.starts()[1]["model"], mock.starts()[1]["resumed"]) == ("mock-2", True)


def test_another_host(field: Field, fleet: Fleet) -> None:
    """An agent moves from tmux into a terminal of our own, with its conversation and its new prompt, and ends there."""
    mock = field.add("builder", 'host = "tmux"\nprompt_text = "go"')
    started(field, fleet, "builder")
    field.add("builder", 'host = "pty"\nprompt_text = "turn"')
    assert field.ask(fleet, What.UP, "builder").said == ("builder: restarts (prompt, host)",)
    eventually(lambda: len(mock.starts()) == 2, 20, str(field.lines))
    field.becomes("builder", "idle")
    assert (launched := field.record("builder").launched)
    assert launched.host == "pty"
    assert mock.starts()[1]["resumed"]
    assert mock.starts()[1]["prompt"].endswith("turn")
    field.ask(fleet, What.DOWN, "builder")
    field.becomes("builder", "stopped")


@pytest.mark.slow
def test_a_host_that_is_not_there(field: Field, fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who wants tmux where there is none is told so at once, and can go on in a terminal of ours."""
    with monkeypatch.context() as without_tmux:
        without_tmux.setenv("PATH", "")
        mock = field.add("builder", 'host = "tmux"\nprompt_text = "go"\nrestarts = { max = 1, within = "10m" }')
        field.ask(fleet, What.UP, "builder")
        field.becomes("builder", "quarantined")
        assert "tmux" in field.row("builder")["remark"]
        field.add("builder", 'host = "pty"\nprompt_text = "go"')
        field.ask(fleet, What.UP, "builder")
        eventually(lambda: len(mock.starts()) == 1, 20, str(field.lines))
        field.ask(fleet, What.DOWN, "builder")
        field.becomes("builder", "stopped")


def test_a_broken_file_changes_nothing(field: Field, fleet: Fleet) -> None:
    """Settings with a mistake are refused as a whole, with the place; what was accepted stays in force."""
    mock = field.add("builder")
    started(field, fleet, "builder")
    field.write('[agents.adversary]\nkind = "loop"\nbackend = "mock"\nprompt_text = "go"\nmodle = "x"')
    answer = field.ask(fleet, What.RELOAD)
    assert answer.exit_code == 7
    assert "modle" in answer.problem
    assert str(field.file) in answer.problem
    os.kill(field.pane("builder").pid, signal.SIGKILL)
    eventually(lambda: len(mock.starts()) == 2, 20)


def test_what_cannot_be_started(field: Field, fleet: Fleet) -> None:
    """A program that ends at once is tried a few times, with its words, and then left to a human."""
    mock = field.add("builder", 'prompt_text = "go"\nrestarts = { max = 1, within = "10m" }')
    mock.at_each_start("die 3")
    field.ask(fleet, What.UP, "builder")
    field.becomes("builder", "quarantined", 40)
    assert "exit code 3" in field.row("builder")["remark"]
    assert len(mock.starts()) <= 3


def test_the_last_screen_is_kept(field: Field, fleet: Fleet) -> None:
    """What a dead program showed can be read afterwards."""
    mock = field.add("builder")
    started(field, fleet, "builder")
    mock.do("say these were my last words")
    os.kill(field.pane("builder").pid, signal.SIGKILL)
    eventually(lambda: len(mock.starts()) == 2, 20)
    kept = list((field.places.state / "agents" / "builder" / "screens").iterdir())
    assert "these were my last words" in kept[0].read_text()
