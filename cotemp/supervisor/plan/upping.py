"""`up` and `down`, as people ask for them: `up` does what `diff` tells, and forgives what went wrong before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from ...agents.record import AgentRecord, BellKind, Stopped
from ...agents.requests import Request
from ...agents.states import State
from . import bells
from .case import shown
from .changing import with_agent, with_record
from .diff import RUNNING, Change, changes, runs, starts
from .model import Requested, World
from .words import Refused

__all__ = ["down", "kind_of", "up", "with_fresh_tries"]

_Said = tuple[World, tuple[str, ...]]


def up(world: World, event: Requested, now: datetime) -> _Said:
    """What `diff.changes` tells, carried out; a line for each agent. Raises Refused."""
    request = event.request
    if world.stopped_all:
        raise Refused("everything is stopped (the file STOP in the home)", "end that first: cotemp resume", 5)
    _check(world, request)
    task = request.args.get("task")
    said: list[str] = []
    tasks = request.agents if task else ()
    for change in changes(world, event.parts, request.agents, tasks=tasks):
        if request.args.get("keep-stopped") and world.agents[change.agent].record.stopped:
            said.append(f"{change.agent}: was stopped on purpose, and stays so")
            continue
        world, line = _carried_out(world, change, request, event.parts, now)
        said.append(line)
    return world, tuple(said) or ("there are no agents in agents.toml",)


def _check(world: World, request: Request) -> None:
    """Raises Refused for agents that the settings have no more, and for tasks that cannot be given."""
    for name in request.agents:
        if name not in world.config.agents:
            raise Refused(f"{name} is in agents.toml no more", "add it, then: cotemp up", 4)
    task = request.args.get("task")
    if task is None:
        return
    if len(request.agents) != 1 or not task.isprintable():
        raise Refused("a task is for one agent, and has a file", "cotemp up AGENT --task FILE", 2)
    if kind_of(world, request.agents[0]) == "service":
        raise Refused(f"{request.agents[0]} is a service: it is given no task", "which are none: cotemp status", 2)


def _carried_out(
    world: World, change: Change, request: Request, parts: Mapping[str, Mapping[str, str]], now: datetime
) -> tuple[World, str]:
    name, record = change.agent, world.agents[change.agent].record
    if change.what == "stop":
        return with_record(world, name, stopped=Stopped(now, "it is in agents.toml no more")), f"{name}: is stopped"
    record = _readied(record, request, now)
    if change.what == "start" and change.why[0][2] == RUNNING:
        record = replace(record, relaunch=now)
    world = with_fresh_tries(with_record(world, name, record), name)
    if starts(world.agents[name]):
        world = with_agent(world, name, replace(world.agents[name], asked=parts.get(name)))
    if request.args.get("task"):
        return _dispatched(world, name, request, now)
    if change.what == "restart":
        return _renewed(world, change, request, now)
    return world, f"{name}: {_line(change, starting=starts(world.agents[name]))}"


def _readied(record: AgentRecord, request: Request, now: datetime) -> AgentRecord:
    """Wanted again, with everything forgiven; wakes that passed while it was stopped on purpose were not missed."""
    returns = not record.is_up
    return replace(
        record,
        wanted=True,
        stopped=None,
        quarantined=None,
        problem=None,
        restarts=(),
        remark="",
        model=request.args.get("model"),
        served_wake=now if returns or record.served_wake is None else record.served_wake,
    )


def with_fresh_tries(world: World, name: str) -> World:
    """What failed before may be tried at once."""
    agent = world.agents[name]
    return with_agent(world, name, replace(agent, failures=0, retry=None) if agent.retry else agent)


def _dispatched(world: World, name: str, request: Request, now: datetime) -> tuple[World, str]:
    """A task goes to a running agent by a bell, to another one by its start."""
    agent, task = world.agents[name], request.args["task"]
    if runs(agent):
        record = bells.queue(agent.record, f"task:{request.id}", BellKind.TASK, task, now)
        return with_record(world, name, record, finished=None), f"{name}: is told of its task"
    return with_record(world, name, task=task, finished=None, relaunch=now), f"{name}: starts with its task"


def _renewed(world: World, change: Change, request: Request, now: datetime) -> tuple[World, str]:
    keys = ", ".join(key for key, _, _ in change.why)
    if request.args.get("drain"):
        return with_record(world, change.agent, drain=True), f"{change.agent}: restarts at its next prompt ({keys})"
    asks = shown(world.agents[change.agent].look) is State.BLOCKED
    when = "restarts when a human has answered it" if asks else "restarts"
    return with_record(world, change.agent, relaunch=now), f"{change.agent}: {when} ({keys})"


def _line(change: Change, *, starting: bool) -> str:
    if change.what == "keep" and starting:
        return "is being started"
    if change.what == "start":
        return "starts" if change.why[0][2] == RUNNING else change.why[0][2]
    return {"keep": "stays as it is", "take-over": "is looked after from now on"}[change.what]


def down(world: World, event: Requested, now: datetime) -> _Said:
    """Mark agents as stopped on purpose; that ends them, and nothing heals them."""
    names = event.request.agents or tuple(name for name, one in world.agents.items() if one.record.wanted or runs(one))
    for name in names:
        record = world.agents[name].record
        record = replace(
            record, wanted=False, relaunch=None, drain=False, stopped=record.stopped or Stopped(now, "down")
        )
        if kind_of(world, name) == "task" and record.launched:
            record = replace(record, task=None, finished=now)  # cut short on purpose: it is not begun again
        world = with_fresh_tries(with_record(world, name, record), name)
    return world, tuple(f"{name}: is stopped, and stays so" for name in names) or ("nothing runs",)


def kind_of(world: World, name: str) -> str:
    """Its kind; "" for one that the settings do not have."""
    settings = world.config.agents.get(name)
    return settings.kind if settings else ""
