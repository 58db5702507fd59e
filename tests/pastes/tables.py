"""A desk with its home, and what is put on it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cotemp.chat.paste import ARTIFACT, Kind, Paste, new_id
from cotemp.pastes import Desk, Record
from cotemp.places import Places

__all__ = ["AT", "Clock", "as_is", "desk_of", "put"]

AT = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


class Clock:
    """A clock that stands until it is told to go on."""

    def __init__(self) -> None:
        self.now = AT

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **duration: float) -> None:
        self.now += timedelta(**duration)


def as_is(text: str) -> str:
    """A scrubber that finds nothing."""
    return text


def desk_of(places: Places, clock: Clock | None = None) -> Desk:
    return Desk(places, clock or Clock())


def put(
    desk: Desk, body: str = "the body", session: str = "co-migrate", window: str = "generic", **more: str
) -> Record:
    """A note that waits to be pasted."""
    ident = new_id()
    paste = Paste(ident, Kind.NOTE, session, more.pop("title", "A note"), body, f"ACK {ident} {ARTIFACT}", desk.clock())
    return desk.make(paste, window, as_is, **more)
