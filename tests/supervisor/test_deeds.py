"""The log tells what was done to agents, and why."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from cotemp.agents.launching import LaunchPlan
from cotemp.agents.record import Bell, BellKind
from cotemp.agents.requests import Request, What
from cotemp.supervisor.fleet import deeds
from cotemp.supervisor.fleet.ringing import Rung
from cotemp.supervisor.plan.model import Outcome, Ring, Start, Stop

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


def test_a_line_for_each_deed() -> None:
    """Who reads the log learns what began with which conversation, how it ended, which bell it heard, and why."""
    plan = LaunchPlan(
        agent="builder", host="tmux", argv=("x",), cwd=Path(), env={}, phase="two", model="opus",
        prompt_file=Path(), session_id="ses-1", resumed=True,
    )  # fmt: skip
    start = Start("builder", "two", "ses-1", "its program had ended", replaces=True)
    assert deeds.started(start, plan) == "restart (opus, phase two; goes on with ses-1): its program had ended"
    stop = Stop("builder", gently=True, why="stopped on purpose (down)")
    assert deeds.stopped(stop, left=True) == "stop (it left by itself): stopped on purpose (down)"
    ring = Ring("builder", Bell("wake:1", BellKind.WAKE, 3, "", NOW))
    assert deeds.rung(ring, Rung(Outcome.DONE)) == "bell 3 (wake): rung"
    assert deeds.rung(ring, Rung(Outcome.NOT_NOW, "it is busy")) == "bell 3 (wake): not-now: it is busy"


def test_what_was_asked() -> None:
    """The log names each request, without the path of the settings, in one line whatever was typed."""
    request = Request("1", What.PHASE, NOW, (), {"do": "add", "id": "a\nb", "config": "/x"})
    assert deeds.asked(request) == "asked: phase do=add id=a␊b"
