"""What an agent does, as far as it is known, and how it is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

__all__ = ["Composer", "Evidence", "LimitSeen", "Problem", "Reading", "State"]


class State(StrEnum):
    """What an agent does.

    What its program shows is one of the first six, or `dead` or `unknown`; the others are ours to say: `stopped` on
    purpose, `quarantined` after too many restarts, `waiting-until` a time that it named itself, `done` with its work.
    """

    STARTING = "starting"
    BUSY = "busy"
    IDLE = "idle"
    BLOCKED = "blocked"
    """It asks a human; nobody else answers."""
    LIMITED = "limited"
    DEAD = "dead"
    UNKNOWN = "unknown"
    """Nothing tells, or two sources contradict each other."""
    WAITING = "waiting-until"
    DONE = "done"
    STOPPED = "stopped"
    QUARANTINED = "quarantined"


class Composer(StrEnum):
    """The line in which a human types to an agent. Only an `empty` one gets input."""

    EMPTY = "empty"
    """Nothing in it, or a dim placeholder."""
    DRAFT = "draft"
    """Text that somebody typed, or a suggestion that one cannot tell from it: Enter is never pressed on it."""
    COVERED = "covered"
    """A dialog, a palette or another overlay is over it, or it is not on the screen."""
    UNKNOWN = "unknown"


class Problem(StrEnum):
    """What no restart mends: it is shown, and left to a human."""

    LOGIN = "login"
    """The program's login is gone; a restart would only spoil the logins of other agents."""
    MODEL = "model"
    """The model is not available."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """How something is known: the source (as `claude-session-file`, `opencode-api`, `title`, `screen`), the moment
    (UTC) for which it speaks, and its words in one line, scrubbed and safe to print."""

    source: str
    at: datetime
    quote: str


@dataclass(frozen=True, slots=True)
class LimitSeen:
    """A usage limit that a program told of: until when (UTC; None when it did not say), in its own words, and whether
    the program goes on by itself then."""

    until: datetime | None
    quote: str
    resumes_itself: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What one look at an agent's program told.

    `state` is one that a program can show. `against` are sources that said something else; a contradiction makes the
    state `unknown`. `screen` is a digest of what stands on the screen without what moves by itself (spinners, clocks):
    a busy program whose digest stays the same is wedged.
    """

    state: State
    evidence: Evidence
    composer: Composer = Composer.UNKNOWN
    against: tuple[Evidence, ...] = ()
    session_id: str | None = None
    context_pct: int | None = None
    limit: LimitSeen | None = None
    problem: Problem | None = None
    screen: str = ""
