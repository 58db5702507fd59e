"""Times that somebody wrote."""

from __future__ import annotations

from datetime import datetime

from ..times import dated, parse_utc

__all__ = ["moment"]


def moment(text: str | None) -> datetime | None:
    """The time that `text` tells, as local time; None when it tells none, or not in which zone.

    It is moved into the years that every system can tell: the joke of a year is nobody's error.
    """
    try:
        at = parse_utc(text or "")
    except ValueError:
        return None
    return dated(at.timestamp()) if at.tzinfo else None
