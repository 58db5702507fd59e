"""What `agents.toml` says of the agents: what each is, and what is done about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from ..kinds import Cron, Table, Whole, Zone
from .words import Argv, Id, Line, Seconds, SomePath, Variable

__all__ = ["AgentConfig", "Restarts", "Wake", "Watch"]

_LOOP_IDLES = 15 * 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Restarts(Table):
    """At most `max` restarts within so many seconds; one more, and the agent is quarantined."""

    max: Annotated[int, Whole(0, 1000)] = 3
    within: Seconds = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wake(Table):
    """When an agent is woken (`every` so many seconds, or by `cron` in zone `tz`, UTC without one), and with which
    prompt. A task or a service is started then."""

    every: Seconds | None = None
    cron: Annotated[str, Cron()] | None = None
    tz: Annotated[str, Zone()] | None = None
    prompt: SomePath | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch(Table):
    """What is done about an agent without being asked.

    `heal`: restart it when it is dead or wedged. `nudge`: tell it to go on when it idles too long, and to compact when
    its context is over `context_max` percent. It is wedged when it is busy and nothing changed for `wedged_after`
    seconds.
    """

    heal: bool = True
    nudge: bool = True
    wedged_after: Seconds = 600.0
    context_max: Annotated[int, Whole(1, 100)] = 85


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentConfig(Table):
    """One agent. A service has `argv`, every other kind a `backend`.

    A loop needs a prompt (a file, or the text itself), and so does a task with a wake. A task without a prompt waits
    for `up NAME --task FILE`; a persistent agent without one starts empty and waits for what it is told. What is not
    said has the default of its kind.
    """

    kind: Literal["loop", "persistent", "task", "service"]
    backend: Id | None = None
    model: Line | None = None
    prompt: SomePath | None = None
    prompt_text: str | None = None
    argv: Argv | None = None
    workdir: SomePath | None = None
    env: Mapping[Variable, str] = field(default_factory=dict)
    host: Literal["tmux", "pty"] | None = None
    resume: bool | None = None
    phases: bool | None = None
    idle_after: Seconds | None = None
    restarts: Restarts = Restarts()
    watch: Watch = Watch()
    wake: Wake | None = None

    @property
    def resumes(self) -> bool:
        """Whether a restart takes up its old conversation; a task and a service begin anew, unless told otherwise."""
        return self.kind in ("loop", "persistent") if self.resume is None else self.resume

    @property
    def follows_phases(self) -> bool:
        """Whether `[[phases]]` are its work; a loop's, unless told otherwise."""
        return self.kind == "loop" if self.phases is None else self.phases

    @property
    def idles_for(self) -> float | None:
        """Seconds of idleness after which it is told to go on; None: it may idle for ever, or (a task) is done then."""
        return _LOOP_IDLES if self.idle_after is None and self.kind == "loop" else self.idle_after
