"""When does a usage limit end? Reads what programs say of it, and refuses what makes no sense.

resets 7pm (America/Los_Angeles)     resets May 5 at 9pm (…)      resets Mon 9am (…)      resets 17:40 (…)
try again at 3:05 PM                 try again at Nov 25th, 2026 3:05 PM
try again in 3 days 2 hours          reset after 3h20m5s          retrying in 3s
limit reached|1795248993             "resets_at": "2026-11-25T19:00:00Z"
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

__all__ = ["moment", "reset_of", "window_of"]

SESSION = timedelta(hours=5)
WEEK = timedelta(days=7)
SKEW = timedelta(minutes=15)
"""By which a program's clock may be behind."""

_SESSION_WORDS = re.compile(r"\b(?:session|5[ -]?h(?:our)?s?)\b", re.IGNORECASE)
_LEAD = r"(?:resets?(?:\s+at|\s+on)?|(?:try|retry) again at|available (?:again )?at|until)\s+"
_CLOCK = re.compile(
    _LEAD + r"(?:(?P<month>[A-Z][a-z]{2,8})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s*(?P<year>\d{4})?,?\s*(?:at\s+)?"
    r"|(?P<weekday>(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*),?\s+(?:at\s+)?)?"
    r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?(?::\d{2})?\s*(?P<half>[ap]\.?m\b\.?)?(?P<rest>.{0,60})",
    re.IGNORECASE,
)
_ZONE = re.compile(r"\s*(?:\((?P<named>[^)]{1,60})\)|(?P<bare>UTC|GMT(?:[+-]\d{1,2})?|Z)\b|(?P<unknown>[A-Z]{2,5})\b)")
_UNIT = r"(?:days?|hours?|hrs?|min(?:ute)?s?|sec(?:ond)?s?|[dhms])(?![a-z])"
_IN = re.compile(rf"\b(?:in|after)\s+((?:\d+\s*{_UNIT}[\s,]*(?:and\s+)?){{1,4}})", re.IGNORECASE)
_PART = re.compile(r"(\d+)\s*([dhms])", re.IGNORECASE)
_EPOCH = re.compile(r"(?:\||resets?_?at\W{1,4})(\d{10}(?:\d{3})?)\b")
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


def window_of(text: str) -> timedelta:
    """How long the window of a limit is at most, by its name: 5 hours for a session's, else a week."""
    return SESSION if _SESSION_WORDS.search(text) else WEEK


def reset_of(
    text: str, said: datetime, zone: tzinfo | None = None, *, fresh: bool = False, window: timedelta | None = None
) -> datetime | None:
    """The moment (UTC) at which the limit that `text` tells of ends; None when it does not say so,
    or nothing sensible.

    `said` is when it was said, or, unless it is `fresh`, when it was found; `zone` that of the program for times
    without one (None: this machine's). The answer may lie in the past: then the limit is over. What lies beyond its
    `window` (None: by its name) is cut to it; what lies beyond that twice is no time of a limit.
    """
    window = window or window_of(text)
    try:
        told = _told(text, said, zone, _grace(window, fresh=fresh))
    except (ValueError, OverflowError, OSError):  # the 31st of February, the year 0, an hour that does not exist
        return None
    return None if told is None else _sensible(told, said, window)


def moment(value: object) -> datetime | None:
    """A time as JSON of programs tells it: seconds or milliseconds since the epoch, or ISO; None when it is none."""
    try:
        if isinstance(value, str):
            if not value.isdigit():
                when = datetime.fromisoformat(value)
                return when.astimezone(UTC) if when.tzinfo else None
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return datetime.fromtimestamp(value / 1000 if value > 100_000_000_000 else value, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _sensible(told: datetime, said: datetime, window: timedelta) -> datetime | None:
    if told - said > 2 * window or said - told > 2 * WEEK:
        return None
    return min(told, said + window).astimezone(UTC)


def _grace(window: timedelta, *, fresh: bool) -> timedelta:
    """How long ago the time on a clock may have passed: what was just said lies ahead, but for clocks that differ."""
    return SKEW if fresh else max(timedelta(days=1) - window, timedelta())


def _told(text: str, said: datetime, zone: tzinfo | None, grace: timedelta) -> datetime | None:
    if found := _EPOCH.search(text):
        return moment(int(found[1]))
    if found := _ISO.search(text):
        return moment(found[0])
    if found := _CLOCK.search(text):
        return _by_clock(found, said, zone, grace)
    if found := _IN.search(text):
        return said + _duration(found[1])
    return None


def _duration(text: str) -> timedelta:
    parts: dict[str, int] = {}
    for number, unit in _PART.findall(text):
        parts[_UNITS[unit.lower()]] = int(number[:6])
    return timedelta(**parts)


def _by_clock(found: re.Match[str], said: datetime, zone: tzinfo | None, grace: timedelta) -> datetime | None:
    known, told_zone = _zone_in(found["rest"])
    if not known or (not found["half"] and found["minute"] is None):
        return None  # "resets 7" says nothing, and nobody knows all zones by their letters
    local = said.astimezone(told_zone or zone)
    hour, minute = _hour(found), int(found["minute"] or 0)
    clock = local.replace(hour=hour, minute=minute, second=0, microsecond=0, tzinfo=told_zone or zone or local.tzinfo)
    if found["month"]:
        return _dated(clock, found, local)
    if found["weekday"]:
        ahead = (_DAYS.index(found["weekday"][:3].lower()) - local.weekday()) % 7
        clock += timedelta(days=ahead)
        return clock if clock > local else clock + timedelta(days=7)
    return _nearest(clock, local, grace)


def _nearest(clock: datetime, local: datetime, grace: timedelta) -> datetime:
    """The last time that a clock showed this, when that is no longer ago than `grace`; else the next time."""
    behind = clock if clock <= local else clock - timedelta(days=1)
    return behind if local - behind < grace else behind + timedelta(days=1)


def _dated(clock: datetime, found: re.Match[str], local: datetime) -> datetime:
    month = _MONTHS.index(found["month"][:3].lower()) + 1
    year = int(found["year"] or local.year)
    when = clock.replace(year=year, month=month, day=int(found["day"]))
    return when.replace(year=year + 1) if not found["year"] and local - when > timedelta(days=180) else when


def _hour(found: re.Match[str]) -> int:
    hour = int(found["hour"])
    if not found["half"]:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError("no such hour")
    return hour % 12 + (12 if found["half"][0] in "pP" else 0)


def _zone_in(rest: str) -> tuple[bool, tzinfo | None]:
    """Whether the zone that is told, if any, is known; and the zone."""
    found = _ZONE.match(rest)
    if not found:
        return True, None
    name = found["named"] or found["bare"]
    if not name:
        return False, None
    if offset := re.fullmatch(r"(?:GMT|UTC)([+-]\d{1,2})?|Z", name):
        return True, timezone(timedelta(hours=int(offset[1] or 0)))
    try:
        return True, ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, or a name that leads out of the folder of zones
        return False, None
