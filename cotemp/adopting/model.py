"""What was found of an old world, and what is proposed to become of it. Plain values: nothing here reads or writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from ..agents.limits import Limit
from ..agents.sequence import Sequence
from ..config.settings import Config

__all__ = [
    "Deadline",
    "Decision",
    "Launchers",
    "NotUnderstood",
    "OldConfig",
    "OldPhase",
    "Origin",
    "Proposal",
    "Read",
    "ResumeId",
    "RunningSession",
    "Told",
    "World",
]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something stands: a file, and a line of it (from 1; 0: the file as a whole)."""

    file: Path
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else str(self.file)


@dataclass(frozen=True, slots=True)
class Told:
    """One word that a file holds: a backend, a model, an index, an id."""

    value: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """Something that nobody could take over: where it stands, and why."""

    origin: Origin
    why: str


@dataclass(frozen=True, slots=True)
class Read:
    """A file that was read, and what becomes of it, in words."""

    file: Path
    becomes: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Something that was decided on the way, in words, and what it goes back to."""

    what: str
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class OldPhase:
    """A line of the old list of phases. `id` is empty where the line could not be understood: it still counts for the
    old index. `models` are models of agents while it lasts."""

    id: str
    plan: str
    status: str
    origin: Origin
    models: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ResumeId:
    """A conversation that an agent takes up again. `phase` None: the current one, if the agent follows phases."""

    agent: str
    id: str
    origin: Origin
    phase: str | None = None


@dataclass(frozen=True, slots=True)
class Deadline:
    """A usage limit as it was written down: for whom (a backend, an account or an agent), until when (UTC; None where
    that was not understood), in which words."""

    whose: str
    until: datetime | None
    words: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class RunningSession:
    """A tmux session that runs: its server's socket, its name, the process in its first pane, where that was started.
    `panes` is how many it has."""

    server: str
    name: str
    pid: int
    folder: Path
    panes: int = 1


@dataclass(frozen=True, slots=True)
class Launchers:
    """What the old launchers' texts tell: the tmux sessions that they name, a slash command by agent, and switches of
    the program that they start."""

    files: tuple[Path, ...] = ()
    sessions: frozenset[str] = frozenset()
    commands: Mapping[str, Told] = field(default_factory=dict)
    switches: Mapping[str, Told] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OldConfig:
    """The old driver's `agents.toml`, translated into our keys as far as they are known, but not checked yet.

    `sessions` are tmux sessions by agent. `lines` are the lines of its own file, by the way to a value in `tables`.
    """

    file: Path
    tables: Mapping[str, Any]
    phases: tuple[OldPhase, ...] = ()
    sessions: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[tuple[str | int, ...], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class World:
    """All that was found. `named`: what was asked for; `root`: the folder that holds the world; `logs`, `plans`: its
    folders of dotfiles and of launchers; `name`: what it is called. `files`: what only the old launchers read.

    `models` and `backends` are by agent, "" for all loops. `index` belongs to `phases`; `state_index` is the newer
    driver's, and belongs to its own phases, if it names any.
    """

    named: Path
    root: Path
    logs: Path | None
    plans: Path | None
    name: str = ""
    files: tuple[Read, ...] = ()
    models: Mapping[str, Told] = field(default_factory=dict)
    backends: Mapping[str, Told] = field(default_factory=dict)
    phases: tuple[OldPhase, ...] = ()
    index: Told | None = None
    state_index: Told | None = None
    complete: Path | None = None
    resume: tuple[ResumeId, ...] = ()
    limits: tuple[Deadline, ...] = ()
    launchers: Launchers = Launchers()
    config: OldConfig | None = None
    running: tuple[RunningSession, ...] = ()
    not_understood: tuple[NotUnderstood, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would be written, and why. Texts may hold foreign words, and secrets of them: who shows them cleans them.

    `config` is what `toml` means. `open_question`: what a human has to say first; nothing is applied before.
    `sessions` are running ones by agent, taken over as they are. `watchdog` is the old supervisor's session, which
    ends. `set_aside`: files that become `*.orig`. `todo`: what is left to a human, in its order.
    """

    world: World
    toml: str
    config: Config
    sequence: Sequence = Sequence()
    resume: tuple[ResumeId, ...] = ()
    limits: tuple[Limit, ...] = ()
    sessions: Mapping[str, RunningSession] = field(default_factory=dict)
    watchdog: RunningSession | None = None
    set_aside: tuple[Path, ...] = ()
    decisions: tuple[Decision, ...] = ()
    not_understood: tuple[NotUnderstood, ...] = ()
    todo: tuple[str, ...] = ()
    open_question: str = ""
