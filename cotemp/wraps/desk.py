"""What the paste desk has to tell of a session: what its chat was given, and what it has not acknowledged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple, Protocol

from .. import pastes
from ..chat.paste import Kind
from ..pastes.acks import unanswered
from ..places import Places
from ..times import parse_utc

__all__ = ["NOBODY", "Desk", "PasteDesk", "Pasted"]


class Pasted(NamedTuple):
    """How much was pasted into a chat since its bootstrap."""

    turns: int
    characters: int


class Desk(Protocol):
    """Whoever knows what is pasted and what was acknowledged."""

    def pasted(self, session: str) -> Pasted | None:
        """How much a session's chat was given; None when nobody counts."""

    def open_acks(self, session: str) -> Sequence[str]:
        """What a session has not acknowledged yet, a line each."""


@dataclass(frozen=True)
class PasteDesk:
    """The desk of a home, as it is at `now`."""

    places: Places
    now: datetime

    @cached_property
    def _records(self) -> tuple[pastes.Record, ...]:
        return pastes.Desk(self.places).listing().records

    def pasted(self, session: str) -> Pasted | None:
        """Each part is a turn. A bootstrap begins a new chat, and counts as its first; None before any paste."""
        own = [one for one in self._records if one.session.casefold() == session.casefold()]
        given = sorted(((at, one) for one in own if (at := _pasted_at(one))), key=lambda pair: pair[0])
        if not given:
            return None
        begun = max((number for number, (_, one) in enumerate(given) if one.kind is Kind.BOOTSTRAP), default=0)
        parts = [part for _, one in given[begun:] for part in one.parts]
        return Pasted(len(parts), sum(part["characters"] for part in parts))

    def open_acks(self, session: str) -> Sequence[str]:
        """In the order in which they are due."""
        return tuple(unanswered(self._records, session, self.now))


def _pasted_at(record: pastes.Record) -> datetime | None:
    """When it was pasted: as a human or its ACK says, else when the last part was copied; None while it waits."""
    copied = record.last("copied") if record.copied == len(record.parts) else None
    event = record.last("pasted") or record.last("acknowledged") or copied
    return parse_utc(event["at"]) if event else None


class _Nobody:
    def pasted(self, session: str) -> Pasted | None:
        return None

    def open_acks(self, session: str) -> Sequence[str]:
        return ()


NOBODY: Desk = _Nobody()
"""Where nobody keeps pastes."""
