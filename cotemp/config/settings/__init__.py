"""The settings as frozen values, shaped as `agents.toml` is; declared once, for the reader and for the users.

Nothing here imports pydantic: who has no config file does not pay for it. Durations are seconds,
paths are absolute (`~` and paths relative to the file are resolved).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ...messages.policy import Policy
from ..kinds import Table
from ..narrowing import Narrowing, narrow
from .agents import AgentConfig, Restarts, Wake, Watch
from .backends import SHIPPED_BACKENDS, BackendConfig, PromptBy, Screen, SessionIdFrom, Source, Title
from .sessions import SEED_SESSIONS, SHIPPED_ENGINES, CowrapConfig, EngineConfig, SessionConfig
from .words import Id, Session, SomePath
from .work import CheckConfig, CommitRule, Handoff, InboxRule, Phase, SupervisorConfig

__all__ = [
    "SEED_SESSIONS",
    "SHIPPED_BACKENDS",
    "SHIPPED_ENGINES",
    "AgentConfig",
    "BackendConfig",
    "CheckConfig",
    "CommitRule",
    "Config",
    "CowrapConfig",
    "Document",
    "EngineConfig",
    "Handoff",
    "InboxRule",
    "Phase",
    "PromptBy",
    "Restarts",
    "Screen",
    "SessionConfig",
    "SessionIdFrom",
    "Source",
    "SupervisorConfig",
    "Title",
    "Wake",
    "Watch",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document(Table):
    """The file as it was written."""

    schema: Literal[1] = 1
    home: SomePath | None = None
    sessions: Mapping[Session, SessionConfig] = field(default_factory=dict)
    policy: Narrowing = Narrowing()
    cowrap: CowrapConfig = CowrapConfig()
    engines: Mapping[Id, EngineConfig] = field(default_factory=dict)
    backends: Mapping[Id, BackendConfig] = field(default_factory=dict)
    agents: Mapping[Session, AgentConfig] = field(default_factory=dict)
    handoff: Handoff | None = None
    phases: tuple[Phase, ...] = ()
    checks: Mapping[Id, CheckConfig] = field(default_factory=dict)
    supervisor: SupervisorConfig = SupervisorConfig()


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
    checks: Mapping[str, CheckConfig] = field(default_factory=dict)
    supervisor: SupervisorConfig = SupervisorConfig()

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
