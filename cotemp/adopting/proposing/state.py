"""What belongs to the state of this machine: conversations to take up again, usage limits, sessions that run."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ...agents.backends import backend_of
from ...agents.limits import Limit
from ...agents.sequence import Sequence
from ...config.settings import Config
from ...errors import BadConfig
from ...times import show_duration, utc
from ..model import Deadline, Decision, NotUnderstood, Origin, ResumeId, RunningSession, World
from .roles import called, session_of

__all__ = ["State", "state_of"]

_LONGEST = timedelta(days=8)
"""A weekly window and a day of doubt; nothing is limited for longer."""


@dataclass
class State:
    """Filled part by part. `config` are the settings to be."""

    config: Config
    sequence: Sequence
    resume: list[ResumeId] = field(default_factory=list)
    limits: list[Limit] = field(default_factory=list)
    sessions: dict[str, RunningSession] = field(default_factory=dict)
    watchdog: RunningSession | None = None
    decisions: list[Decision] = field(default_factory=list)
    not_understood: list[NotUnderstood] = field(default_factory=list)

    def decide(self, what: str, origin: Origin | None = None) -> None:
        self.decisions.append(Decision(what, origin))

    def give_up(self, origin: Origin, why: str) -> None:
        self.not_understood.append(NotUnderstood(origin, why))


def state_of(world: World, config: Config, sequence: Sequence, now: datetime) -> State:
    """The state of the agents in `config`."""
    state = State(config, sequence)
    for one in world.resume:
        _resume(state, one)
    for limit in world.limits:
        _limit(state, limit, now)
    _sessions(state, world)
    return state


def _resume(state: State, one: ResumeId) -> None:
    agent = called(state.config.agents, one.agent)
    if agent is None:
        state.give_up(one.origin, f"a conversation of {one.agent}, which is no agent here")
        return
    follows = state.config.agents[agent].follows_phases
    phase = (one.phase or state.sequence.phase or "") if follows else ""
    before = next((kept for kept in state.resume if (kept.agent, kept.phase) == (agent, phase)), None)
    if before:
        state.resume.remove(before)
        state.decide(f"{agent} takes up the conversation of the newer file, not this one", before.origin)
    state.resume.append(ResumeId(agent, one.id, one.origin, phase))


def _limit(state: State, told: Deadline, now: datetime) -> None:
    if told.until is None:
        state.give_up(told.origin, "this limit does not say until when: an agent that is limited will say so again")
    elif told.until <= now:
        state.decide(f"a limit that ended {utc(told.until)} is over", told.origin)
    elif told.until - now > _LONGEST:
        ahead = show_duration((told.until - now).total_seconds())
        state.give_up(told.origin, f"no usage limit lasts {ahead} ({utc(told.until)}): it is not believed")
    else:
        _open(state, told, now)


def _open(state: State, told: Deadline, now: datetime) -> None:
    assert told.until is not None
    account = _account(state, told.whose)
    if account is None:
        return
    on_it = [name for name in state.config.agents if _account(state, name) == account]
    if not on_it:
        state.give_up(told.origin, f"a usage limit of {told.whose}, which no agent here uses")
        return
    earlier = next((one for one in state.limits if one.account == account), None)
    if earlier and earlier.until >= told.until:
        return
    if earlier:
        state.limits.remove(earlier)
    agent = called(state.config.agents, told.whose) or on_it[0]
    state.limits.append(Limit(account, now, told.until, told.words, agent, parked=tuple(on_it)))
    state.decide(f"the account {account} is limited until {utc(told.until)}: {', '.join(on_it)} wait", told.origin)


def _account(state: State, name: str) -> str | None:
    """Whose usage limits count for `name`, an agent, a backend or an account; None for a service, which has none."""
    agent = called(state.config.agents, name)
    backend = state.config.agents[agent].backend if agent else name
    if backend is None:
        return None
    try:
        return backend_of(state.config, backend).account or backend
    except BadConfig:
        return name


def _sessions(state: State, world: World) -> None:
    by_name = {one.name: one for one in world.running}
    agents = state.config.agents
    wanted = {agent: session_of(world, agent) for agent in agents if agents[agent].kind != "service"}
    for agent, name in wanted.items():
        if name in by_name:
            state.sessions[agent] = by_name[name]
            state.decide(f"{agent} runs in the tmux session {name}: it is taken over as it is, without a restart")
            _tell_of_panes(state, by_name[name])
    watchdog = session_of(world, "watchdog")
    state.watchdog = by_name.get(watchdog)
    if state.watchdog:
        state.decide(f"the tmux session {watchdog} ends: two watchdogs would act on the same agents")
    for near in _near(wanted.values(), by_name, {*wanted.values(), watchdog}):
        state.decide(f"the tmux session {near} is left alone: its name only begins like one of these")


def _tell_of_panes(state: State, one: RunningSession) -> None:
    if one.panes > 1:
        state.decide(f"the tmux session {one.name} has {one.panes} panes: the agent is taken to be in the first")


def _near(names: Collection[str], running: Collection[str], known: Collection[str]) -> Iterator[str]:
    """Sessions that a careless match would have taken for ours."""
    return (name for name in running if name not in known and name.startswith(tuple(names) or ("\0",)))
