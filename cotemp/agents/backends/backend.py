"""What is known of an agent program: how it is started, spoken to and read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .patterns import Screens, Titles

if TYPE_CHECKING:
    from ...config.settings import PromptBy, SessionIdFrom, Source

__all__ = ["Backend"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """An agent program, with everything resolved: an empty tuple or text means that it has no such thing.

    A command is `argv`, then `resume` or `start_id` (`{id}`), `model` (`{model}`), `server` (`{port}`), and
    `prompt_argv` (`{prompt}` or `{file}`); a resumed program heeds the latter only when `resume_takes_prompt`.
    `settle`: seconds between a text and Enter. `compact`: what is typed to shorten its context. `account`: whose usage
    limits it shares. `processes`: how its process is called.
    """

    name: str
    argv: tuple[str, ...]
    model: tuple[str, ...] = ()
    resume: tuple[str, ...] = ()
    start_id: tuple[str, ...] = ()
    server: tuple[str, ...] = ()
    prompt: PromptBy = "argument"
    prompt_argv: tuple[str, ...] = ()
    resume_takes_prompt: bool = True
    env: Mapping[str, str] = field(default_factory=dict)
    processes: tuple[str, ...] = ()
    session_id: SessionIdFrom = "none"
    evidence: tuple[Source, ...] = ("title", "screen")
    account: str = ""
    exit_keys: tuple[str, ...] = ("C-c", "C-c")
    settle: float = 0.3
    compact: str = ""
    screen: Screens = Screens()
    title: Titles = Titles()
