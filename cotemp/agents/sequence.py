"""The sequence of phases, and where it stands: `phases/index`, one file, written whole."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from .moment import Moment

if TYPE_CHECKING:
    from ..config import Config, Phase

__all__ = ["AddedPhase", "Completion", "Ending", "Sequence", "all_phases"]


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


def all_phases(config: Config, sequence: Sequence) -> tuple[Phase, ...]:
    """The phases in their order: those of the settings, then those that were added and are not there by now."""
    from ..config.settings import Phase

    declared = {one.id for one in config.phases}
    added = (Phase(id=one.id, plan=one.plan, status=one.status) for one in sequence.added if one.id not in declared)
    return (*config.phases, *added)
