"""Rules about agents that should not run, or that are left to a human."""

from __future__ import annotations

from datetime import timedelta

from ...agents.states import Problem, State
from .case import Case
from .model import Deed, Next, RunService, Start, Stop

__all__ = [
    "HANDS",
    "PATIENCE",
    "TROUBLES",
    "asks_human",
    "everything_stopped",
    "forgotten",
    "in_use",
    "quarantined",
    "stopped",
    "troubled",
    "under_way",
    "unseen",
    "unwanted",
]

PATIENCE = {Start: 180.0, Stop: 60.0, RunService: 86400.0}
"""Seconds after which an action of which nothing is heard counts as failed."""
OTHER_PATIENCE = 60.0
TROUBLES = {Problem.LOGIN: "its login is gone", Problem.MODEL: "its model is not available"}
HANDS = 30.0
"""Seconds after a human's key in a terminal, in which nothing is done to it."""


def patience(action: object) -> timedelta:
    """How long the end of `action` is waited for."""
    return timedelta(seconds=PATIENCE.get(type(action), OTHER_PATIENCE))


def under_way(it: Case) -> Next | None:
    """One thing at a time is done to an agent."""
    doing = it.agent.doing
    if doing is None:
        return None
    state = {Start: State.STARTING, RunService: State.BUSY}.get(type(doing.action))
    what = type(doing.action).__name__.lower().replace("runservice", "run")
    return it.next("under way", "this is being done", what, doing.since + patience(doing.action), state=state)


def forgotten(it: Case) -> Next | None:
    """It is in the settings no more; it runs on until somebody says otherwise."""
    if it.settings is not None:
        return None
    if it.record.stopped and it.alive:
        return _end(it, "forgotten", "it is in agents.toml no more")
    why = "it is in agents.toml no more; cotemp up ends it" if it.alive else "it is in agents.toml no more"
    return it.next("forgotten", why, state=None if it.alive else State.STOPPED)


def everything_stopped(it: Case) -> Next | None:
    """The emergency stop: all programs are ended, by force; it does not even wait for what is under way."""
    if not it.world.stopped_all:
        return None
    doing = it.agent.doing.action if it.agent.doing else None
    if doing and (not it.alive or (isinstance(doing, Stop) and not doing.gently)):
        return None
    if it.alive:
        return _end(it, "stop-all", "everything is stopped (the file STOP in the home)", gently=False)
    return it.next("stop-all", "everything is stopped; cotemp resume ends that", state=State.STOPPED)


def stopped(it: Case) -> Next | None:
    """Stopped on purpose: nothing heals it."""
    mark = it.record.stopped
    if mark is None:
        return None
    if it.alive or it.has_pane:  # a terminal whose program has ended is cleared away
        return _end(it, "stopped", f"stopped on purpose ({mark.why})", gently=it.alive and not it.agent.failures)
    if mark.why == "finished":
        return it.next("stopped", "all phases are done", state=State.DONE)
    return it.next("stopped", f"stopped on purpose ({mark.why}); cotemp up {it.name} starts it", state=State.STOPPED)


def unwanted(it: Case) -> Next | None:
    """Nobody asked for it."""
    if it.record.wanted:
        return None
    if it.alive:
        return it.next("unwanted", f"it runs, but nobody asked for that here; cotemp up {it.name} takes it over")
    return it.next("unwanted", f"nobody asked for it; cotemp up {it.name} starts it", state=State.STOPPED)


def unseen(it: Case) -> Next | None:
    """Nobody has looked yet, so nothing is done."""
    if it.look is not None or (it.set.kind == "service" and it.set.wake):
        return None
    started = it.record.launched is not None and not it.passed(PATIENCE[Start], it.record.launched.at)
    return it.next("unseen", "nobody has looked at it yet", "look", state=State.STARTING if started else None)


def quarantined(it: Case) -> Next | None:
    """Too many restarts: a human looks first."""
    if it.record.quarantined is None:
        return None
    why = f"{it.record.quarantined.why}: left alone; cotemp resume {it.name} ends that"
    return it.next("quarantined", why, state=State.QUARANTINED)


def troubled(it: Case) -> Next | None:
    """A problem that no restart mends."""
    if it.record.problem is None:
        return None
    return it.next(
        "problem", f"{TROUBLES[it.record.problem]}, and no restart mends that; cotemp resume {it.name} when you have"
    )


def asks_human(it: Case) -> Next | None:
    """Its question is a human's, whatever else is due."""
    if it.state is not State.BLOCKED:
        return None
    return it.next("asks a human", f"it asks a human, and nobody else answers; cotemp attach {it.name}")


def in_use(it: Case) -> Next | None:
    """A human is at work in its terminal."""
    pane = it.look.pane if it.look else None
    if pane is None or not it.alive:
        return None
    if pane.in_mode:
        return it.next("in use", "a human scrolls in its terminal")
    since = it.now.timestamp() - pane.typed if pane.typed is not None else HANDS
    if not 0 <= since < HANDS:
        return None
    return it.next("in use", "a human types in its terminal", "look", it.now + timedelta(seconds=HANDS - since))


def _end(it: Case, rule: str, why: str, *, gently: bool = True) -> Next:
    return it.next(rule, why, "stop", it.now, lambda: Deed(it.record, Stop(it.name, gently, why)))
