"""Whether an agent was told of a note that waits for it: read from what this machine keeps of the agent."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from ..agents.places import AgentPlaces
from ..places import Places
from ..times import local_or_none

__all__ = ["Bell", "Told", "told"]

LIMIT = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Bell:
    """The bell for a note: when it was rung (this machine's time); None while it is queued."""

    rung: datetime | None = None

    def said(self, now: datetime) -> str:
        """For people."""
        if self.rung is None:
            return "queued: its agent is told when it can take it"
        at = self.rung.astimezone(now.tzinfo)
        day = "" if at.date() == now.date() else f"on {at:%Y-%m-%d} "
        return f"rung {day}at {at:%H:%M}, not read yet"


@dataclass(frozen=True, slots=True)
class Told:
    """The notes that an agent was told of, and when it last was."""

    names: frozenset[str]
    at: datetime | None

    def bell(self, note: str) -> Bell:
        """The bell for one note."""
        return Bell(self.at if note in self.names else None)


def told(places: Places, session: str) -> Told | None:
    """What the agent `session` was told of; None when this machine keeps nothing of such an agent."""
    try:
        with open(AgentPlaces.of(places).record(session), "rb") as file:
            record = json.loads(file.read(LIMIT))
        notes = record["told_notes"]
        return Told(frozenset(map(str, notes["names"])), local_or_none(notes["at"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
