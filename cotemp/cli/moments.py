"""Points in time as people type them: how long ago, how long from now, or a date."""

from __future__ import annotations

from datetime import datetime, timedelta

from ..errors import BadUsage
from ..times import local, local_now, parse_duration, parse_utc

__all__ = ["after", "ago", "at"]


def ago(text: str) -> datetime:
    """`2d`, `1h30m` (so long ago), or a date. Raises BadUsage."""
    try:
        return _date(text) or local_now() - timedelta(seconds=parse_duration(text))
    except (BadUsage, OverflowError):
        raise BadUsage(f"{text!r} is no time", "write how long ago, like 45m, 1h30m or 2d, or a date") from None


def after(text: str) -> datetime:
    """`2h`, `1d` (so long from now). Raises BadUsage."""
    try:
        return local_now() + timedelta(seconds=parse_duration(text))
    except OverflowError:
        raise BadUsage(f"{text!r} is too long", "write how long, like 45m, 2h or 7d") from None


def at(text: str) -> datetime:
    """A date and time in the future. Raises BadUsage."""
    when = _date(text)
    if when is None or when <= local_now():
        raise BadUsage(f"{text!r} is no time to come", "write it like 2030-01-31T18:00")
    return when


def _date(text: str) -> datetime | None:
    try:
        return local(parse_utc(text))
    except ValueError:
        return None
