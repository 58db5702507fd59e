"""What became of a note that was sent; never more than is known."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import TookTooLong
from ..messages.receipt import Receipt
from ..names import read_note_name
from ..places import Places, SessionPlaces
from ..store import receipts
from ..times import parse_utc
from .reading import PAUSE

if TYPE_CHECKING:
    from .ringing import Bell, Told

__all__ = ["Fate", "SentNote", "State", "await_reading", "sent", "state_of", "states_of"]

LATE = 0.5
"""Seconds that a receipt may follow its note."""


class Fate(StrEnum):
    """What is known of a note that was sent, and no more.

    `filed`: another program put it away, nobody knows when. `gone`: it is in neither place.
    """

    UNREAD = "unread"
    READ = "read"
    FILED = "filed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class State:
    """The fate of a note; with a receipt exactly when it was read, with a bell while an agent has not read it."""

    fate: Fate
    receipt: Receipt | None = None
    bell: Bell | None = None

    def said(self, now: datetime) -> str:
        """For people: `read at 10:31 by co-planning`, `rung at 10:29, …`, …; local time, with its day unless today."""
        if self.receipt:
            at = parse_utc(self.receipt.read_at).astimezone(now.tzinfo)
            day = "" if at.date() == now.date() else f"on {at:%Y-%m-%d} "
            return f"read {day}at {at:%H:%M} by {self.receipt.read_by}"
        return self.bell.said(now) if self.bell else _SAID[self.fate]


_SAID = {
    Fate.UNREAD: "not read yet",
    Fate.READ: "read",
    Fate.FILED: "filed by another program, time unknown",
    Fate.GONE: "gone: moved or deleted by another program",
}


@dataclass(frozen=True, slots=True)
class SentNote:
    """A note that was sent: its name, the session that it went to, when (None: its name does not say), its fate."""

    name: str
    session: str
    sent: datetime | None
    state: State


def state_of(session: SessionPlaces, name: str, agent: Callable[[], Told | None] = lambda: None) -> State:
    """What became of the note `name` that was sent to `session`; `agent` says what its agent was told, if it is one."""
    if os.path.lexists(session.inbox / name):
        known = agent()
        return State(Fate.UNREAD, bell=known.bell(name) if known else None)
    receipt = receipts.read(session, name)
    if receipt:
        return State(Fate.READ, receipt)
    return State(Fate.FILED if os.path.lexists(session.notes / name) else Fate.GONE)


def await_reading(session: SessionPlaces, name: str, timeout: float | None = None) -> State:
    """Wait until the note `name` is no longer unread; returns what became of it.

    `timeout` in seconds, None waits for ever. Raises TookTooLong.
    """
    *_, state = states_of(session, name, timeout)
    return state


def states_of(
    session: SessionPlaces, name: str, timeout: float | None = None, agent: Callable[[], Told | None] = lambda: None
) -> Iterator[State]:
    """As `await_reading`: each state of the note, as soon as it is another one; in the last one it is not unread."""
    deadline = time.monotonic() + timeout if timeout is not None else None
    before: State | None = None
    while (state := state_of(session, name, agent)).fate is Fate.UNREAD:
        if state != before:
            yield (before := state)
        if deadline is not None and time.monotonic() >= deadline:
            raise TookTooLong("the note is not read yet", f"it still waits: {session.inbox / name}")
        time.sleep(PAUSE)
    if state.receipt is None:
        time.sleep(LATE)
        state = state_of(session, name)
    yield state


def sent(places: Places, sender: str) -> list[SentNote]:
    """The notes of `sender` that are on disk, or have a receipt, in all sessions, oldest first."""
    from .ringing import told  # who only sends or reads does without

    found = []
    for sid in places.session_ids():
        session, agent = places.session(sid), cache(partial(told, places, sid))
        # The inbox first: a note that is moved meanwhile is then seen twice, not missed.
        names = [*_names(session.inbox), *_names(session.notes), *receipts.noted(session)]
        for name in dict.fromkeys(filter(_sent_by(sender), names)):
            tells = read_note_name(name)
            found.append(SentNote(name, sid, tells.sent if tells else None, state_of(session, name, agent)))
    return sorted(found, key=lambda note: (note.sent.timestamp() if note.sent else 0.0, note.name))


def _sent_by(sender: str) -> Callable[[str], bool]:
    wanted = sender.casefold()
    ending = f"_{wanted}.md"

    def fits(name: str) -> bool:
        if not name.casefold().endswith(ending):  # cheap, and true of few
            return False
        tells = read_note_name(name)
        return tells is not None and tells.sender is not None and tells.sender.casefold() == wanted

    return fits


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return []
