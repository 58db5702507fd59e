"""Stories of agents as data: when something happens, and what the plan then does.

A story is a list of rows `(when, event, *actions)`. `when` is how long after the row before; `event` is one of
`happenings`; each action is told in a line by `said`. What is only written into the log is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from cotemp.agents.record import AgentRecord, Launched
from cotemp.agents.sequence import Sequence
from cotemp.agents.states import Composer, Evidence, Reading, State
from cotemp.config import AgentConfig, Config, Handoff, Phase, Wake
from cotemp.config.settings import CommitRule, InboxRule
from cotemp.hosts.host import Pane, Size
from cotemp.supervisor.plan import beginning, outlook, step
from cotemp.supervisor.plan.model import (
    Action,
    Answer,
    Event,
    Looked,
    MarkStopped,
    Next,
    Notify,
    Ring,
    RunService,
    Start,
    Stop,
    Tell,
    Tick,
    World,
)

BEGIN = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
Happening = Callable[["Play"], Event]
Row = tuple[Any, ...]

LOOP = AgentConfig(kind="loop", backend="claude", prompt=Path("/p/loop.md"), workdir=Path("/w"))
ORCHESTRATOR = AgentConfig(
    kind="persistent",
    backend="codex",
    prompt=Path("/p/orchestrator.md"),
    workdir=Path("/w"),
    wake=Wake(every=3600.0, prompt=Path("/p/wake.txt")),
)
HANDOFF = Handoff(
    repo=Path("/srv/ci"),
    ref="origin/main",
    commits=(CommitRule(prefix="claim(", to="adversary"), CommitRule(prefix="review(", to="builder")),
    inboxes=(InboxRule(file="BUILDER-INBOX.md", to="builder"),),
)


def seed(**more: Any) -> Config:
    """Settings as the seeds have them: two loops, an orchestrator, two phases."""
    agents = {"builder": LOOP, "adversary": LOOP, "orchestrator": ORCHESTRATOR}
    phases = (Phase(id="pvfix", plan="plans/pvfix.md"), Phase(id="pvcheck", plan="plans/pvcheck.md"))
    return Config(**{"agents": agents, "phases": phases, "handoff": HANDOFF, **more})


def only(agent: AgentConfig = LOOP, name: str = "builder", **more: Any) -> Config:
    """Settings with one agent, and no phases."""
    return Config(**{"agents": {name: agent}, **more})


# --- a story that is played ---


@dataclass
class Play:
    """A story on its way: the world, the time, and the actions whose end was not told yet."""

    world: World
    now: datetime = BEGIN
    given: list[Action] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def happen(self, when: str, event: Happening) -> list[str]:
        """Let time pass, then something happen; what is done about it, told in lines."""
        self.now += seconds(when)
        self.world, actions = step(self.world, event(self), self.now)
        self.given += actions
        self.told += [one.line for one in actions if isinstance(one, Tell)]
        return [said(one) for one in actions if not isinstance(one, Tell)]

    def next(self, agent: str) -> Next:
        """What happens to an agent next."""
        return outlook(self.world, agent, self.now)

    def crash(self) -> None:
        """The daemon is killed, and another one takes up what is on disk."""
        old = self.world
        records = [agent.record for agent in old.agents.values()]
        self.world = beginning(old.config, records, old.sequence, old.limits.values(), old.handoff)


def play(config: Config, rows: Iterable[Row]) -> Play:
    """Play a story to its end; every row must have led to just its actions."""
    told = Play(beginning(config))
    for number, (when, event, *actions) in enumerate(rows):
        done = told.happen(when, event)
        assert done == list(actions), f"row {number} ({when}): {done}\n{told.told[-5:]}"
    return told


def running(config: Config, *, phase: str | None = None, sessions: Mapping[str, str] | None = None) -> Play:
    """All agents of the settings are up, launched, and idle."""
    phase = phase or (config.phases[0].id if config.phases else None)
    world = replace(beginning(config), sequence=Sequence(phase, since=BEGIN))
    for name, settings in config.agents.items():
        launched = Launched(BEGIN - timedelta(hours=1), "tmux", None, {"backend": settings.backend or ""}, 77)
        if settings.follows_phases and config.phases:
            launched = replace(launched, phase=phase)
        record = AgentRecord(name, wanted=True, launched=launched, served_wake=BEGIN)
        if sessions and name in sessions:
            record = replace(record, resume={launched.phase or "": sessions[name]})
        world = replace(world, agents={**world.agents, name: replace(world.agents[name], record=record)})
    told = Play(world)
    for name in config.agents:
        assert told.happen("1s", partial(at_prompt, agent=name)) == []
    assert told.happen("10s", lambda _: Tick()) == []
    return told


def at_prompt(told: Play, agent: str) -> Looked:
    """It is at its prompt, and its composer is empty."""
    pane = Pane(agent, 77, False, None, "", 0.0, 0, None, False, Size())
    evidence = Evidence("screen", told.now, "…")
    return Looked(agent, pane, Reading(State.IDLE, evidence, Composer.EMPTY, screen=told.now.isoformat()))


def follow(told: Play, rows: Iterable[Row]) -> Play:
    """Go on with a story."""
    for number, (when, event, *actions) in enumerate(rows):
        done = told.happen(when, event)
        assert done == list(actions), f"row {number} ({when}): {done}\n{told.told[-5:]}"
    return told


def seconds(when: str) -> timedelta:
    """`90s`, `10m`, `1h30m`, `2d`."""
    units = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
    return timedelta(seconds=sum(float(n) * units[unit] for n, unit in re.findall(r"([\d.]+)([smhd])", when)))


def said(action: Action) -> str:
    """An action in a line."""
    if isinstance(action, Start):
        return _start(action)
    if isinstance(action, Ring):
        again = " again" if action.again else ""
        return f"ring {action.agent} {action.bell.kind} {action.bell.subject[:24]}".rstrip() + again
    match action:
        case Stop(agent, gently):
            return f"stop {agent}" if gently else f"kill {agent}"
        case MarkStopped(there):
            return "mark stopped" if there else "unmark stopped"
        case Notify(title):
            return f"notify {title}"
        case Answer(_, _, code):
            return f"answer {code}"
        case RunService(agent):
            return f"run {agent}"
    return type(action).__name__


def _start(action: Start) -> str:
    words = ["restart" if action.replaces else "start", action.agent, action.phase]
    words += [action.resume and f"resume {action.resume}", action.task and f"task {action.task}", action.model]
    return " ".join(word for word in words if word)
