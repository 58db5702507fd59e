"""Points in time and durations, in the few spellings that files and people use."""

from __future__ import annotations

import math
import re
import time
from datetime import UTC, datetime

from .errors import BadUsage

__all__ = [
    "STAMP",
    "dated",
    "legacy",
    "local",
    "local_now",
    "local_or_none",
    "parse_duration",
    "parse_utc",
    "show_age",
    "show_duration",
    "spell_duration",
    "stamp",
    "utc",
]

STAMP = "%Y%m%d-%H%M%S"
"""`strftime` form of the local stamps in file names (`20250909-044442`)."""

_LATEST = 32_000_000_000  # in the year 2984; Windows ends in 3000
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = re.compile(r"(?:\d+[smhdw])+", re.ASCII)


def local_now() -> datetime:
    """Now, with this machine's offset; `time.time` is the one clock that tests may replace."""
    return datetime.fromtimestamp(time.time()).astimezone()


def local(when: datetime) -> datetime:
    """`when` with this machine's offset. Raises ValueError for a year that it cannot tell (Windows: before 1970)."""
    try:
        return when.astimezone()
    except (OSError, OverflowError) as error:
        raise ValueError(f"{when.isoformat()} is out of range") from error


def dated(seconds: float) -> datetime:
    """A file's date (seconds since the epoch) as local time, moved into the years that every system can tell."""
    return datetime.fromtimestamp(min(max(seconds, 0.0), _LATEST), UTC).astimezone()


def stamp(when: datetime) -> str:
    """Local `yyyyMMdd-HHmmss`, as in note, run and log names."""
    return when.strftime(STAMP)


def legacy(when: datetime) -> str:
    """The original's `ts`: local, seven decimals, offset (`…T04:44:42.6130296-04:00`)."""
    local = when.astimezone()
    offset = local.strftime("%z")
    return f"{local:%Y-%m-%dT%H:%M:%S}.{local.microsecond:06d}0{offset[:3]}:{offset[3:5]}"


def utc(when: datetime) -> str:
    """Our own spelling: UTC, milliseconds, `Z`."""
    moment = when.astimezone(UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def parse_utc(text: str) -> datetime:
    """Read any RFC 3339 time, the seven-decimal ones included.

    Raises ValueError when it is none.
    """
    return datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))


def local_or_none(text: object) -> datetime | None:
    """The time that another program may have written, as local time; None when it is none."""
    if not isinstance(text, str):
        return None
    try:
        return parse_utc(text).astimezone()
    except (ValueError, OverflowError, OSError):  # it may say anything
        return None


def parse_duration(text: str) -> float:
    """Seconds in a duration such as `30m`, `1h30m`, `45s`, `2d`.

    Raises BadUsage when it is none.
    """
    if not _DURATION.fullmatch(text):
        raise BadUsage(f"{text!r} is no duration", "write it like 45s, 30m, 1h30m or 2d")
    return float(sum(int(n) * _UNITS[u] for n, u in re.findall(r"(\d+)([smhdw])", text)))


def spell_duration(seconds: float) -> str:
    """A duration as `parse_duration` reads it, rounded up to whole seconds, at least `1s`."""
    rest, spelled = max(1, math.ceil(seconds)), ""
    for unit in "dhms":
        number, rest = divmod(rest, _UNITS[unit])
        spelled += f"{number}{unit}" if number else ""
    return spelled


def show_duration(seconds: float) -> str:
    """A duration as people say it: `346 ms`, `41 s`, `5 min`, `3 h`, `2 d`."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    for limit, size, unit in ((120, 1, "s"), (7200, 60, "min"), (172800, 3600, "h")):
        if seconds < limit:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds / 86400:.0f} d"


def show_age(when: datetime, now: datetime) -> str:
    """How long ago, as people say it; `just now` for less than a second, and for what a clock puts later."""
    seconds = (now - when).total_seconds()
    return "just now" if seconds < 1 else f"{show_duration(seconds)} ago"
