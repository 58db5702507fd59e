"""The sequence of phases, and where it stands: `phases/index`, one file, written whole."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .moment import Moment

__all__ = ["AddedPhase", "Completion", "Ending", "Sequence"]


class Ending(StrEnum):
    """What is done once after the last phase, in this order; each is noted when it is done."""

    STOPPED = "stopped"
    """The loops."""
    FILE = "file"
    """`SEQUENCE-COMPLETE` stands in the state folder."""
    WAKE = "wake"
    """The one last wake of the persistent agents that are woken."""
    JOURNAL = "journal"
    NOTIFIED = "notified"


@dataclass(frozen=True, slots=True)
class AddedPhase:
    """A phase that `phase add` appended; those of `agents.toml` come before it."""

    id: str
    plan: str
    status: str


@dataclass(frozen=True, slots=True)
class Completion:
    """The last phase is done; `endings` are done already."""

    at: Moment
    endings: tuple[Ending, ...] = ()


@dataclass(frozen=True, slots=True)
class Sequence:
    """Where the sequence stands. `phase` is the id of the current one (None: it has not begun, or there is none).

    `index` counts from 0 and is for people: the id decides. `ignored` is the blob id of the current phase's status
    file when a person set this phase by hand: a `## DONE` that stood there then does not count again. `asked` is the id
    of the last request that moved it: a second time it moves nothing.
    """

    phase: str | None = None
    index: int = 0
    since: Moment | None = None
    done: tuple[str, ...] = ()
    added: tuple[AddedPhase, ...] = ()
    ignored: str | None = None
    complete: Completion | None = None
    asked: str = ""
