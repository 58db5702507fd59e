"""Counters are lines that any later reader understands, and sums that are right."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotemp.chat.metrics import Event, What, line, prometheus, read, summarise

AT = datetime(2025, 9, 10, 5, 48, 6, tzinfo=UTC)
EVENTS = [
    Event(AT, What.DO_QUEUED, "co-a"),
    Event(AT, What.DO_PASSED, "co-a", 3.0),
    Event(AT, What.DO_PASSED, "co-b", 5.0),
    Event(AT + timedelta(hours=1), What.DO_FAILED, "co-a", 1.0, "timed_out"),
    Event(AT, What.HEADER_REJECTED, "co-a", reason="risk.writes"),
    Event(AT, What.HEADER_REJECTED, "co-a", reason="title"),
    Event(AT, What.HEADER_REJECTED, "co-b", reason="title"),
    Event(AT, What.ACK, "co-a", 60.0),
    Event(AT, What.BLOAT, "co-a", reason="stale_minutes"),
    Event(AT, What.FIRST_DO, "co-a", 540.0),
]


@given(
    st.builds(
        Event,
        st.integers(0, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
        st.sampled_from(What),
        st.text(max_size=20),
        st.none() | st.floats(0, 1e9).map(lambda seconds: round(seconds, 3)),
        st.text(max_size=20),
    )
)
def test_an_event_comes_back(event: Event) -> None:
    """A line is one line of JSON, and is read as what was written."""
    text = line(event)
    assert text.count("\n") == 1
    assert text.endswith("\n")
    assert read(text) == event


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "null", "3", '{"at": "2025-09-10T05:48:06Z"}', '{"at": "x", "what": "ack"}',
        '{"at": "2025-09-10T05:48:06", "what": "ack"}', '{"at": "2025-09-10T05:48:06Z", "what": "later"}',
        '{"at": "2025-09-10T05:48:06Z", "what": "ack", "seconds": -1}',
        '{"at": "2025-09-10T05:48:06Z", "what": "ack", "seconds": NaN}',
        '{"at": "2025-09-10T05:48:06Z", "what": "ack", "seconds": true}', "[" * 100_000,
    ],
)  # fmt: skip
def test_a_damaged_line_is_passed_over(text: str) -> None:
    """A line that a crash cut off, or that a later version wrote, spoils no sum."""
    assert read(text) is None


def test_the_summary() -> None:
    """DOs, pass rate, rejects by reason, and the medians of what is measured."""
    told = summarise(EVENTS).json()
    assert told["counts"]["do_passed"] == 2
    assert told["pass_rate"] == pytest.approx(2 / 3)
    assert list(told["header_rejects"].items()) == [("title", 2), ("risk.writes", 1)]
    assert told["failures"] == {"timed_out": 1}
    assert told["bloat"] == {"stale_minutes": 1}
    assert told["median_seconds"] == {"drop_to_done": 4.0, "paste_to_ack": 60.0, "session_to_first_do": 540.0}
    assert json.loads(json.dumps(told)) == told


def test_of_some_time_and_of_one_session() -> None:
    """Only what happened since then, and there."""
    assert summarise(EVENTS, since=AT + timedelta(minutes=1)).counts[What.DO_FAILED] == 1
    assert summarise(EVENTS, since=AT + timedelta(minutes=1)).counts[What.DO_PASSED] == 0
    assert summarise(EVENTS, session="CO-B").counts[What.DO_PASSED] == 1


def test_nothing_is_no_rate() -> None:
    """Where nothing ran there is no pass rate and no median, and they are not zero."""
    assert summarise([]).pass_rate is None
    assert set(summarise([]).medians.values()) == {None}


def test_prometheus() -> None:
    """The text format: help and type once for each name, labels escaped, a summary with sum and count."""
    text = prometheus([*EVENTS, Event(AT, What.NOTE_SENT, 'a"b\\c\nd')])
    lines = text.splitlines()
    assert 'cotemp_do_passed_total{session="co-a"} 1' in lines
    assert 'cotemp_header_rejected_total{session="co-a",reason="title"} 1' in lines
    assert r'cotemp_note_sent_total{session="a\"b\\c\nd"} 1' in lines
    assert lines[lines.index("# TYPE cotemp_do_seconds summary") + 1 :][:3] == [
        'cotemp_do_seconds{quantile="0.5"} 4.0',
        "cotemp_do_seconds_sum 8.0",
        "cotemp_do_seconds_count 2",
    ]
    types = [one for one in lines if one.startswith("# TYPE")]
    assert len(types) == len(set(types)) == len(What) + 3
