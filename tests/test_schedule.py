"""When wakes are due: often and seldom, in any zone, through every change of its clocks."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cotemp.config import Wake
from cotemp.errors import BadConfig
from cotemp.schedule import missed, next_due

BERLIN = "Europe/Berlin"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ZONES = (
    "UTC", "Europe/Berlin", "Europe/London", "Europe/Dublin", "America/New_York", "America/St_Johns",
    "America/Sao_Paulo",
    "America/Santiago", "Africa/Casablanca", "Asia/Tehran", "Asia/Kathmandu", "Asia/Gaza", "Australia/Lord_Howe",
    "Pacific/Apia", "Pacific/Chatham", "Pacific/Kiritimati", "Antarctica/Troll",
)  # fmt: skip
"""Some with halves of hours, with a change of two hours, of half an hour, at midnight, and of a whole day."""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def due(cron: str, after: str, count: int, tz: str | None = None) -> list[str]:
    """The next due times, as `2026-03-28 01:30`."""
    wake, now, found = Wake(cron=cron, tz=tz), at(after), []
    for _ in range(count):
        now = next_due(wake, now)
        found.append(f"{now:%Y-%m-%d %H:%M}")
    return found


def test_the_weekly_task() -> None:
    """Sundays at 02:00 UTC means just that, all year long."""
    assert due("0 2 * * 0", "2026-11-21 12:00", 3) == ["2026-11-22 02:00", "2026-11-29 02:00", "2026-12-06 02:00"]
    assert due("0 2 * * 0", "2026-03-28 12:00", 1, "UTC") == ["2026-03-29 02:00"]


def test_a_due_time_is_after_the_last() -> None:
    """Somebody woken at the very minute is not woken again for it, and a second before it counts."""
    assert due("0 2 * * 0", "2026-11-22 02:00", 1) == ["2026-11-29 02:00"]
    assert due("0 2 * * 0", "2026-11-22 01:59:59", 1) == ["2026-11-22 02:00"]


@pytest.mark.parametrize(
    ("cron", "tz", "after", "expected"),
    [
        # 02:30 does not exist on 29 March 2026 in Berlin: 03:00 there is 01:00 UTC.
        ("30 2 * * *", BERLIN, "2026-03-28 00:00", ["2026-03-28 01:30", "2026-03-29 01:00", "2026-03-30 00:30"]),
        ("*/15 2 * * *", BERLIN, "2026-03-28 02:00", ["2026-03-29 01:00", "2026-03-30 00:00"]),
        ("0 */2 * * *", BERLIN, "2026-03-28 23:00", ["2026-03-29 01:00", "2026-03-29 02:00"]),
        ("0 2 29 3 *", BERLIN, "2026-03-29 00:59", ["2026-03-29 01:00", "2027-03-29 00:00"]),
        # 02:30 comes twice on 25 October 2026: the first one is 00:30 UTC.
        ("30 2 * * *", BERLIN, "2026-10-24 01:00", ["2026-10-25 00:30", "2026-10-26 01:30"]),
        ("30 2 * * *", BERLIN, "2026-10-25 00:45", ["2026-10-26 01:30"]),
        ("*/30 2 * * *", BERLIN, "2026-10-24 12:00", ["2026-10-25 00:00", "2026-10-25 00:30", "2026-10-26 01:00"]),
        # Each hour that passes, in both.
        ("0 * * * *", BERLIN, "2026-10-24 23:30", ["2026-10-25 00:00", "2026-10-25 01:00", "2026-10-25 02:00"]),
        ("30 * * * *", BERLIN, "2026-03-29 00:00", ["2026-03-29 00:30", "2026-03-29 01:30"]),
        # Half an hour is skipped.
        ("15 2 * * *", "Australia/Lord_Howe", "2026-10-02 16:00", ["2026-10-03 15:30", "2026-10-04 15:15"]),
        # A midnight is skipped.
        ("0 0 * * *", "Asia/Tehran", "2020-03-20 00:00", ["2020-03-20 20:30", "2020-03-21 19:30"]),
        # A whole day is skipped: 30 December 2011.
        ("0 12 30 12 *", "Pacific/Apia", "2011-12-29 00:00", ["2011-12-30 10:00", "2012-12-29 22:00"]),
    ],
)  # fmt: skip
def test_clocks_that_change(cron: str, tz: str, after: str, expected: list[str]) -> None:
    """A skipped time is made up for at once, one that comes twice is due once; hours of `*` pass as they pass."""
    assert due(cron, after, len(expected), tz) == expected


crons = st.builds(
    "{} {} * * {}".format,
    st.sampled_from(["0", "30", "15,45", "59", "*/20"]),
    st.sampled_from(["0", "1", "2", "3", "23", "0,2,4", "1-3", "*/2"]),
    st.sampled_from(["*", "0", "1-5", "6"]),
)
moments = st.integers(0, 17 * 365 * 24 * 60).map(lambda minutes: at("2011-01-01 00:00") + minutes * MINUTE)


def changes(tz: str, near: datetime) -> list[datetime]:
    """The changes of the clocks in the year after `near`."""
    zone, days = zoneinfo.ZoneInfo(tz), [near + number * DAY for number in range(366)]
    return [day for day in days if day.astimezone(zone).utcoffset() != (day + DAY).astimezone(zone).utcoffset()]


@settings(max_examples=60, deadline=None)
@given(cron=crons, tz=st.sampled_from(ZONES), moment=moments, hours=st.integers(-4, 30), pick=st.integers(0, 9))
def test_no_local_time_is_lost_or_doubled(cron: str, tz: str, moment: datetime, hours: int, pick: int) -> None:
    """Around any change of any zone's clocks, what is due is what a person with a calendar would mark."""
    near = changes(tz, moment)
    start = (near[pick % len(near)] if near else moment).replace(second=0, microsecond=0) + hours * HOUR - 12 * HOUR
    expected = sorted(marked(cron, tz, start, start + 40 * HOUR))
    wake, now, found = Wake(cron=cron, tz=tz), start, []
    while (now := next_due(wake, now)) <= start + 40 * HOUR:
        found.append(now)
    assert found == expected


