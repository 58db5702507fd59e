"""What `agents.toml` says of sessions and of the engines that run their DOs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from ..kinds import Table, Word
from ..narrowing import Narrowing
from .words import Line, Seconds

__all__ = ["SEED_SESSIONS", "SHIPPED_ENGINES", "CowrapConfig", "EngineConfig", "SessionConfig"]

SEED_SESSIONS = ("co-planning", "co-migrate")
"""The two sessions of the original; they are watched when no session is said to be."""
SHIPPED_ENGINES = ("pwsh", "python", "sh")
"""Engines that exist without being declared; a table of that name changes only what it says."""

_Extension = Annotated[str, Word(r"\.[a-z0-9]{1,8}", "is no file extension", 'write it like ".ps1"')]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionConfig(Table):
    """One session: its panel's name, whether `up` watches it (None: not said), what its policy takes away.

    `chat` is the vendor of the chat that is this session; its window decides how long a paste may be.
    """

    name: Line | None = None
    watch: bool | None = None
    chat: Literal["claude", "chatgpt", "gemini", "copilot", "generic"] | None = None
    policy: Narrowing = Narrowing()


@dataclass(frozen=True, slots=True, kw_only=True)
class CowrapConfig(Table):
    """When a session gets a CoWrap without being asked: `every` so many seconds, and when a signal is over its limit.

    `stale` is seconds without a sign of life, `dos` those since the last CoWrap, `turns` and `characters` what was
    pasted since the bootstrap. None: the default, which for `every` is never.
    """

    every: Seconds | None = None
    dos_per_hour: float | None = None
    stale: Seconds | None = None
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
