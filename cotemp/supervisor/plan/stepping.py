"""One step: an event is taken in, then everything that is due by the outlook is done.

A step depends on facts, not on how they came: an event may come twice, late, or after a crash. What `World` keeps on
disk is written after each step and before its actions are performed, the records first: an action is then never lost,
because a fact asks for it again, and never done twice, because what it was for is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from ...agents.handed import HandoffRecord
from ...agents.limits import Limit
from ...agents.record import AgentRecord
from ...agents.sequence import Sequence
from ...config import Config
from .absorbing import absorb, shows_the_same
from .ended import lose_patience
from .limiting import limits_due, pass_limits
from .model import Action, Agent, Deed, Doing, Event, Looked, Tick, World
from .phases import pass_phases, sequence_due
from .rules import outlook

__all__ = ["beginning", "is_due", "step"]

MOST = 8
"""Deeds for one agent in one step; more would be a mistake of ours that goes round in circles."""
ALL = ""
"""The key of `World.due` for what concerns all agents."""


def beginning(
    config: Config, records: Iterable[AgentRecord] = (), sequence: Sequence | None = None,
    limits: Iterable[Limit] = (), handoff: HandoffRecord | None = None,
) -> World:  # fmt: skip
    """The world as a daemon finds it: what is on disk is known, nothing has been seen."""
    agents = {name: Agent(AgentRecord(name)) for name in config.agents}
    agents |= {record.agent: Agent(record) for record in records}
    windows = {limit.account: limit for limit in limits}
    return World(config, agents, sequence or Sequence(), windows, handoff or HandoffRecord())


def step(world: World, event: Event, now: datetime) -> tuple[World, tuple[Action, ...]]:
    """The world after `event`, and what is to be done now, in this order."""
    if _tells_nothing(world, event, now):
        return world, ()
    before = world
    if world.began is None:
        world = replace(world, began=now)
    world, given = absorb(world, event, now)
    world, more = _pass_all(world, now, looked=type(event) is Looked)
    given += more
    for name in tuple(_concerned(before, world, now)):
        world, more = _act(world, name, now)
        given += more
    return _dated(world, now, looked=type(event) is Looked), given


def is_due(world: World, now: datetime) -> bool:
    """Whether there is something to think about although nothing happened."""
    return ALL not in world.due or any(at is not None and at <= now for at in world.due.values())


def _tells_nothing(world: World, event: Event, now: datetime) -> bool:
    """Whether there is nothing to think about: time passed, but not enough, or a look showed what the last one did."""
    kind = type(event)
    if kind is Looked:
        at = world.due.get(event.agent, now)  # type: ignore[union-attr]
        return (at is None or at > now) and shows_the_same(world, event, now)  # type: ignore[arg-type]
    return kind is Tick and not is_due(world, now)


def _pass_all(world: World, now: datetime, *, looked: bool) -> tuple[World, tuple[Action, ...]]:
    """What concerns all agents: the sequence, which no look at a terminal moves, and the usage limits."""
    world, given = (world, ()) if looked else pass_phases(world, now)
    if world.limits:
        world, more = pass_limits(world, now)
        given += more
    return world, given


def _concerned(before: World, world: World, now: datetime) -> Iterator[str]:
    """The agents for which something may have changed."""
    if _shared(before) != _shared(world):
        yield from world.agents
        return
    for name, agent in world.agents.items():
        at = world.due.get(name, now)
        if agent is not before.agents.get(name) or (at is not None and at <= now):
            yield name


def _shared(world: World) -> tuple[int, ...]:
    """The identity of what every agent's outlook depends on."""
    return id(world.config), id(world.sequence), id(world.limits), id(world.statuses), world.stopped_all


def _act(world: World, name: str, now: datetime) -> tuple[World, tuple[Action, ...]]:
    """Everything that is due for one agent."""
    world, given = lose_patience(world, name, now)
    for _ in range(MOST):
        coming = outlook(world, name, now)
        if coming.do is None or coming.at is None or coming.at > now:
            break
        world, more = _done(world, name, coming.do, now)
        given += more
    if name not in world.due or world.due[name] != coming.at:
        world = replace(world, due={**world.due, name: coming.at})
    return world, given


def _done(world: World, name: str, deed: Deed, now: datetime) -> tuple[World, tuple[Action, ...]]:
    agent = replace(world.agents[name], record=deed.record)
    if deed.act:
        agent = replace(agent, doing=Doing(deed.act, now))
    world = replace(world, agents={**world.agents, name: agent})
    return world, (*deed.say, *((deed.act,) if deed.act else ()))


def _dated(world: World, now: datetime, *, looked: bool) -> World:
    """With the time at which all of it is to be thought about again: at once, as long as the sequence moves."""
    if looked and not world.limits and ALL in world.due:
        return world
    at = min((one for one in (limits_due(world), sequence_due(world, now)) if one), default=None)
    return world if world.due.get(ALL, now) == at else replace(world, due={**world.due, ALL: at})
