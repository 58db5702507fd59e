"""What was done to agents, in a line each, for the log: a person reads there what happened to one, and why."""

from __future__ import annotations

from ...agents.launching import LaunchPlan
from ...agents.requests import Request
from ...display import display_line
from ..plan.model import Outcome, Ring, Start, Stop
from .ringing import Rung

__all__ = ["asked", "rung", "started", "stopped"]

LINE = 500
"""The most characters of what was asked."""


def asked(request: Request) -> str:
    """What a person, or a start at login, asked for; what became of it follows."""
    args = " ".join(f"{key}={value}" for key, value in request.args.items() if value and key != "config")
    return display_line(" ".join(filter(None, (f"asked: {request.what}", *request.agents, args))), LINE)


def started(start: Start, plan: LaunchPlan) -> str:
    """Which program begins, in which phase, and with which conversation."""
    what = "restart" if start.replaces else "start"
    of = " ".join(filter(None, (plan.backend.name if plan.backend else "", plan.model)))
    phase = f", phase {plan.phase}" if plan.phase else ""
    how = f"goes on with {plan.session_id}" if plan.resumed else "afresh"
    return f"{what} ({of or 'service'}{phase}; {how}): {start.why}"


def stopped(stop: Stop, *, left: bool) -> str:
    """How its program ended."""
    return f"stop ({'it left by itself' if left else 'ended by force'}): {stop.why}"


def rung(ring: Ring, how: Rung) -> str:
    """Which bell, and how that went."""
    outcome = "rung" if how.outcome is Outcome.DONE else str(how.outcome)
    return f"bell {ring.bell.number} ({ring.bell.kind}): {outcome}{f': {how.why}' if how.why else ''}"
