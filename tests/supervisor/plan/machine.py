"""A machine of agents on a fake clock: programs that work, idle and die, a repo, a disk, and a daemon that can be
killed at any point between deciding and doing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from cotemp.agents.handed import HandoffRecord
from cotemp.agents.limits import Limit
from cotemp.agents.record import AgentRecord, Launched
from cotemp.agents.sequence import Sequence
from cotemp.agents.states import Composer, Evidence, Reading, State
from cotemp.config import Config
from cotemp.hosts.host import Pane, Size
from cotemp.supervisor.plan import beginning, step
from cotemp.supervisor.plan.model import (
    Action,
    Answer,
    Commit,
    Done,
    Event,
    Journal,
    Looked,
    MarkComplete,
    Notify,
    Outcome,
    Reached,
    Ring,
    RunService,
    Start,
    Statuses,
    StatusSeen,
    Stop,
    Tell,
    Tick,
    World,
)

from .stories import BEGIN

TURN = 20.0
"""Seconds for which a program works on what it was told."""
SIZE = Size()


@dataclass
class Program:
    """What runs in an agent's terminal."""

    pid: int
    phase: str | None
    session: str
    busy_until: datetime
    typed: list[str] = field(default_factory=list)
    dead: bool = False


@dataclass(frozen=True)
class Disk:
    """What the daemon kept."""

    records: tuple[AgentRecord, ...] = ()
    sequence: Sequence = Sequence()
    limits: tuple[Limit, ...] = ()
    handoff: HandoffRecord = HandoffRecord()


class Killed(Exception):
    """The daemon was killed."""


class Machine:
    """`kill(moment, matters)` says whether the daemon is killed now. Moments are `decided`, `written`, `acted`;
    `matters`: the step changed something."""

    def __init__(self, config: Config, kill: Callable[[str, bool], bool] = lambda *_: False) -> None:
        self.config = config
        self.now = BEGIN
        self.disk = Disk()
        self.world: World = beginning(config)
        self.programs: dict[str, Program] = {}
        self.statuses: dict[str, StatusSeen] = {}
        self.commits: tuple[Commit, ...] = ()
        self.done: list[tuple[datetime, Done]] = []
        self.happened: Counter[str] = Counter()
        self.steps = 0
        self._kill = kill
        self._looks: dict[str, Looked] = {}
        self._told: tuple[object, object] = ((), ())
        self._pids = count(100)

    # --- the daemon ---

    def run(self, seconds: float, every: float = 2.0) -> None:
        """Let time pass: looks at all agents and the repo, and everything that follows."""
        end = self.now + timedelta(seconds=seconds)
        while self.now < end:
            self.now += timedelta(seconds=every)
            try:
                for event in self._events():
                    self._take(event)
            except Killed:
                self._come_back()

    def take(self, event: Event) -> None:
        """Something happens now."""
        try:
            self._take(event)
        except Killed:
            self._come_back()

    def _events(self) -> Iterable[Event]:
        for name in self.config.agents:
            yield self._look(name)
        told = (self.commits, dict(self.statuses))
        if told != self._told:
            self._told = told
            yield Reached(self.commits)
            yield Statuses(dict(self.statuses))
        due, self.done = [one for one in self.done if one[0] <= self.now], [o for o in self.done if o[0] > self.now]
        yield from (done for _, done in due)
        yield Tick()

    def _take(self, event: Event) -> None:
        self.steps += 1
        before = self.world
        world, actions = step(before, event, self.now)
        if world is before:
            return
        disk = _disk(world)
        matters = bool(actions) or disk != self.disk
        self._check("decided", matters)
        self.world, self.disk = world, disk
        self._check("written", matters)
        for action in actions:
            self._act(action)
        self._check("acted", matters)

    def _check(self, moment: str, matters: bool) -> None:
        if self._kill(moment, matters):
            raise Killed

    def _come_back(self) -> None:
        disk = self.disk
        self.done = []
        self._told = ((), ())
        self.world = beginning(self.config, disk.records, disk.sequence, disk.limits, disk.handoff)

    # --- the world outside ---

    def _look(self, name: str) -> Looked:
        program = self.programs.get(name)
        if program is None:
            return Looked(name, None, None)
        code = 1 if program.dead else None
        pane = Pane(name, program.pid, program.dead, code, "", 0.0, 0, None, False, SIZE)
        if program.dead:
            return Looked(name, pane, None)
        state = State.BUSY if self.now < program.busy_until else State.IDLE
        screen = str(int(self.now.timestamp()) // 60) if state is State.BUSY else "idle"
        known = self._looks.get(name)
        if known and known.pane == pane and known.reading and known.reading.screen == screen:
            return known  # as the eyes of the fleet do: what did not change is not read again
        reading = Reading(state, Evidence("screen", self.now, "…"), Composer.EMPTY, (), program.session, screen=screen)
        self._looks[name] = Looked(name, pane, reading)
        return self._looks[name]

    def _act(self, action: Action) -> None:
        if isinstance(action, Start):
            self._start(action)
        elif isinstance(action, Stop):
            self.programs.pop(action.agent, None)
            self._ends(action.agent, action, 2.0)
        elif isinstance(action, Ring):
            self._ring(action)
        elif isinstance(action, RunService):
            self.happened[f"run {action.agent}"] += 1
            self._ends(action.agent, action, 2.0)
        elif isinstance(action, MarkComplete | Journal | Notify):
            self.happened[type(action).__name__] += 1
            self._ends("", action, 1.0)
        else:
            assert isinstance(action, Tell | Answer)

    def _start(self, start: Start) -> None:
        running = self.programs.get(start.agent)
        assert start.replaces or running is None or running.dead, f"{start.agent} runs already"
        session = start.resume or f"session {next(self._pids)}"
        program = Program(next(self._pids), start.phase, session, self.now + timedelta(seconds=TURN))
        if running and start.resume:
            program.typed = running.typed
        self.programs[start.agent] = program
        self.happened[f"start {start.agent} {start.phase}"] += 1
        parts = {"backend": self.config.agents[start.agent].backend or ""}
        launched = Launched(self.now, "tmux", start.phase, parts, program.pid, session, resumed=bool(start.resume))
        self._ends(start.agent, start, 4.0, AgentRecord(start.agent, launched=launched))

    def _ring(self, ring: Ring) -> None:
        program, text = self.programs[ring.agent], f"{ring.bell.number} {ring.bell.kind} {ring.bell.subject}"
        assert not program.dead
        if not (ring.again and text in program.typed):
            assert self.now >= program.busy_until, "rung while it works"
            program.typed.append(text)
            program.busy_until = self.now + timedelta(seconds=TURN)
            self.happened[f"ring {ring.agent} {ring.bell.kind} {ring.bell.subject}"] += 1
        self._ends(ring.agent, ring, 1.0)

    def _ends(self, agent: str, action: Action, seconds: float, record: AgentRecord | None = None) -> None:
        self.done.append((self.now + timedelta(seconds=seconds), Done(agent, action, Outcome.DONE, record=record)))


def _disk(world: World) -> Disk:
    records = tuple(agent.record for agent in world.agents.values())
    return Disk(records, world.sequence, tuple(world.limits.values()), world.handoff)


def at_point(number: int, moment: str) -> Callable[[str, bool], bool]:
    """Kill the daemon once: in the step of that number among those that changed something, at that moment."""
    seen = count()

    def kill(now: str, matters: bool) -> bool:
        return now == moment and matters and next(seen) == number

    return kill
