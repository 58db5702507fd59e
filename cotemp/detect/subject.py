"""What a look at an agent begins with: what is known of it without asking its program, and what a source answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ..agents.states import LimitSeen, Problem, Reading, State

if TYPE_CHECKING:
    from ..agents.backends import Backend
    from ..hosts.host import Pane

__all__ = ["Claim", "Scrub", "Subject", "first_line"]

Scrub = Callable[[str], str]
"""Takes secrets out of a text."""

QUOTE = 120
"""Characters of a quote at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """An agent that is looked at.

    `pane` and `screen` as its host gives them; None where there is none, or where it was not asked. `pid`: of the
    program, when it is known; else it is looked for below the pane's. `env`: of the program (HOME, CLAUDE_CONFIG_DIR,
    CODEX_HOME count). `port`: of the API that it serves on loopback. `session_id`: of its conversation, when known.
    `previous`: what the last look told; it stands on while an overlay covers the screen.
    """

    backend: Backend
    pane: Pane | None = None
    screen: str | None = None
    workdir: Path | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    pid: int | None = None
    port: int | None = None
    session_id: str | None = None
    previous: Reading | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What one source says. `at`: the moment for which it speaks. `state` None: it knows other things only.

    `refines`: states that others may claim at the same time without contradicting it, because they do not tell it
    apart (a program that asks for permission calls itself busy). `weak`: true only if nobody says otherwise. `exact`:
    it tells all states apart, so nobody knows better.
    """

    source: str
    at: datetime
    quote: str
    state: State | None = None
    refines: frozenset[State] = frozenset()
    weak: bool = False
    exact: bool = False
    limit: LimitSeen | None = None
    problem: Problem | None = None
    session_id: str | None = None
    context_pct: int | None = None


def first_line(text: str) -> str:
    """A text as one line for a quote, not yet scrubbed: blanks and frames between words become one blank."""
    return " ".join(word for word in text[: QUOTE * 8].split() if word.strip("│┃─━"))
