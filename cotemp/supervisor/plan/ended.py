"""What the end of an action changes: the launch that runs now, the bell that was rung, the retry of what failed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ...agents.record import AgentRecord, BellKind, BellState, Launched, Quarantined
from . import bells
from .case import Case
from .changing import with_agent, with_record, with_session
from .diff import differences
from .model import Action, Agent, Done, Notify, Outcome, Ring, RunService, Start, Stop, Tell, World
from .noting import told
from .phases import ending_done
from .ringing import rung
from .stopping import patience
from .waking import due_wake

__all__ = ["ended", "lose_patience"]

FIRST, LONGEST = 5.0, 300.0
"""Seconds until what failed, or could not be done just now, is tried again: doubled each time, up to the longest."""
AFRESH = "its program did not know the session any more that it should go on with: it was started afresh"
"""A remark that stays until it is started the next time, or asked for by a person."""
_Ended = tuple[World, tuple[Action, ...]]


def ended(world: World, event: Done, now: datetime) -> _Ended:
    """An action ended. Told twice, or late, it changes nothing but what is true all the same."""
    if event.agent not in world.agents:
        return ending_done(world, event), ()
    if isinstance(event.action, Start) and _was_short(world, event):
        event = replace(event, outcome=Outcome.DONE)
    agent = world.agents[event.agent]
    ours = agent.doing is not None and agent.doing.action == event.action
    if ours:
        world = with_agent(world, event.agent, _free(agent, event, now))
    handler = _HANDLERS.get(type(event.action))
    return handler(world, event, now, ours) if handler else (world, ())


def lose_patience(world: World, name: str, now: datetime) -> _Ended:
    """An action of which nothing was heard for too long counts as failed."""
    doing = world.agents[name].doing
    if doing is None or now < doing.since + patience(doing.action):
        return world, ()
    world, given = ended(world, Done(name, doing.action, Outcome.FAILED, "nothing was heard of it"), now)
    return world, (*given, Tell(name, f"nothing was heard of its {type(doing.action).__name__.lower()}"))


def _free(agent: Agent, event: Done, now: datetime) -> Agent:
    """Ready for the next thing: at once when this one went well, else later and later (a bell: a little later)."""
    if isinstance(event.action, Ring):
        again = None if event.outcome is Outcome.DONE else now + timedelta(seconds=FIRST)
        return replace(agent, doing=None, retry=again)
    if event.outcome in (Outcome.DONE, Outcome.STALE_ID):
        return replace(agent, doing=None, failures=0, retry=None)
    failures = agent.failures + 1
    retry = now + timedelta(seconds=min(FIRST * 2 ** min(failures - 1, 10), LONGEST))
    return replace(agent, doing=None, failures=failures, retry=retry)


def _started(world: World, event: Done, now: datetime, ours: bool) -> _Ended:  # noqa: FBT001
    assert isinstance(event.action, Start)
    if event.outcome is Outcome.DONE:
        return _launched(world, event, event.action, now, ours=ours), ()
    if not ours:
        return world, ()
    world = _unseen(world, event.agent)
    if event.outcome is Outcome.STALE_ID:
        return _afresh(world, event.action, now)
    return _not_started(world, event, now)


def _was_short(world: World, event: Done) -> bool:
    """Whether it is a task that has ended already, and well."""
    settings, look = world.config.agents.get(event.agent), world.agents[event.agent].look
    is_task = settings is not None and settings.kind == "task"
    return is_task and look is not None and look.pane is not None and look.pane.exit_code == 0


def _launched(world: World, event: Done, start: Start, now: datetime, *, ours: bool) -> World:
    """What runs now. Told late, an older launch than the one that is known changes nothing."""
    name, new = event.agent, event.record.launched if event.record else None
    agent = world.agents[name]
    record = agent.record
    if new is None or (not ours and record.launched and record.launched.at >= new.at):
        return world
    differs = agent.asked is not None and differences(replace(record, launched=new), agent.asked)
    changes = _of_launch(world, record, start, new, now) | {"relaunch": now if differs else None}
    world = with_record(world, name, _rebelled(record, event, now), **changes)
    world = with_agent(world, name, replace(world.agents[name], asked=None))
    look = agent.look
    return world if look and look.at > new.at else _unseen(world, name)


def _of_launch(world: World, record: AgentRecord, start: Start, new: Launched, now: datetime) -> dict[str, Any]:
    """What a launch changes in a record."""
    changes: dict[str, Any] = {"launched": new, "drain": False, "nudged": None, "compacted": None}
    changes["remark"] = AFRESH if record.remark == AFRESH and not new.resumed else ""
    settings = world.config.agents.get(record.agent)
    if new.session_id:
        changes |= with_session(record, new.phase or "", new.session_id, new)
    if settings and settings.kind == "task":
        changes["served_wake"] = due_wake(Case(world, record.agent, now)) or record.served_wake
    elif start.task:
        changes["task"] = None  # it has it now; its next start is none for this task
    return changes


def _rebelled(record: AgentRecord, event: Done, now: datetime) -> AgentRecord:
    """The bells of a program that was just started: what it knows by its prompt is told no more."""
    bells_now = tuple(
        replace(one, state=BellState.QUEUED, tries=0)
        if one.state is BellState.RINGING or (one.state is BellState.QUEUED and one.tries)
        else one
        for one in record.bells
    )
    record = replace(record, bells=bells_now)
    record = bells.drop(record, BellKind.NUDGE, BellKind.COMPACT, BellKind.PROMPT)
    if event.record and event.record.launched and not event.record.launched.resumed:
        record = bells.drop(record, BellKind.PLAN)
    if event.prompt:
        record = bells.queue(record, f"prompt:{record.bell_count + 1}", BellKind.PROMPT, event.prompt, now)
    return record


def _afresh(world: World, start: Start, now: datetime) -> _Ended:
    record = world.agents[start.agent].record
    left = {phase: id for phase, id in record.resume.items() if id != start.resume}  # noqa: A001
    world = with_record(world, start.agent, resume=left, relaunch=now, remark=AFRESH)
    return world, (Tell(start.agent, AFRESH),)


def _not_started(world: World, event: Done, now: datetime) -> _Ended:
    """It could not be started; after as many times as it may be restarted, a human looks."""
    agent, settings = world.agents[event.agent], world.config.agents.get(event.agent)
    line = f"it could not be started: {event.why or 'nobody knows why'}"
    world = with_record(world, event.agent, remark=line)
    if settings is None or agent.failures < max(1, settings.restarts.max):
        return world, (Tell(event.agent, line),)
    why = f"it could not be started, {agent.failures} times"
    world = with_record(world, event.agent, quarantined=Quarantined(now, why))
    title = f"cotemp: {event.agent} is quarantined"
    return world, (Tell(event.agent, line), Notify(title, f"{why}."))


def _stopped(world: World, event: Done, now: datetime, ours: bool) -> _Ended:  # noqa: FBT001
    return (_unseen(world, event.agent) if ours else world), ()


def _rung(world: World, event: Done, now: datetime, ours: bool) -> _Ended:  # noqa: FBT001
    assert isinstance(event.action, Ring)
    agent, bell = world.agents[event.agent], event.action.bell
    if not ours and event.outcome is not Outcome.DONE:
        return world, ()  # it was counted already
    outcome = Outcome.UNCONFIRMED if event.outcome is Outcome.FAILED else event.outcome
    record, said = rung(agent.record, bell, outcome, now)
    after = bells.known(record, bell.id)
    if record is not agent.record and after and after.state in (BellState.RUNG, BellState.UNCONFIRMED):
        record = told(agent, record, bell, now)
    return with_record(world, event.agent, record), said


def _ran(world: World, event: Done, now: datetime, ours: bool) -> _Ended:  # noqa: FBT001
    """A service ran; that it failed is told, and it runs again with its next wake."""
    if not ours:
        return world, ()
    due = due_wake(Case(world, event.agent, now)) if event.agent in world.config.agents else None
    served = due or world.agents[event.agent].record.served_wake
    failed = "" if event.outcome is Outcome.DONE else f"its last run failed: {event.why}"
    world = with_record(world, event.agent, served_wake=served, relaunch=None, remark=failed)
    agent = replace(world.agents[event.agent], failures=0, retry=None)
    return with_agent(world, event.agent, agent), (Tell(event.agent, failed),) if failed else ()


def _unseen(world: World, name: str) -> World:
    """What was seen of it was true of another program."""
    return with_agent(world, name, replace(world.agents[name], look=None))


_HANDLERS: Mapping[type, Callable[[World, Done, datetime, bool], _Ended]] = {
    Start: _started,
    Stop: _stopped,
    Ring: _rung,
    RunService: _ran,
}