def marked(cron: str, tz: str, start: datetime, end: datetime) -> set[datetime]:
    """All moments after `start` until `end`, found minute by minute: real ones first seen, and the ends of gaps."""
    zone, found = zoneinfo.ZoneInfo(tz), set()
    now, seen = start - 72 * HOUR, None
    shown: set[datetime] = set()
    while now <= end:
        wall = now.astimezone(zone).replace(tzinfo=None)
        skipped: list[datetime] = [] if seen is None or wall <= seen else between(seen, wall)
        if any(fits(cron, one) for one in [*skipped, wall] if one not in shown):
            found.add(now)
        shown |= {*skipped, wall}
        seen, now = max(wall, seen or wall), now + MINUTE
    return {one for one in found if one > start}


def between(seen: datetime, wall: datetime) -> list[datetime]:
    return [seen + number * MINUTE for number in range(1, (wall - seen) // MINUTE)]


def fits(cron: str, wall: datetime) -> bool:
    minute, hour, _, _, day = cron.split()
    return (
        wall.minute in field(minute, 60) and wall.hour in field(hour, 24) and (wall.weekday() + 1) % 7 in field(day, 7)
    )


def field(text: str, size: int) -> set[int]:
    if text.startswith("*"):
        return set(range(0, size, int(text[2:] or 1)))
    if "-" in text:
        first, last = text.split("-")
        return set(range(int(first), int(last) + 1))
    return {int(one) for one in text.split(",")}


@settings(max_examples=60, deadline=None)
@given(
    cron=st.sampled_from(["0 * * * *", "*/7 * * * *", "30 2 * * *", "0 2 * * 0", "0 0 1 1 *", "* * * * *"]),
    tz=st.sampled_from(ZONES),
    last=moments,
    away=st.timedeltas(timedelta(0), timedelta(days=3)),
)
def test_what_was_missed_is_made_up_for_once(cron: str, tz: str, last: datetime, away: timedelta) -> None:
    """After any absence there is one wake, the last that was due; none when nothing was."""
    wake, now = Wake(cron=cron, tz=tz), last + away
    found = missed(wake, last, now)
    if found is None:
        assert next_due(wake, last) > now
    else:
        assert last < found <= now
        assert next_due(wake, found) > now
        assert next_due(wake, found - timedelta(seconds=1)) == found


def test_a_year_away_costs_no_walk_through_it() -> None:
    """A machine that was off for years finds at once what its minutely wake missed."""
    wake = Wake(cron="* * * * *", tz="Europe/Berlin")
    assert missed(wake, at("2006-01-01 00:00"), at("2026-06-01 12:00:30")) == at("2026-06-01 12:00")


def test_every_counts_from_the_last() -> None:
    """An hourly wake keeps its minute, however late it was served, and what was missed is made up for once."""
    wake, last = Wake(every=3600), at("2026-03-29 00:10")
    assert next_due(wake, last) == at("2026-03-29 01:10")
    assert missed(wake, last, at("2026-03-29 01:09:59")) is None
    assert missed(wake, last, at("2026-03-29 01:10")) == at("2026-03-29 01:10")
    assert missed(wake, last, at("2026-03-29 09:50")) == at("2026-03-29 09:10")
    assert missed(wake, last, at("2026-03-28 00:00")) is None


def test_a_clock_that_was_set_back_wakes_nobody() -> None:
    """A last wake that lies in the future, because the clock was wrong then, makes nothing due."""
    assert missed(Wake(cron="* * * * *"), at("2027-01-01 00:00"), at("2026-01-01 00:00")) is None


@pytest.mark.parametrize("tz", ["Mars/Base", "../../etc/passwd", "", "\0"])
def test_a_zone_that_nobody_knows(tz: str) -> None:
    """The zone is named, and what to write."""
    with pytest.raises(BadConfig, match="no time zone that this machine knows"):
        next_due(Wake(cron="0 2 * * *", tz=tz), at("2026-01-01 00:00"))


def test_times_of_any_zone_are_taken() -> None:
    """What comes in with another offset goes out as UTC."""
    eastern = zoneinfo.ZoneInfo("America/New_York")
    found = next_due(Wake(cron="0 2 * * *"), datetime(2026, 1, 1, 20, 0, tzinfo=eastern))
    assert found == at("2026-01-02 02:00")
    assert found.tzinfo is UTC
