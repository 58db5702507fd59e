"""One agent at one moment: what the rules ask, and how they answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ...agents.record import AgentRecord
from ...agents.states import Composer, Evidence, State
from .accounts import settings_backend
from .model import Agent, Deed, Look, Next, Start, World

if TYPE_CHECKING:
    from ...config import AgentConfig

__all__ = ["Case", "alive", "resumable", "shown"]


def alive(look: Look | None) -> bool:
    """Whether something runs in its terminal (a shell that its program left behind included)."""
    return look is not None and look.pane is not None and not look.pane.dead


def shown(look: Look | None) -> State:
    """What its terminal shows, by the last look."""
    if look is None:
        return State.UNKNOWN
    if look.pane is None or look.pane.dead:
        return State.DEAD
    return look.reading.state if look.reading else State.UNKNOWN


def resumable(world: World, record: AgentRecord, phase: str | None) -> str | None:
    """The session id with which the agent goes on in `phase`: one of the very program that it is started as."""
    of = record.programs.get(phase or "")
    if of is None and record.launched and record.launched.phase == phase:
        of = record.launched.parts.get("backend")
    return record.resume.get(phase or "") if of in (None, settings_backend(world, record.agent, phase)) else None


class Case:
    """What is known of an agent, unfolded once for all rules. `settings` is None when agents.toml has it no more."""

    __slots__ = ("agent", "alive", "look", "name", "now", "record", "settings", "state", "world")

    def __init__(self, world: World, name: str, now: datetime) -> None:
        self.world = world
        self.name = name
        self.now = now
        self.agent: Agent = world.agents[name]
        self.record: AgentRecord = self.agent.record
        self.settings: AgentConfig | None = world.config.agents.get(name)
        self.look: Look | None = self.agent.look
        self.alive = alive(self.look)
        self.state = shown(self.look)

    @property
    def has_pane(self) -> bool:
        """Whether there is a terminal of it, be its program alive or not."""
        return self.look is not None and self.look.pane is not None

    @property
    def set(self) -> AgentConfig:
        """Its settings, after the rule about those that have none."""
        assert self.settings is not None
        return self.settings

    @property
    def seen(self) -> Look:
        """The last look, after the rule about agents that nobody has looked at."""
        assert self.look is not None
        return self.look

    @property
    def phase(self) -> str | None:
        """The phase that it should be in; None when phases are not its work."""
        return self.world.sequence.phase if self.settings and self.settings.follows_phases else None

    @property
    def waits_until(self) -> datetime | None:
        """The time until which the agents of its phase said that they wait; it may have passed."""
        status = self.world.statuses.get(self.phase or "")
        return status.waiting_until if status else None

    @property
    def is_finished(self) -> bool:
        """Whether a task has done what it was started for last."""
        launched, finished = self.record.launched, self.record.finished
        return finished is not None and (launched is None or finished >= launched.at)

    @property
    def composer(self) -> Composer:
        """What stands where a human types to it."""
        return self.look.reading.composer if self.look and self.look.reading else Composer.UNKNOWN

    def passed(self, seconds: float, since: datetime) -> bool:
        """Whether so much time has passed."""
        return self.now >= since + timedelta(seconds=seconds)

    def evidence(self) -> Evidence | None:
        """How its state is known."""
        if self.look is None:
            return None
        pane, reading = self.look.pane, self.look.reading
        if pane is not None and not pane.dead:
            return reading.evidence if reading else None
        code = "" if pane is None or pane.exit_code is None else f" (exit code {pane.exit_code})"
        return Evidence("terminal", self.look.at, f"its process ended{code}" if pane else "it has no terminal")

    def next(
        self, rule: str, why: str, action: str = "none", at: datetime | None = None,
        do: Callable[[], Deed] | None = None, state: State | None = None,
    ) -> Next:  # fmt: skip
        """The answer of a rule; `state` is what the terminal shows, unless said otherwise. `do` is asked when due."""
        deed = do() if do and at and at <= self.now else None
        return Next(state or self._told_state(), action, at, why, rule, self.evidence(), deed)

    def _told_state(self) -> State:
        until = self.waits_until if self.state is State.IDLE else None
        return State.WAITING if until and until > self.now else self.state

    def launch(self, why: str, record: AgentRecord | None = None) -> Deed:
        """Start it, with its old conversation if it has one to go on with; what still runs there is ended first."""
        phase, record = self.phase, record or self.record
        resume = resumable(self.world, record, phase) if self.set.resumes else None
        gently = not self.agent.failures
        start = Start(self.name, phase, resume, why, self.alive, gently, record.task, record.model)
        return Deed(record, start)
