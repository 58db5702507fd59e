"""A paste that asks for an ACK: when it was offered to a chat, and when and with what it was acknowledged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

__all__ = ["Ack"]


@dataclass(frozen=True, slots=True)
class Ack:
    """One paste that asks for an ACK. `acknowledged` is None while it is open.

    `references` are what the chat named (a PR, a path, a commit, a run); `standing` says how far they could be checked:
    `verified`, `claimed`, `wrong`, or "" while it is open.
    """

    id: str
    session: str
    kind: str
    title: str
    offered: datetime
    acknowledged: datetime | None = None
    references: tuple[str, ...] = ()
    standing: str = ""

    @property
    def seconds(self) -> float | None:
        """From the paste to its ACK, never below 0 (clocks are set back); None while it is open."""
        return None if self.acknowledged is None else max(0.0, (self.acknowledged - self.offered).total_seconds())
