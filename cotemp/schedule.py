"""When a wake is due: every so often, or by a cron expression in a time zone, whatever its clocks do. Pure.

A cron expression means the clock on the wall there. What it names in the hour that a zone skips in spring is due at
the next minute that there is; what it names in the hour that comes twice in autumn is due the first time. Where the
hour is `*`, each hour that really passes counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .errors import BadConfig

__all__ = ["Due", "missed", "next_due"]

_MINUTE = timedelta(minutes=1)


class Due(Protocol):
    """What says when something is due: `every` so many seconds, or `cron` (five fields) in zone `tz` (None: UTC)."""

    @property
    def every(self) -> float | None: ...
    @property
    def cron(self) -> str | None: ...
    @property
    def tz(self) -> str | None: ...


def next_due(wake: Due, after: datetime) -> datetime:
    """The first time (UTC) after `after` at which `wake` is due; `every` counts from `after`, the last due time.

    Raises BadConfig for a zone that this machine does not know, and for a date that never comes.
    """
    if wake.every is not None:
        return after.astimezone(UTC) + timedelta(seconds=wake.every)
    return next(_times(wake, after.astimezone(UTC)))


def missed(wake: Due, last: datetime, now: datetime) -> datetime | None:
    """The last due time (UTC) after `last` and not after `now`: it stands for all of them. None when nothing was due.

    For `every`, `last` is the time from which it counts. Raises as `next_due`.
    """
    last, now = last.astimezone(UTC), now.astimezone(UTC)
    if wake.every is not None:
        passed = max(0, int((now - last).total_seconds() // wake.every))
        return last + timedelta(seconds=passed * wake.every) if passed else None
    return _last_time(wake, last, now)


def _last_time(wake: Due, last: datetime, now: datetime) -> datetime | None:
    """Looks back further and further, so that a long absence costs no walk through all that was missed."""
    back = timedelta(hours=1)
    while True:
        start = max(last, now - back)
        found = None
        for due in _times(wake, start):
            if due > now:
                break
            found = due
        if found or start == last or start >= now:
            return found
        back *= 4


def _times(wake: Due, after: datetime) -> Iterator[datetime]:
    """All due times of a cron expression after `after`, in order."""
    cron, zone = wake.cron or "", _zone(wake.tz)
    times = _passing(cron, zone, after) if cron.split()[1:2] == ["*"] else _on_the_wall(cron, zone, after)
    last = after
    for due in times:
        if due > last:
            last = due
            yield due
    raise BadConfig(f"{cron!r} never comes", "name a day that there is")


def _zone(name: str | None) -> tzinfo:
    if name in (None, "UTC"):
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        fix = 'write it like "Europe/Berlin"; on Windows: pip install tzdata'
        raise BadConfig(f"{name!r} is no time zone that this machine knows", fix) from None


def _passing(cron: str, zone: tzinfo, after: datetime) -> Iterator[datetime]:
    """The expression in time as it passes: an hour that comes twice counts twice."""
    from cronsim import CronSim

    for due in CronSim(cron, after.astimezone(zone)):
        yield due.astimezone(UTC)


def _on_the_wall(cron: str, zone: tzinfo, after: datetime) -> Iterator[datetime]:
    """The expression on a clock that knows no zone, each of its times translated."""
    from cronsim import CronSim

    start = after.astimezone(zone).replace(tzinfo=None) - _MINUTE
    for due in CronSim(cron, start):
        yield _translated(due, zone)


def _translated(wall: datetime, zone: tzinfo) -> datetime:
    """The moment at which the clocks of `zone` show `wall` first; where they skip it, the first minute after that."""
    moment = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall:
        return moment
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)  # in a gap, fold 1 reads the offset that comes after it
    return _change(before, moment, zone)


def _change(low: datetime, high: datetime, zone: tzinfo) -> datetime:
    """The first whole minute after `low` at which the offset of `zone` is that of `high`."""
    offset = high.astimezone(zone).utcoffset()
    first, last = 0, int((high - low) / _MINUTE) + 1
    while first < last:
        middle = (first + last) // 2
        if (low + middle * _MINUTE).astimezone(zone).utcoffset() == offset:
            last = middle
        else:
            first = middle + 1
    return low + first * _MINUTE
