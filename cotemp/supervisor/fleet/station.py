"""What all parts of the fleet share: where things are, how fast it goes, and whom to tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ...agents.places import AgentPlaces
from ...places import Places
from ...redact import Scrubber
from ...times import local_now
from .pace import Pace

__all__ = ["Station", "utc_now"]


def utc_now() -> datetime:
    """Now, as the plan has it."""
    return local_now().astimezone(UTC)


@dataclass(frozen=True)
class Station:
    """`tell` gets an agent's name, or "", and a line about it; secrets are taken out of it, and a line that was the
    last one about that agent is not said again."""

    places: Places
    scrubber: Scrubber
    log: Callable[[str, str], None]
    pace: Pace = Pace()
    now: Callable[[], datetime] = utc_now
    _told: dict[str, str] = field(default_factory=dict)

    @property
    def files(self) -> AgentPlaces:
        """Where the state of the agents lies."""
        return AgentPlaces.of(self.places)

    def tell(self, agent: str, line: str) -> None:
        """Write `line` into the log, once."""
        if self._told.get(agent) != line:
            self._told[agent] = line
            self.log(agent, self.scrubber.scrub(line))
