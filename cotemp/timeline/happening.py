"""One thing that happened, as a line."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from ..times import utc

__all__ = ["Happening", "Kind"]


class Kind(StrEnum):
    """What sort of thing happened."""

    NOTE = "note"
    DO = "do"
    RUN = "run"
    HELD = "held"
    DECISION = "decision"
    CHANGES = "changes"
    PASTE = "paste"
    ACK = "ack"
    WRAP = "wrap"
    ALERT = "alert"
    TICKER = "ticker"


class Happening(NamedTuple):
    """One thing that happened. All its texts may be foreign: they have not been through `display`, nor scrubbed.

    `session` is "" for what concerns the home; `about` names the run, note or file; `good` is None where nothing is
    good or bad about it.
    """

    at: datetime
    kind: Kind
    session: str
    what: str
    about: str = ""
    good: bool | None = None

    def json(self) -> dict[str, Any]:
        """Plain JSON values; the time is UTC with milliseconds."""
        return {
            "schema": 1,
            "at": utc(self.at),
            "kind": self.kind.value,
            "session": self.session or None,
            "what": self.what,
            "about": self.about or None,
            "good": self.good,
        }
