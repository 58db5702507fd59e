"""What an event changes in the world: the facts, and what follows from them for good."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ...agents.record import AgentRecord, BellKind
from ...agents.states import Reading, State
from . import bells
from .asking import requested
from .case import shown
from .changing import with_agent, with_record, with_session
from .diff import starts
from .ended import ended
from .handing import files, reached
from .idling import ROOM
from .limiting import saw_limit
from .model import (
    Action,
    Agent,
    Checked,
    Done,
    Event,
    Files,
    Limits,
    Look,
    Looked,
    Notes,
    Notify,
    Reached,
    Reloaded,
    Requested,
    Statuses,
    StopFile,
    Tell,
    Tick,
    World,
)
from .noting import noted

__all__ = ["absorb", "shows_the_same"]

SAME = timedelta(seconds=10)
"""After which a look is noted although it shows nothing new."""
_Absorbed = tuple[World, tuple[Action, ...]]


def absorb(world: World, event: Event, now: datetime) -> _Absorbed:
    """The world after `event`; the very same one when it told nothing new."""
    return _TABLE[type(event)](world, event, now)


# --- looks ---


def _looked(world: World, event: Looked, now: datetime) -> _Absorbed:
    agent = world.agents.get(event.agent)
    if agent is None:
        return world, ()
    world = with_agent(world, event.agent, replace(agent, look=_look(agent, event, now)))
    if event.reading is None or event.pane is None or event.pane.dead:
        return world, ()
    world, told = _learned(world, event.agent, event.reading)
    if event.reading.state is State.LIMITED and agent.doing is None:
        world, more = saw_limit(world, event.agent, now)
        told += more
    return world, told


def shows_the_same(world: World, event: Looked, now: datetime) -> bool:
    """Whether a look shows just what the last one did, shortly ago, of an agent for which nothing is under way."""
    agent = world.agents.get(event.agent)
    look = agent.look if agent else None
    if agent is None or look is None or agent.doing or world.limits or now - look.at >= SAME:
        return False
    return event.pane == look.pane and (event.reading is look.reading or event.reading == look.reading)


def _look(agent: Agent, event: Looked, now: datetime) -> Look:
    before = agent.look
    look = Look(now, event.pane, event.reading, now, now)
    if before is None:
        began = _unchanged_since(agent.record, look, now)
        return replace(look, since=began, still=began)
    since = before.since if shown(before) is shown(look) else now
    return Look(now, event.pane, event.reading, since, before.still if _screen(before) == _screen(look) else now)


def _unchanged_since(record: AgentRecord, look: Look, now: datetime) -> datetime:
    """The first look of a daemon that came back: what has printed nothing since a moment is the same since then."""
    if look.pane is None or look.pane.dead or shown(look) not in (State.IDLE, State.BUSY) or look.pane.output <= 0:
        return now
    last = datetime.fromtimestamp(min(look.pane.output, now.timestamp()), UTC)
    return max(last, record.launched.at) if record.launched and record.launched.at <= now else last


def _screen(look: Look) -> str | None:
    return look.reading.screen if look.reading else None


def _learned(world: World, name: str, reading: Reading) -> _Absorbed:
    """What is kept of a reading: the session id, a problem, that a context became smaller."""
    agent = world.agents[name]
    record, changes = agent.record, dict[str, Any]()
    if reading.session_id and not starts(agent):  # of one that is being started, the end of its start tells
        changes |= _session(record, reading.session_id)
    if record.compacted and reading.context_pct is not None and _has_room(world, name, reading.context_pct):
        changes["compacted"] = None
    is_new = reading.problem is not record.problem and not bells.waits(record, BellKind.NUDGE)
    if is_new and (reading.problem or reading.state in (State.BUSY, State.IDLE)):
        changes["problem"] = reading.problem
    if not changes:
        return world, ()
    told = _troubled(name, reading) if changes.get("problem") and record.wanted else ()
    return with_record(world, name, **changes), told


def _session(record: AgentRecord, session: str) -> dict[str, Any]:
    launched = record.launched
    phase = (launched.phase if launched else None) or ""
    changes: dict[str, Any] = {}
    if launched and launched.session_id != session:
        changes["launched"] = replace(launched, session_id=session)
    if record.resume.get(phase) != session:
        changes |= with_session(record, phase, session, launched)
    return changes


def _has_room(world: World, name: str, percent: int) -> bool:
    settings = world.config.agents.get(name)
    return settings is not None and percent < settings.watch.context_max - ROOM


def _troubled(name: str, reading: Reading) -> tuple[Action, ...]:
    what = f"{reading.problem}: no restart mends that; it is left to you"
    return Tell(name, what), Notify(f"cotemp: {name} needs you", f"{what}. See: cotemp why {name}")


# --- everything else ---


def _ticked(world: World, event: Tick, now: datetime) -> _Absorbed:
    return world, ()


def _saw_files(world: World, event: Files, now: datetime) -> _Absorbed:
    return files(world, event, now), ()


def _saw_statuses(world: World, event: Statuses, now: datetime) -> _Absorbed:
    return (world if event.seen == world.statuses else replace(world, statuses=dict(event.seen))), ()


def _saw_notes(world: World, event: Notes, now: datetime) -> _Absorbed:
    agent = world.agents.get(event.agent)
    return (with_agent(world, event.agent, noted(agent, event, now)) if agent else world), ()


def _checked(world: World, event: Checked, now: datetime) -> _Absorbed:
    before = world.checks.get(event.name)
    world = replace(world, checks={**world.checks, event.name: event.seen})
    if event.seen.ok is (before.ok if before else True):
        return world, ()
    return world, (Tell("", f"check {event.name}: {'works again' if event.seen.ok else 'fails'}"),)


def _reloaded(world: World, event: Reloaded, now: datetime) -> _Absorbed:
    """Other settings, as a whole. Nothing is restarted for them; what is due by them is."""
    if event.config == world.config:
        return world, ()
    new = {name: Agent(AgentRecord(name)) for name in event.config.agents if name not in world.agents}
    checks = {name: seen for name, seen in world.checks.items() if name in event.config.checks}
    return replace(world, config=event.config, agents={**world.agents, **new}, checks=checks), ()


def _stop_file(world: World, event: StopFile, now: datetime) -> _Absorbed:
    if world.stopped_all is event.there:
        return world, ()
    said = "everything is stopped: the file STOP is in the home" if event.there else "the file STOP is gone: on it goes"
    return replace(world, stopped_all=event.there), (Tell("", said),)


def _edited_limits(world: World, event: Limits, now: datetime) -> _Absorbed:
    return replace(world, limits=dict(event.windows)), ()


_TABLE: Mapping[type, Callable[[World, Any, datetime], _Absorbed]] = {
    Tick: _ticked,
    Looked: _looked,
    Reached: reached,
    Files: _saw_files,
    Statuses: _saw_statuses,
    Notes: _saw_notes,
    Checked: _checked,
    Requested: requested,
    Reloaded: _reloaded,
    StopFile: _stop_file,
    Done: ended,
    Limits: _edited_limits,
}
