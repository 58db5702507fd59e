"""Steps that have nothing to do cost nothing, and forget nothing."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from cotemp.agents.record import AgentRecord
from cotemp.supervisor.plan import beginning, step
from cotemp.supervisor.plan.model import Checked, CheckSeen, Looked, Tick

from .happenings import busy, dead, ends, gone, idle, tick, up
from .stories import BEGIN, Play, at_prompt, follow, only, running, seed


def test_a_tick_with_nothing_due_changes_nothing() -> None:
    """The very same world comes back until something is due."""
    told = running(only())
    now = told.now
    assert step(told.world, Tick(), now + timedelta(minutes=14)) == (told.world, ())
    assert step(told.world, Tick(), now + timedelta(minutes=14))[0] is told.world
    assert step(told.world, Tick(), now + timedelta(minutes=16))[1]


def test_a_look_that_shows_the_same_is_noted_every_ten_seconds() -> None:
    """What is known never grows older than that while somebody looks."""
    told = running(only())
    look = at_prompt(told, "builder")
    told.world, _ = step(told.world, look, told.now)
    for seconds in range(2, 200, 2):
        now = told.now + timedelta(seconds=seconds)
        told.world, _ = step(told.world, look, now)
        seen = told.world.agents["builder"].look
        assert seen is not None
        assert now - seen.at < timedelta(seconds=10)
        assert seen.since < told.now


def test_a_clock_that_goes_back() -> None:
    """A start is noted although the clock says that it was before the last one."""
    told = follow(running(only()), [("2s", dead("builder")), ("2s", tick, "start builder")])
    told.now -= timedelta(hours=3)
    told.happen("1s", ends("builder"))
    launched = told.world.agents["builder"].record.launched
    assert launched
    assert launched.at == told.now


def test_an_agent_that_nobody_knows() -> None:
    """News about one that is gone from everywhere is no mistake."""
    told = running(only())
    assert told.happen("1s", lambda _: Looked("stranger", None, None)) == []
    assert told.happen("1s", busy("stranger")) == []


def test_agents_that_were_known_before() -> None:
    """A record without a table in the settings still has its agent."""
    world = beginning(only(), [AgentRecord("old", wanted=True)])
    assert set(world.agents) == {"builder", "old"}


def _check(told: Play, *, ok: bool) -> Checked:
    return Checked("host", CheckSeen(ok, told.now, ""))


def test_checks() -> None:
    """A check that fails is told when it begins to, and when it works again."""
    told = running(seed())
    for ok in (True, False, False, True):
        told.happen("1s", partial(_check, ok=ok))
    assert told.told[-2:] == ["check host: fails", "check host: works again"]


def test_settings_that_change_while_it_starts() -> None:
    """An `up` with other settings, while a start is under way, leads to one more start; the same `up` does not."""
    for model, more in (("", []), ("opus", ["restart builder"])):
        told = Play(beginning(only()), BEGIN)
        parts = {"builder": {"backend": "claude", "model": model}}
        rows = [("0s", up(), "answer 0"), ("1s", gone("builder"), "start builder"), ("1s", idle("builder"))]
        follow(told, [*rows, ("1s", up(parts=parts), "answer 0"), ("1s", ends("builder"))])
        assert told.happen("1s", idle("builder")) == more
