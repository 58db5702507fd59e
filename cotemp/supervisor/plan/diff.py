"""What `up` would change, and why: `plan` shows it, and `up` does just that."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from ...agents import launching
from ...agents.record import AgentRecord
from .case import alive
from .model import Agent, Start, World

__all__ = ["RUNNING", "Change", "changes"]

Why = tuple[tuple[str, str, str], ...]
RUNNING, ARMED, FREE = "running", "waits for its time", "waits for a task"
"""What an agent that is started is then; a task and a service with a wake run only when that is due."""


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one agent. `why`: what differs, as key, before and after ("" for nothing)."""

    agent: str
    what: Literal["start", "restart", "stop", "keep", "take-over"]
    why: Why = ()


def changes(
    world: World, parts: Mapping[str, Mapping[str, str]], agents: Collection[str] = (), *, tasks: Collection[str] = ()
) -> list[Change]:
    """What `up` does to `agents` (none named: to all, and it stops those that the settings have no more). `parts`: what
    each would be launched from now; `tasks`: those that are given a task. An agent that runs counts as seen."""
    names = agents or world.config.agents
    found = [_change(world, name, parts.get(name), tasks) for name in names if name in world.config.agents]
    return found if agents else [*found, *_strays(world)]


def _strays(world: World) -> Iterator[Change]:
    for name, agent in world.agents.items():
        if name not in world.config.agents and (runs(agent) or agent.record.is_up):
            yield Change(name, "stop", (("agents.toml", name, ""),))


def _change(world: World, name: str, parts: Mapping[str, str] | None, tasks: Collection[str]) -> Change:
    agent, settings = world.agents[name], world.config.agents[name]
    if not runs(agent):
        waits = settings.wake is not None or not (settings.prompt or settings.prompt_text)
        if settings.kind == "task" and name not in tasks and (waits or agent.record.is_up):
            return _armed(name, agent, ARMED if settings.wake else FREE)
        if settings.kind == "service" and settings.wake is not None:
            return _armed(name, agent, ARMED)
        return Change(name, "start", (("state", _before(agent.record), RUNNING),))
    if not agent.record.is_up:
        return Change(name, "take-over", (("state", "runs, and is not looked after", "looked after"),))
    why = () if parts is None or starts(agent) else differences(agent.record, parts)
    return Change(name, "restart" if why else "keep", why)


def _armed(name: str, agent: Agent, then: str) -> Change:
    """One that runs only when it is its time, or when it is given a task."""
    if agent.record.is_up:
        return Change(name, "keep")
    return Change(name, "start", (("state", _before(agent.record), then),))


def differences(record: AgentRecord, parts: Mapping[str, str]) -> Why:
    """What it was launched from and would be launched from now, where that is not the same."""
    old = record.launched.parts if record.launched else {}
    if not old:
        return ()  # somebody else started it: nobody knows from what
    return tuple((key, *pair) for key, pair in launching.differences(old, parts).items())


def _before(record: AgentRecord) -> str:
    if record.stopped:
        return f"stopped ({record.stopped.why})"
    return "quarantined" if record.quarantined else "not running"


def runs(agent: Agent) -> bool:
    """Whether its program runs, as far as anybody has looked, or is being started."""
    return alive(agent.look) or starts(agent)


def starts(agent: Agent) -> bool:
    """Whether it is being started: nobody knows yet what it was started from."""
    return agent.doing is not None and isinstance(agent.doing.action, Start)
