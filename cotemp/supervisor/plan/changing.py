"""The world with one thing changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ...agents.record import AgentRecord
from .model import Agent, World

__all__ = ["followers", "with_agent", "with_record"]


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


def followers(world: World) -> Iterator[str]:
    """The agents whose work the phases are."""
    return (name for name, one in world.config.agents.items() if one.follows_phases)
