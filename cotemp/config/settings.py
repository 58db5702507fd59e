"""The settings as frozen values, shaped as `agents.toml` is; declared once, for the reader and for the users.

Nothing here imports pydantic: who has no config file does not pay for it. Durations are seconds,
paths are absolute (`~` and paths relative to the file are resolved).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from ..messages.policy import Policy
from .kinds import Cron, Duration, Location, Pattern, SessionName, Table, Word, Zone
from .narrowing import Narrowing, narrow

__all__ = [
    "SEED_SESSIONS",
    "SHIPPED_BACKENDS",
    "SHIPPED_ENGINES",
    "AgentConfig",
    "BackendConfig",
    "CommitRule",
    "Config",
    "CowrapConfig",
    "Document",
    "EngineConfig",
    "Handoff",
    "InboxRule",
    "Phase",
    "Restarts",
    "Screen",
    "SessionConfig",
    "Wake",
]

SEED_SESSIONS = ("co-planning", "co-migrate")
"""The two sessions of the original; they are watched when no session is said to be."""
SHIPPED_ENGINES = ("pwsh", "python", "sh")
"""Engines that exist without being declared; a table of that name changes only what it says."""
SHIPPED_BACKENDS = ("claude", "codex", "opencode", "gemini", "sh")
"""Backends that exist without being declared; a table of that name changes only what it says."""

_Line = Annotated[str, Word(r"[^\x00-\x1f\x7f]+", "is empty or holds control characters", "write one line of text")]
_Id = Annotated[str, Word(r"[A-Za-z0-9][A-Za-z0-9._-]*", "is no id", "use letters, digits, '.', '_' and '-'")]
_Extension = Annotated[str, Word(r"\.[a-z0-9]{1,8}", "is no file extension", 'write it like ".ps1"')]
_Variable = Annotated[str, Word(r"[^=\x00]+", "is no name of a variable", "write it like EDITOR")]
_Session = Annotated[str, SessionName()]
_Seconds = Annotated[float, Duration()]
_Path = Annotated[Path, Location()]
_Regexes = tuple[Annotated[re.Pattern[str], Pattern()], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionConfig(Table):
    """One session: its panel's name, whether `up` watches it (None: not said), what its policy takes away.

    `chat` is the vendor of the chat that is this session; its window decides how long a paste may be.
    """

    name: _Line | None = None
    watch: bool | None = None
    chat: Literal["claude", "chatgpt", "gemini", "copilot", "generic"] | None = None
    policy: Narrowing = Narrowing()


@dataclass(frozen=True, slots=True, kw_only=True)
class CowrapConfig(Table):
    """When a session gets a CoWrap without being asked: `every` so many seconds, and when a signal is over its limit.

    `stale` is seconds without a sign of life, `dos` those since the last CoWrap, `turns` and `characters` what was
    pasted since the bootstrap. None: the default, which for `every` is never.
    """

    every: _Seconds | None = None
    dos_per_hour: float | None = None
    stale: _Seconds | None = None
    dos: int | None = None
    turns: int | None = None
    characters: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineConfig(Table):
    """How to run DOs of one extension; None keeps what the shipped engine of that name has."""

    argv: tuple[str, ...] | None = None
    extension: _Extension | None = None
    header: Literal["block", "hash"] | None = None
    terminal: Literal["pty", "pipe"] | None = None
    probe: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen(Table):
    """What an agent program's last lines look like in each state."""

    ready: _Regexes = ()
    busy: _Regexes = ()
    blocked: _Regexes = ()
    limited: _Regexes = ()
    dead: _Regexes = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendConfig(Table):
    """How to start an agent program and read its state; None keeps what the shipped backend of that name has."""

    argv: tuple[str, ...] | None = None
    model: tuple[str, ...] | None = None
    resume: tuple[str, ...] | None = None
    prompt: Literal["argument", "stdin", "file", "keys"] | None = None
    processes: tuple[str, ...] | None = None
    evidence: tuple[str, ...] | None = None
    account: _Line | None = None
    exit_keys: tuple[str, ...] | None = None
    screen: Screen | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Restarts(Table):
    """At most `max` restarts within so many seconds."""

    max: int
    within: _Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Wake(Table):
    """When an agent is woken (`every` so many seconds, or by `cron` in zone `tz`), and with which prompt."""

    every: _Seconds | None = None
    cron: Annotated[str, Cron()] | None = None
    tz: Annotated[str, Zone()] | None = None
    prompt: _Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentConfig(Table):
    """One agent. A service has `argv`; every other kind a backend and a prompt (a file, or the text itself)."""

    kind: Literal["loop", "persistent", "task", "service"]
    backend: _Id | None = None
    model: _Line | None = None
    prompt: _Path | None = None
    prompt_text: str | None = None
    argv: tuple[str, ...] | None = None
    workdir: _Path | None = None
    env: Mapping[_Variable, str] = field(default_factory=dict)
    host: Literal["tmux", "pty"] | None = None
    idle_after: _Seconds | None = None
    restarts: Restarts | None = None
    wake: Wake | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitRule(Table):
    """A commit whose subject starts so is for that agent."""

    prefix: _Line
    to: _Session


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxRule(Table):
    """A file of that name in the repo is for that agent."""

    file: _Line
    to: _Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Handoff(Table):
    """Where the agents hand work to each other: commits on `ref` of `repo`, and inbox files."""

    repo: _Path
    ref: _Line = "HEAD"
    commits: tuple[CommitRule, ...] = ()
    inboxes: tuple[InboxRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase(Table):
    """One phase of the sequence: its plan and status file (paths in the repo), and the models of its agents."""

    id: _Id
    plan: _Line
    status: _Line | None = None
    models: Mapping[_Session, _Line] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document(Table):
    """The file as it was written."""

    schema: Literal[1] = 1
    home: _Path | None = None
    sessions: Mapping[_Session, SessionConfig] = field(default_factory=dict)
    policy: Narrowing = Narrowing()
    cowrap: CowrapConfig = CowrapConfig()
    engines: Mapping[_Id, EngineConfig] = field(default_factory=dict)
    backends: Mapping[_Id, BackendConfig] = field(default_factory=dict)
    agents: Mapping[_Session, AgentConfig] = field(default_factory=dict)
    handoff: Handoff | None = None
    phases: tuple[Phase, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The settings in force. `Config()` is what holds where there is no file."""

    home: Path | None = None
    sessions: Mapping[str, SessionConfig] = field(default_factory=dict)
    policy: Policy = Policy()
    cowrap: CowrapConfig = CowrapConfig()
    engines: Mapping[str, EngineConfig] = field(default_factory=dict)
    backends: Mapping[str, BackendConfig] = field(default_factory=dict)
    agents: Mapping[str, AgentConfig] = field(default_factory=dict)
    handoff: Handoff | None = None
    phases: tuple[Phase, ...] = ()

    def session(self, sid: str) -> SessionConfig:
        """What is said about a session (ids are compared case-folded); the defaults when nothing is."""
        folded = sid.casefold()
        return next((one for name, one in self.sessions.items() if name.casefold() == folded), SessionConfig())

    def policy_of(self, sid: str) -> Policy:
        """The policy for the DOs of one session: `[policy]`, less what the session's own takes away."""
        return narrow(self.policy, self.session(sid).policy)

    def watched(self) -> list[str]:
        """Ids of the sessions that `up` watches: those with `watch = true`, without any the two of the seed.

        One of the two that says `watch = false` stays out.
        """
        chosen = [sid for sid, one in self.sessions.items() if one.watch]
        return chosen or [sid for sid in SEED_SESSIONS if self.session(sid).watch is not False]
