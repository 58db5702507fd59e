"""What a status file says of its phase."""

from __future__ import annotations

import codecs
from datetime import UTC, datetime

import pytest

from cotemp.handoff.statuses import read

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

DONE = {
    "plain": b"## DONE",
    "in the middle": b"# Status\n\nx\n## DONE\nmore",
    "more words": "## DONE — all gates green".encode(),
    "a colon": b"## DONE: yes",
    "windows": b"# Status\r\n## DONE\r\n",
    "an old mac": b"# Status\r## DONE\r",
    "a BOM": codecs.BOM_UTF8 + b"## DONE\n",
    "written by PowerShell": codecs.BOM_UTF16_LE + "x\r\n## DONE\r\n".encode("utf-16-le"),
    "no UTF-8 beside it": b"\xe4\xff\n## DONE",
}
NOT_DONE = {
    "empty": b"",
    "another word": b"## DONENESS",
    "other letters": "## DONEé".encode(),
    "deeper": b"### DONE",
    "higher": b"# DONE",
    "not at the start": b"> ## DONE\n ## DONE\n",
    "small": b"## done",
    "no space": b"##DONE",
    "a form feed is no line end": b"x\x0c## DONE",
    "nor is a line separator": "x\u2028## DONE".encode(),
}


@pytest.mark.parametrize("data", DONE.values(), ids=DONE)
def test_a_line_that_starts_with_done(data: bytes) -> None:
    """It is done, whoever wrote the file with whatever editor."""
    assert read(data).done


@pytest.mark.parametrize("data", NOT_DONE.values(), ids=NOT_DONE)
def test_what_only_looks_like_done(data: bytes) -> None:
    """The sequence does not go on by mistake."""
    assert not read(data).done


WAITS = {
    "WAITING-UNTIL: 2026-11-21T10:00:00Z": "10:00",
    "WAITING-UNTIL 2026-11-21T10:00:00Z": "10:00",
    "  WAITING-UNTIL:   2026-11-21T10:00:00Z   ": "10:00",
    "WAITING-UNTIL: 2026-11-21 10:00Z (the nightly build)": "10:00",
    "WAITING-UNTIL: 2026-11-21T12:00:00.1234567+02:00": "10:00",
    "WAITING-UNTIL: 2026-11-21t10:00:00z": "10:00",
    "WAITING-UNTIL: 2026-11-21 10:00 UTC": "10:00",
    "WAITING-UNTIL: 2026-11-21T08:00:00Z": "08:00",
    "WAITING-UNTIL: 2026-11-21T10:00:00Z\r\nx\r\nWAITING-UNTIL: 2026-11-21T11:00:00Z": "11:00",
    "WAITING-UNTIL: 2026-11-21T10:00:00Z\nWAITING-UNTIL: soon": "10:00",
    "WAITING-UNTIL: 2026-11-21T10:00:00Z\nWAITING-UNTIL: 2226-11-21T10:00:00Z": "10:00",
}


@pytest.mark.parametrize("text", WAITS)
def test_the_last_time_that_makes_sense_counts(text: str) -> None:
    """An agent that says until when it waits is left alone until then."""
    waits = read(text.encode()).seen("b", NOW).waiting_until
    assert waits
    assert (f"{waits:%H:%M}", waits.utcoffset()) == (WAITS[text], UTC.utcoffset(None))


SENSELESS = {
    "WAITING-UNTIL: soon": "'soon'",
    "WAITING-UNTIL:": "no RFC 3339",
    "WAITING-UNTIL: 2026-11-21T10:00:00": "zone",
    "WAITING-UNTIL: 2026-11-21T10:00:00 CET": "zone",
    "WAITING-UNTIL: 2026-13-21T10:00:00Z": "no RFC 3339",
    "WAITING-UNTIL: 2026-11-21": "no RFC 3339",
    "WAITING-UNTIL: 2026-11-21T10:00:00Zulu": "no RFC 3339",
    "WAITING-UNTIL: 2026-11-21T10:00:00+02:00:30": "no RFC 3339",
    "WAITING-UNTIL: 2226-11-21T10:00:00Z": "more than 7 days",
    "WAITING-UNTIL: 9999-12-31T23:59:59-23:59": "no RFC 3339",
    "WAITING-UNTIL: 2026-11-21T10:00:00Z\nWAITING-UNTIL: \x1b[2J" + "x" * 500: "\u241b[2J",
}


@pytest.mark.parametrize("text", SENSELESS)
def test_a_senseless_time_is_told(text: str) -> None:
    """A person learns why an agent is not left alone; nothing in the line reaches the terminal as it is."""
    problem = read(text.encode()).problem(NOW)
    assert SENSELESS[text] in problem
    assert "\x1b" not in problem
    assert len(problem) < 200


@pytest.mark.parametrize(
    "text", ["", "waiting-until: x", "NOT WAITING-UNTIL: x", "WAITING-UNTILL: x", "- WAITING-UNTIL"]
)
def test_what_is_no_such_line(text: str) -> None:
    """The words are written so, at the start of a line."""
    status = read(text.encode())
    assert (status.seen("b", NOW).waiting_until, status.problem(NOW)) == (None, "")
