"""The stability gate: a file that does not prove by itself that it is whole must stop changing first.

As the original: size and digest unchanged three times in a row, 300 ms apart. Unlike it, every file
has its own clock, so one that keeps changing delays nobody else.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

__all__ = ["CHECKS", "INTERVAL", "PATIENCE", "SUSPICIOUS_CHECKS", "Gate"]

INTERVAL = 0.3
"""Seconds between two looks at one file."""
CHECKS = 3
"""How many looks in a row must find the file unchanged."""
SUSPICIOUS_CHECKS = 34
"""The same for a file that promises a digest and does not have it: it is surely not whole, or was edited."""
PATIENCE = 60.0
"""Seconds after which a file that keeps changing is mentioned to a human; it is still watched."""


@dataclass(slots=True)
class _Watched:
    token: str
    unchanged: int
    next_look: float
    since: float


class Gate:
    """What is known of the files that must prove themselves; times are seconds of one monotonic clock."""

    def __init__(self) -> None:
        self._files: dict[str, _Watched] = {}

    def due(self, name: str, now: float) -> bool:
        """True when it is time to look at `name`: a look costs reading the file."""
        watched = self._files.get(name)
        return watched is None or now >= watched.next_look

    def look(self, name: str, token: str, now: float, checks: int = CHECKS) -> bool:
        """Record what a look found (`token`: size and digest); True when `checks` looks in a row found the same."""
        watched = self._files.setdefault(name, _Watched(token, -1, now, now))
        watched.unchanged = watched.unchanged + 1 if watched.token == token else 0
        watched.token = token
        watched.next_look = now + INTERVAL
        return watched.unchanged >= checks

    def is_restless(self, name: str, now: float) -> bool:
        """True when `name` has kept changing past the gate's patience."""
        watched = self._files.get(name)
        return watched is not None and now - watched.since >= PATIENCE

    def next_look(self, name: str) -> float:
        """When the next look at `name` is due; a stranger may be looked at now."""
        watched = self._files.get(name)
        return watched.next_look if watched else 0.0

    def keep_only(self, names: Collection[str]) -> None:
        """Forget every file that is not among `names`: it was taken, or has gone."""
        self._files = {name: watched for name, watched in self._files.items() if name in names}
