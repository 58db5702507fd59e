"""When a limit ends: every way in which programs say it, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotemp.agents.backends import SHIPPED
from cotemp.detect import Subject, read
from cotemp.detect.limits import SESSION, WEEK, moment, reset_of

from .drawn import LIMIT, claude, codex, gemini
from .stage import NOW, look

BERLIN = ZoneInfo("Europe/Berlin")  # 20:30 there now


def at(*when: int) -> datetime:
    """A moment in UTC."""
    return datetime(*when, tzinfo=UTC)  # type: ignore[misc, arg-type]  # year, month, day, hour, minute


TOLD = {
    LIMIT: at(2026, 11, 21, 23),
    "You've hit your limit · resets 1:30am (Asia/Dhaka)": at(2026, 11, 22, 19, 30),  # over there it is 1:30 now
    "You've hit your weekly limit · resets Nov 23 at 9pm (America/New_York)": at(2026, 11, 24, 2),
    "You've hit your weekly limit · resets Nov 23, 9pm (America/New_York)": at(2026, 11, 24, 2),
    "You've hit your weekly limit · resets Mon 9am (UTC)": at(2026, 11, 23, 9),
    "5-hour limit reached ∙ resets 10pm": at(2026, 11, 21, 21),
    "resets 21:40 (Europe/Berlin)": at(2026, 11, 21, 20, 40),
    "■ You've hit your usage limit. Upgrade to Pro or try again at 9:05 PM.": at(2026, 11, 21, 20, 5),
    "try again at Nov 25th, 2026 3:05 PM.": at(2026, 11, 25, 14, 5),
    "or try again in 5 days 22 hours 11 minutes.": at(2026, 11, 27, 17, 41),
    "try again in 3h 20m": at(2026, 11, 21, 22, 50),
    "Your quota will reset after 3h20m5s.": at(2026, 11, 21, 22, 50) + timedelta(seconds=5),
    "Access resets at 10:57 PM GMT-3.": at(2026, 11, 22, 1, 57),
    "Claude AI usage limit reached|1795291200": at(2026, 11, 21, 20),
    '"resets_at": 1795291200': at(2026, 11, 21, 20),
    '"resets_at": "2026-11-21T20:00:00Z"': at(2026, 11, 21, 20),
    "[retrying in 9m 59s attempt #1]": at(2026, 11, 21, 19, 39) + timedelta(seconds=59),
}


@pytest.mark.parametrize("text", TOLD)
def test_every_way_to_tell_the_end(text: str) -> None:
    """The zone of the text counts, else that of the program."""
    assert reset_of(text, NOW, BERLIN) == TOLD[text]


REFUSED = [
    "resets 7pm (Mars/Olympus)",
    "resets 7pm (../../etc/passwd)",
    "Access resets at 10:57 PM PST.",
    "resets 25pm (UTC)",
    "resets 0am (UTC)",
    "resets 7:75pm (UTC)",
    "resets 7",
    "resets Feb 31 at 3pm (UTC)",
    "resets Jan 1, 2226 3:00 PM (UTC)",
    "resets May 5, 1999 3:00 PM (UTC)",
    "Claude AI usage limit reached|8107372800",
    "usage limit reached|99999999999",
    '"resets_at": 9999999999999',
    "try again in 999999 days",
    "try again later",
    "",
]


@pytest.mark.parametrize("text", REFUSED)
def test_what_makes_no_sense_is_refused(text: str) -> None:
    """A zone that nobody knows, an hour that there is not, a limit of 200 years."""
    assert reset_of(text, NOW, BERLIN) is None


def test_an_end_beyond_its_window_is_cut_to_it() -> None:
    """A session's limit lasts five hours at most, a week's seven days."""
    assert reset_of("session limit, try again in 8h", NOW) == NOW + SESSION
    assert reset_of("weekly limit, try again in 9 days", NOW) == NOW + WEEK


def test_a_clock_that_has_just_passed_is_not_tomorrows() -> None:
    """What a session's limit says at 7:05 pm of 7 pm is over, and no day is waited for it."""
    said = datetime(2026, 11, 22, 3, 5, tzinfo=UTC)  # 7:05 pm in Los Angeles
    found = reset_of("You've hit your session limit · resets 7pm (America/Los_Angeles)", said)
    assert found is not None
    assert found < said


def test_the_night_in_which_clocks_change_has_its_own_length() -> None:
    """9 am in Berlin is 8 hours after midnight in the night that loses an hour."""
    night = datetime(2026, 3, 28, 23, tzinfo=UTC)  # midnight there; clocks go forward at 2
    assert reset_of("weekly limit resets 9am (Europe/Berlin)", night) == at(2026, 3, 29, 7)


