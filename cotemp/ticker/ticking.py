"""The ticker: what happened last, then what happens."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from ..messages.ack import Ack
from ..places import Places
from ..timeline import Happening
from .queue import foreign
from .sources import Alerts, Boxes, Pastes, Record, Source

__all__ = ["PAUSE", "tick"]

PAUSE = 0.3
"""Seconds between two looks."""
_ALL = 250_000
"""Happenings of the ledger at most, where everything since some time is asked for."""


def tick(
    places: Places,
    *,
    last: int,
    since: datetime | None = None,
    following: bool = False,
    acks: Callable[[], Iterable[Ack]] = tuple,
) -> Iterator[Happening]:
    """The `last` happenings (with `since`: all since then), oldest first, then what waits in the original's queue.

    `following`: then whatever happens, without end. `acks` reads the pastes and their ACKs. A file of the queue is
    put away when the next happening is asked for. Raises StorageFailed or DamagedData for a ledger or a queue that
    cannot be read.
    """
    sources: Sequence[Source] = (
        Record(places, _ALL if since else last),
        Boxes(places),
        Alerts(places),
        Pastes(places, acks),
    )
    before = _news(sources)
    chosen = [one for one in before if one.at >= since] if since else before[max(0, len(before) - last) :]
    yield from chosen
    yield from _queued(places)
    while following:
        time.sleep(PAUSE)
        yield from _news(sources)
        yield from _queued(places)


def _news(sources: Sequence[Source]) -> list[Happening]:
    return sorted((one for source in sources for one in source.news()), key=lambda one: one.at)


def _queued(places: Places) -> Iterator[Happening]:
    for found in foreign(places):
        yield found.happening()
