"""Looks at the terminals: all at once for little, and closely only at those where something may have changed."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass

from ...agents.states import Reading, State
from ...errors import CotempError, NotFound
from ...hosts.host import Host, Pane
from .pace import Pace
from .reader import Reader

__all__ = ["Eyes", "Subject"]

_SAME_SECOND = 1.0
"""A host tells the time of output in whole seconds: what was read within one may have changed after it."""
_SGR = re.compile(r"\x1b\[[0-9;:]*m")
_MOVING = {State.BUSY, State.STARTING}


@dataclass(frozen=True, slots=True)
class Subject:
    """One agent to look at, in the host of that name; `waits`: something waits for a change of it."""

    agent: str
    host: str
    reader: Reader
    waits: bool = False


@dataclass(frozen=True, slots=True)
class _Seen:
    pane: Pane
    mark: Hashable
    reading: Reading
    screen: str
    at: float
    wall: float


class Eyes:
    """What was seen of each agent, so that little has to be seen again."""

    def __init__(self, pace: Pace, tell: Callable[[str, str], None]) -> None:
        self._pace, self._tell = pace, tell
        self._seen: dict[str, _Seen] = {}

    def look(
        self, hosts: Mapping[str, Host], subjects: list[Subject]
    ) -> Iterator[tuple[str, Pane | None, Reading | None]]:
        """What is seen of each subject now; those whose host does not answer are left out: nothing is known of them."""
        panes = {name: self._panes(name, host) for name, host in hosts.items()}
        self._name_strangers(panes, {subject.agent for subject in subjects})
        for subject in subjects:
            found = panes.get(subject.host)
            if found is None:
                continue
            pane = found.get(subject.agent)
            if pane is None:
                self._seen.pop(subject.agent, None)
                yield subject.agent, None, None
            else:
                yield subject.agent, pane, self._reading(hosts[subject.host], subject, pane)

    def screen(self, agent: str) -> str:
        """What stood on its screen when it was read last, without colours; "" when it was not."""
        seen = self._seen.get(agent)
        return _SGR.sub("", seen.screen) if seen else ""

    def _panes(self, name: str, host: Host) -> Mapping[str, Pane] | None:
        try:
            return host.look()
        except CotempError as error:
            self._tell("", f"cannot see the agents in {name}: {error}")
            return None

    def _name_strangers(self, panes: Mapping[str, Mapping[str, Pane] | None], known: set[str]) -> None:
        for name, found in panes.items():
            for stranger in sorted(set(found or ()) - known):
                self._tell(stranger, f"runs in {name}, but nobody here started it: it is left alone")

    def _reading(self, host: Host, subject: Subject, pane: Pane) -> Reading | None:
        seen, mark = self._seen.get(subject.agent), subject.reader.mark(pane)
        if seen and not self._is_due(seen, subject, pane, mark):
            return seen.reading
        wall = time.time()
        try:
            screen = seen.screen if seen and not _has_written(seen, pane) else host.screen(subject.agent)
            reading = subject.reader.read(pane, screen, seen.reading if seen else None)
        except NotFound:
            return None  # it ended just now
        except CotempError as error:
            self._tell(subject.agent, f"cannot be read: {error}")
            return None
        self._seen[subject.agent] = _Seen(pane, mark, reading, screen, time.monotonic(), wall)
        return reading

    def _is_due(self, seen: _Seen, subject: Subject, pane: Pane, mark: Hashable) -> bool:
        return (
            subject.waits
            or mark != seen.mark
            or _has_written(seen, pane)
            or seen.reading.state in _MOVING
            or time.monotonic() - seen.at > self._pace.reread
        )


def _has_written(seen: _Seen, pane: Pane) -> bool:
    """Whether its screen may look otherwise than when it was read."""
    before = seen.pane
    return (
        (pane.pid, pane.dead, pane.title, pane.size, pane.output)
        != (before.pid, before.dead, before.title, before.size, before.output)
        or pane.output >= seen.wall - _SAME_SECOND
    )  # fmt: skip
