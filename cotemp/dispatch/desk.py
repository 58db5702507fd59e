"""What all queues of one process share, and what they tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from ..config import Config
from ..places import Places
from ..redact import Scrub, Scrubber
from ..runner import Runner
from ..runner.engines import Engine
from ..store.identity import ProcessId
from ..store.ledger import Ledger
from .rules import InForce

if TYPE_CHECKING:
    from ..sandbox import Enforcer

__all__ = ["Desk", "Event", "Kind"]


class Kind(StrEnum):
    """What an event is about; `trouble` is the one a human should read."""

    WATCHING = "watching"
    STARTED = "started"
    PROCESSED = "processed"
    WAITING = "waiting"
    RECOVERED = "recovered"
    TROUBLE = "trouble"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Event:
    """One line for whoever watches: what happened, in which session, to which run (if any)."""

    kind: Kind
    session: str
    text: str
    run_id: str | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """The shared means of the queues; `report` may be called from any thread."""

    places: Places
    in_force: InForce
    ledger: Ledger
    runner: Runner
    me: ProcessId
    report: Callable[[Event], None]

    @property
    def config(self) -> Config:
        """The settings, as they were read last."""
        return self.in_force.rules.config

    @property
    def engines(self) -> Mapping[str, Engine]:
        """What runs DOs, by name."""
        return self.in_force.rules.engines

    @property
    def scrub(self) -> Scrub:
        """What must not get into anything that is written; handed to whoever keeps a run."""
        return self.in_force.rules.scrub

    @property
    def scrubber(self) -> Scrubber:
        """The same, ready for use in this process, from any thread."""
        return self.in_force.rules.scrubber

    @property
    def enforcer(self) -> Enforcer | None:
        """What holds DOs to their consent; None when nothing does."""
        return self.in_force.rules.enforcer
