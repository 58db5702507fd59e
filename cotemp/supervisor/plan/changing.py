"""The world with one thing changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ...agents.record import AgentRecord, Launched
from .model import Agent, World

__all__ = ["followers", "with_agent", "with_record", "with_session"]


def with_agent(world: World, name: str, agent: Agent) -> World:
    """`world` with that agent as it is now; the same world when it is the same agent."""
    if world.agents.get(name) is agent:
        return world
    return replace(world, agents={**world.agents, name: agent})


def with_record(world: World, name: str, record: AgentRecord | None = None, **changes: Any) -> World:
    """`world` with what is kept of an agent changed; the same world when nothing is."""
    agent = world.agents[name]
    kept = replace(record or agent.record, **changes) if changes else record or agent.record
    return world if kept == agent.record else with_agent(world, name, replace(agent, record=kept))


def with_session(record: AgentRecord, phase: str, session: str, launched: Launched | None) -> dict[str, Any]:
    """What changes when `launched` runs in that phase in a conversation of that id."""
    program = launched.parts.get("backend") if launched else None
    programs = {**record.programs, phase: program} if program else record.programs
    return {"resume": {**record.resume, phase: session}, "programs": programs}


def followers(world: World) -> Iterator[str]:
    """The agents whose work the phases are."""
    return (name for name, one in world.config.agents.items() if one.follows_phases)
