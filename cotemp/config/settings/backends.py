"""What `agents.toml` says of agent programs: how each is started, and how its state is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from ..kinds import Duration, Table
from .words import Argv, FileId, Line, Regexes, Variable

__all__ = ["SHIPPED_BACKENDS", "BackendConfig", "PromptBy", "Screen", "SessionIdFrom", "Source", "Title"]

SHIPPED_BACKENDS = ("claude", "codex", "opencode", "gemini", "sh")
"""Backends that exist without being declared; a table of that name changes only what it says."""

PromptBy = Literal["argument", "stdin", "file", "keys"]
SessionIdFrom = Literal["chosen", "claude-session-file", "opencode-api", "codex-rollout", "none"]
Source = Literal["claude-session-file", "claude-transcript", "codex-rollout", "opencode-api", "title", "screen"]
"""What can tell an agent's state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen(Table):
    """What a line near the end of an agent program's screen looks like in each state; None keeps the shipped patterns.

    `ready`: it waits for input. `blocked`: it asks a human. `covered`: something lies over the line for input.
    `limited`: a usage limit (the group `until` names its end). `dead`: it cannot go on, and a restart helps; `login`,
    `model`: a restart does not help. `stale`: it does not know the session id that it should resume.
    """

    ready: Regexes | None = None
    busy: Regexes | None = None
    blocked: Regexes | None = None
    covered: Regexes | None = None
    limited: Regexes | None = None
    dead: Regexes | None = None
    login: Regexes | None = None
    model: Regexes | None = None
    stale: Regexes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Title(Table):
    """What an agent program writes into its terminal's title in each state; None keeps the shipped patterns."""

    busy: Regexes | None = None
    idle: Regexes | None = None
    blocked: Regexes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendConfig(Table):
    """How to start an agent program and read its state; None keeps what the shipped backend of that name has.

    The command is `argv`, then `resume` (`{id}`) or `start_id` (`{id}`: we choose the id), `model` (`{model}`),
    `server` (`{port}`, on loopback), and `prompt_argv` (`{prompt}` or `{file}`) when `prompt` is argument or file; with
    `resume_takes_prompt = false`, what a resumed program is told is typed.
    `settle` is the pause between a text and Enter in seconds, `compact` what is typed when the context is nearly full,
    `session_id` where the id for `resume` comes from, `account` whose usage limits it shares.
    """

    argv: Argv | None = None
    model: Argv | None = None
    resume: Argv | None = None
    start_id: Argv | None = None
    server: Argv | None = None
    prompt: PromptBy | None = None
    prompt_argv: Argv | None = None
    resume_takes_prompt: bool | None = None
    env: Mapping[Variable, str] = field(default_factory=dict)
    processes: tuple[Line, ...] | None = None
    session_id: SessionIdFrom | None = None
    evidence: tuple[Source, ...] | None = None
    account: FileId | None = None
    exit_keys: tuple[Line, ...] | None = None
    settle: Annotated[float, Duration(milliseconds=True)] | None = None
    compact: Line | None = None
    screen: Screen = Screen()
    title: Title = Title()
