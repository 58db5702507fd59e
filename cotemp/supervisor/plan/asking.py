"""What people ask for by the command line, carried out once and answered in a line for each thing done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from ...agents.record import AgentRecord, BellKind
from ...agents.requests import Request, What
from ...agents.states import State
from . import bells
from .accounts import account_of
from .case import alive, shown
from .changing import with_record
from .diff import changes, runs, starts
from .model import Action, Answer, MarkStopped, Requested, World
from .rules import outlook
from .sequencing import phase_asked
from .tasking import has_prompt
from .upping import down, kind_of, up, with_fresh_tries
from .waking import prompt_of
from .words import Refused

__all__ = ["requested"]

REMEMBERED = 100
"""Answers that are kept, for a request that comes twice."""
_Said = tuple[World, tuple[str, ...]]


def requested(world: World, event: Requested, now: datetime) -> tuple[World, tuple[Action, ...]]:
    """The world after what was asked, and the answer. A request that was answered before changes nothing."""
    request = event.request
    if request.id in world.answered:
        return world, (world.answered[request.id],)
    given: tuple[Action, ...] = ()
    try:
        _check_names(world, request)
        world, said = _HANDLERS[request.what](world, event, now)
        answer = Answer(request.id, said)
    except Refused as refused:
        answer = Answer(request.id, (), refused.exit_code, refused.what, refused.fix)
    else:
        given = _marks(request)
    kept = dict([*world.answered.items(), (request.id, answer)][-REMEMBERED:])
    return replace(world, answered=kept), (*given, answer)


def _check_names(world: World, request: Request) -> None:
    strange = [name for name in request.agents if name not in world.agents]
    if strange:
        raise Refused(f"there is no agent {', '.join(strange)}", "which there are: cotemp status", 4)


def _marks(request: Request) -> tuple[Action, ...]:
    if request.what is What.STOP_ALL:
        return (MarkStopped(there=True),)
    if request.what is What.RESUME and not request.agents:
        return (MarkStopped(there=False),)
    return ()


def _reload(world: World, event: Requested, now: datetime) -> _Said:
    waiting = [one for one in changes(world, event.parts) if one.what in ("restart", "start", "stop")]
    lines = tuple(f"{one.agent}: {one.what} with the next cotemp up" for one in waiting)
    return world, ("the settings are in force", *lines)


def _wake(world: World, event: Requested, now: datetime) -> _Said:
    said: list[str] = []
    for name in _ready(world, event.request):
        settings, agent = world.config.agents[name], world.agents[name]
        if starts(agent):
            said.append(f"{name}: is being started")
        elif settings.kind == "task" and not (runs(agent) or agent.record.task or has_prompt(settings)):
            raise Refused(f"{name} has nothing to do by itself", f"cotemp up {name} --task FILE", 2)
        elif settings.kind == "service" or (settings.kind == "task" and (not runs(agent) or agent.record.finished)):
            world = with_record(world, name, relaunch=now)
            said.append(f"{name}: runs now")
        else:
            world = _queued(world, name, event.request, BellKind.WAKE, prompt_of(settings.wake), now)
            said.append(f"{name}: {_heard(world, name, now)}")
    return world, tuple(said)


def _nudge(world: World, event: Requested, now: datetime) -> _Said:
    said: list[str] = []
    for name in _ready(world, event.request):
        world = _queued(world, name, event.request, BellKind.NUDGE, "", now)
        said.append(f"{name}: {_heard(world, name, now)}")
    return world, tuple(said)


def _ready(world: World, request: Request) -> tuple[str, ...]:
    if world.stopped_all:
        raise Refused("everything is stopped (the file STOP in the home)", "end that first: cotemp resume", 5)
    for name in request.agents:
        record = world.agents[name].record
        if name not in world.config.agents or not record.is_up:
            raise Refused(f"{name} is not up", f"start it: cotemp up {name}", 4)
    return request.agents


def _queued(world: World, name: str, request: Request, kind: BellKind, subject: str, now: datetime) -> World:
    return with_record(world, name, bells.queue(world.agents[name].record, f"{kind}:{request.id}", kind, subject, now))


def _heard(world: World, name: str, now: datetime) -> str:
    """When it hears what was just queued, by the rules that ring it."""
    coming = outlook(world, name, now)
    if coming.rule == "bell":
        return "is told now"
    why = f"it is {coming.state}" if coming.state in (State.BUSY, State.STARTING) else coming.why
    return f"is told at its next empty prompt (now: {why})"


def _resume(world: World, event: Requested, now: datetime) -> _Said:
    names = event.request.agents or tuple(name for name, one in world.agents.items() if one.record.wanted)
    said: list[str] = []
    if not event.request.agents and world.stopped_all:
        world = replace(world, stopped_all=False)
        said.append("the stop of everything is ended")
    for name in names:
        world, line = _resumed(world, name, now)
        said.append(f"{name}: {line}")
    return world, tuple(said) or ("nothing was stopped",)


def _resumed(world: World, name: str, now: datetime) -> tuple[World, str]:
    if name not in world.config.agents:
        raise Refused(f"{name} is in agents.toml no more", "add it, then: cotemp up", 4)
    agent = world.agents[name]
    record = agent.record
    ended = [what for what, is_so in _stops(record) if is_so]
    gone = agent.look is not None and not alive(agent.look) and kind_of(world, name) in ("loop", "persistent")
    record = replace(record, wanted=True, stopped=None, quarantined=None, problem=None, restarts=(), remark="")
    if agent.record.problem and shown(agent.look) is State.IDLE:  # it shows its trouble until it tries again
        record = bells.queue(record, f"nudge:{record.bell_count + 1}", BellKind.NUDGE, "", now)
    world = with_record(world, name, record, relaunch=now if gone else record.relaunch)
    limit = world.limits.get(account_of(world, name))
    if limit and limit.closed is None:
        world = replace(world, limits={**world.limits, limit.account: replace(limit, until=now)})
        ended.append("limit (it is tried now)")
    return with_fresh_tries(world, name), f"ended: {', '.join(ended)}" if ended else "nothing held it"


def _stops(record: AgentRecord) -> tuple[tuple[str, bool], ...]:
    return (
        ("stop", record.stopped is not None),
        ("quarantine", record.quarantined is not None),
        (f"problem ({record.problem})", record.problem is not None),
    )


def _stop_all(world: World, event: Requested, now: datetime) -> _Said:
    return replace(world, stopped_all=True), ("everything is stopped; cotemp resume ends that",)


def _phase(world: World, event: Requested, now: datetime) -> _Said:
    return phase_asked(world, event.request, now)


_HANDLERS: Mapping[What, Callable[[World, Requested, datetime], _Said]] = {
    What.UP: up,
    What.DOWN: down,
    What.RELOAD: _reload,
    What.WAKE: _wake,
    What.NUDGE: _nudge,
    What.RESUME: _resume,
    What.PHASE: _phase,
    What.STOP_ALL: _stop_all,
}