@given(st.text(max_size=80), st.sampled_from(["resets ", "try again at ", "in ", "|", "resets_at: "]))
def test_no_text_leads_astray(text: str, lead: str) -> None:
    """Whatever is said, the answer is none or a moment within two weeks."""
    found = reset_of(lead + text, NOW)
    assert found is None or abs(found - NOW) <= 2 * WEEK


@given(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=40), st.lists(st.integers())))
def test_moments_of_foreign_json_never_raise(value: object) -> None:
    """Whatever stands where a time should."""
    found = moment(value)
    assert found is None or found.tzinfo is not None


def test_moments() -> None:
    """Seconds, milliseconds, and ISO with a zone; without one it is nobody's time."""
    when = datetime(2026, 11, 21, 20, tzinfo=UTC)
    assert [moment(1795291200), moment(1795291200000), moment("1795291200")] == [when] * 3
    assert moment("2026-11-21T21:00:00+01:00") == when.astimezone(timezone(timedelta(hours=1)))
    assert moment("2026-11-21T21:00:00") is None


# --- limits on screens ---


def test_a_limit_on_a_screen_has_an_end_and_a_quote() -> None:
    """Both are told; the end is in UTC."""
    limit = look("claude", claude(LIMIT)).limit
    assert limit is not None
    assert (limit.until, limit.quote) == (at(2026, 11, 21, 23), LIMIT)


def test_a_limit_seen_before_keeps_its_end() -> None:
    """The same words an hour later do not move it to tomorrow."""
    words = "You've hit your weekly limit · try again in 3h"
    first = look("claude", claude(words))
    later = look("claude", claude(words), now=NOW + timedelta(hours=2), previous=first)
    assert later.limit == first.limit


def test_old_words_of_a_limit_do_not_open_it_again_tomorrow() -> None:
    """Once it is over it stays over, look after look, while its words stand there."""
    words = "You've hit your weekly limit · resets 12pm (America/Los_Angeles)"  # in half an hour
    reading = look("claude", claude(words))
    assert reading.state == "limited"
    for hours in (1, 2, 3, 20):
        reading = look("claude", claude(words), now=NOW + timedelta(hours=hours), previous=reading)
        assert (reading.state, reading.composer) == ("idle", "empty")


def test_a_limit_that_is_over_leaves_its_words_and_an_idle_prompt() -> None:
    """Nobody waits for a limit whose end has passed, though its words stand there still."""
    first = look("claude", claude(LIMIT))
    after = look("claude", claude(LIMIT), now=NOW + timedelta(hours=4), previous=first)
    assert (first.state, after.state) == ("limited", "idle")


def test_wrapped_words_are_read_as_one() -> None:
    """Narrow terminals break a line in the middle of the time."""
    limit = look("codex", codex("■ You've hit your usage limit. Upgrade or try again in 3", "hours 5 minutes.")).limit
    assert limit is not None
    assert limit.until == at(2026, 11, 21, 22, 35)


def test_the_time_may_stand_in_the_next_line() -> None:
    """Gemini tells it there."""
    limit = look("gemini", gemini("✕ Usage limit reached for gemini-3-pro.", "  Access resets at 9:57 PM UTC.")).limit
    assert limit is not None
    assert limit.until == at(2026, 11, 21, 21, 57)


def test_what_was_said_before_our_bell_is_past() -> None:
    """A program that was told to go on is not limited by its old words, but by new ones below the bell."""
    mine = replace(SHIPPED["claude"], name="mine", processes=("mine",))  # only its patterns are known
    bell = "> [cotemp 7] The usage limit is over: go on where you were."

    def state(*said: str) -> str:
        return read(Subject(backend=mine, screen=claude(*said)), NOW).state

    assert state(LIMIT) == "limited"
    assert state(LIMIT, "", bell, "", "Done.") == "idle"
    assert state(LIMIT, "", bell, "", LIMIT) == "limited"


@pytest.mark.parametrize("hour", range(0, 24, 3))
def test_a_limit_that_was_just_met_is_one_at_any_hour(hour: int) -> None:
    """What a program says at its prompt now is no word of yesterday: its clock is ahead, cut to the window, or no
    time."""
    words, now = "You've hit your session limit · resets 7pm (America/Los_Angeles)", NOW + timedelta(hours=hour)
    reading = look("claude", claude(words), now=now, previous=look("claude", claude("Done."), now=now))
    assert reading.state == "limited"
    assert reading.limit is not None
    assert reading.limit.until is None or now < reading.limit.until <= now + SESSION


def test_a_limit_that_is_over_when_it_is_first_seen() -> None:
    """Who shows it has not tried since: it is told as a limit once, with the end that has passed."""
    words = "You've hit your session limit · resets 11am (America/Los_Angeles)"
    first = look("claude", claude(words))
    assert first.state == "limited"
    assert first.limit is not None
    assert first.limit.until == NOW - timedelta(minutes=30)
    assert look("claude", claude(words), previous=first).state == "idle"
