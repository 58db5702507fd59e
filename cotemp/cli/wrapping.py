"""What the desk of pastes tells whoever wraps a session up."""

from __future__ import annotations

from ..pastes import Desk
from ..pastes.acks import unanswered
from ..pastes.tally import pasted
from ..places import Places
from ..times import local_now
from ..wraps import Pasted

__all__ = ["WrapDesk"]


class WrapDesk:
    """The desk of a home as it is now."""

    def __init__(self, places: Places) -> None:
        self._records = Desk(places).listing().records

    def pasted(self, session: str) -> Pasted | None:
        """How much a session's chat was given; None when nobody counted."""
        found = pasted(self._records, session)
        return Pasted(*found) if found else None

    def open_acks(self, session: str) -> list[str]:
        """What it has not acknowledged, a line each."""
        return list(unanswered(self._records, session, local_now()))
