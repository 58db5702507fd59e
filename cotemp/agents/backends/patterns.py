"""Regular expressions that tell states, as data: compiled when they are first used, as most commands never do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

__all__ = ["Patterns", "Screens", "Titles"]


@cache
def _compiled(sources: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(source) for source in sources)


@dataclass(frozen=True, slots=True, init=False)
class Patterns:
    """Several regular expressions, each to be searched in one line."""

    sources: tuple[str, ...]

    def __init__(self, *sources: str) -> None:
        object.__setattr__(self, "sources", sources)

    def __iter__(self) -> Iterator[re.Pattern[str]]:
        """The expressions, compiled."""
        return iter(_compiled(self.sources))

    def __len__(self) -> int:
        return len(self.sources)

    def find(self, line: str) -> re.Match[str] | None:
        """The match of the first expression that is found in `line`."""
        return next((found for pattern in self if (found := pattern.search(line))), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Screens:
    """What a line near the end of the screen looks like in each state; the keys are those of `[backends.NAME.screen]`.

    `covered`: an overlay lies over the composer. `limited`: a group `until` names when the limit ends. `dead`: it
    cannot go on and a restart helps; `login` and `model`: a restart does not help. `stale`: it does not know the
    session id that it was to resume.
    """

    ready: Patterns = Patterns()
    busy: Patterns = Patterns()
    blocked: Patterns = Patterns()
    covered: Patterns = Patterns()
    limited: Patterns = Patterns()
    dead: Patterns = Patterns()
    login: Patterns = Patterns()
    model: Patterns = Patterns()
    stale: Patterns = Patterns()


@dataclass(frozen=True, slots=True, kw_only=True)
class Titles:
    """What the terminal's title looks like in each state."""

    busy: Patterns = Patterns()
    idle: Patterns = Patterns()
    blocked: Patterns = Patterns()
