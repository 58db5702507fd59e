"""What the paste desk has to tell of a session: whoever keeps the pastes hands it in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

__all__ = ["NOBODY", "Desk", "Pasted"]


class Pasted(NamedTuple):
    """How much was pasted into a chat since its bootstrap."""

    turns: int
    characters: int


class Desk(Protocol):
    """Keeps what is pasted and what was acknowledged."""

    def pasted(self, session: str) -> Pasted | None:
        """How much a session's chat was given; None when nobody counts."""

    def open_acks(self, session: str) -> Sequence[str]:
        """What a session has not acknowledged yet, a line each."""


class _Nobody:
    def pasted(self, session: str) -> Pasted | None:
        return None

    def open_acks(self, session: str) -> Sequence[str]:
        return ()


NOBODY: Desk = _Nobody()
"""Where nobody keeps pastes."""
