"""Notes: text from one session to another; sent whole, shown, filed with a receipt, and never lost on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..places import Places
from .fate import Fate, SentNote, State, await_reading, sent, state_of, states_of
from .reading import Note, follow, is_note, opened, put_away, read, shown, waiting
from .sending import NOTE_LIMIT, UNKNOWN, Sent, leave, send
from .standdown import stand_down

if TYPE_CHECKING:
    from .ringing import Told

__all__ = [
    "NOTE_LIMIT",
    "UNKNOWN",
    "Fate",
    "Note",
    "Sent",
    "SentNote",
    "State",
    "await_reading",
    "follow",
    "is_note",
    "leave",
    "opened",
    "put_away",
    "read",
    "send",
    "sent",
    "shown",
    "stand_down",
    "state_of",
    "states_of",
    "told",
    "waiting",
]


def told(places: Places, session: str) -> Told | None:
    """As `ringing.told`, which who only sends or reads does without."""
    from . import ringing

    return ringing.told(places, session)
