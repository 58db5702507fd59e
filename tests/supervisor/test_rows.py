"""The rows of `status` as the daemon writes them: their age is that of the last look."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from cotemp.agents import seen
from cotemp.agents.seen import Board, read_seen
from cotemp.config import AgentConfig
from cotemp.places import Places
from cotemp.supervisor.fleet import rows
from cotemp.supervisor.fleet.rows import Rows
from tests.supervisor.plan.stories import Play, at_prompt, only, running


def test_an_idle_agent_that_is_looked_at_has_fresh_evidence(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long nothing happens, `status` says when its prompt was seen last."""
    monkeypatch.setattr(rows, "OFTEN", 0.0)
    monkeypatch.setattr(seen, "REFRESH", 0.0)
    waits = AgentConfig(kind="persistent", backend="claude", workdir=Path("/w"))
    told, shown, board = running(only(waits)), Rows(), Board(places)

    def age_of_last_look() -> float:
        told.happen("20m", lambda play: at_prompt(play, "builder"))
        for row in shown.changed(told.world, ["builder"], told.now):
            board.write(row)
        (row,) = read_seen(places, told.now + timedelta(seconds=2))
        assert row["evidence"]
        return row["evidence"]["age_s"]

    assert [age_of_last_look() for _ in range(3)] == [2.0] * 3


def test_only_what_may_have_changed_is_worked_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """With fifty agents, a look at one costs one row."""
    monkeypatch.setattr(rows, "OFTEN", 1000.0)
    told, shown = running(only()), Rows()

    def names(play: Play) -> list[str]:
        return [row["agent"] for row in shown.changed(play.world, ["builder"], play.now)]

    assert (names(told), names(told)) == (["builder"], [])
    told.happen("20s", lambda play: at_prompt(play, "builder"))
    assert names(told) == ["builder"]
