"""What all parts of the fleet share: where things are, how fast it goes, and whom to tell."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ...agents.places import AgentPlaces
from ...places import Places
from ...redact import Scrubber
from ...times import local_now
from .pace import Pace

__all__ = ["Station", "utc_now"]

AGAIN = 600.0
"""Seconds after which what goes on is told again."""


def utc_now() -> datetime:
    """Now, as the plan has it."""
    return local_now().astimezone(UTC)


@dataclass(frozen=True)
class Station:
    """`log` gets an agent's name, or "", and a line about it."""

    places: Places
    scrubber: Scrubber
    log: Callable[[str, str], None]
    pace: Pace = Pace()
    now: Callable[[], datetime] = utc_now
    _told: dict[tuple[str, str], float] = field(default_factory=dict)

    @property
    def files(self) -> AgentPlaces:
        """Where the state of the agents lies."""
        return AgentPlaces.of(self.places)

    def say(self, agent: str, line: str) -> None:
        """Write `line` into the log, without secrets."""
        self.log(agent, self.scrubber.scrub(line))

    def tell(self, agent: str, line: str) -> None:
        """The same for what goes on: not again within ten minutes."""
        now = time.monotonic()
        for old in [key for key, at in list(self._told.items()) if now - at > AGAIN]:
            self._told.pop(old, None)
        if (agent, line) not in self._told:
            self._told[agent, line] = now
            self.say(agent, line)
