"""Counters say what happened, are derived from what is on record, and stay on this machine."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cotemp import notes
from cotemp.chat.bloat import Facts, alert_line, signals
from cotemp.chat.metrics import Event, What, prometheus, read, summarise
from cotemp.messages.ack import Ack
from cotemp.messages.do import Problem
from cotemp.messages.run import Ended, Outcome, Run
from cotemp.metrics import collect, lines_file, record
from cotemp.names import new_run_id
from cotemp.places import Places, SessionPlaces, state_root
from cotemp.store.identity import this_process
from cotemp.store.ledger import Ledger
from cotemp.times import local_now
from tests.cli.real import here, home
from tests.fitting import check
from tests.runs.made import begin, legacy_log, ran

AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def session(places: Places) -> SessionPlaces:
    made = places.session("co-migrate")
    made.make()
    return made


def rejected(places: Places, session: SessionPlaces, *problems: Problem, reason: str = "line 1: header") -> None:
    """A DO whose header was rejected."""
    now = local_now()
    run = Run(
        new_run_id(now), session.id, "DO_Bad.py", "0" * 64, f"DO_Bad-{new_run_id(now)}", "host", "DO_Bad", now,
        problems=problems,
    )  # fmt: skip
    with Ledger(places) as ledger:
        ledger.reject(run, this_process(), Ended(now, Outcome.REJECTED, reason))


def counted(events: list[Event]) -> dict[str, int]:
    return {what.value: number for what, number in summarise(events).counts.items() if number}


# --- counting ---


def test_dos_are_counted_by_how_they_ended(places: Places, session: SessionPlaces) -> None:
    """Dropped, passed, failed and rejected DOs are told apart; one that still runs has only been dropped."""
    ran(places, session)
    ran(places, session)
    for outcome in (Outcome.FAILED, Outcome.TIMED_OUT, Outcome.UNKNOWN):
        ran(places, session, outcome)
    rejected(places, session, Problem(3, 1, "risk.writes", "maybe is no flag", "say true or false"))
    begin(places, session)
    events = collect(places)
    assert counted(events) == {"do_queued": 7, "do_passed": 2, "do_failed": 3, "header_rejected": 1, "first_do": 1}
    summary = summarise(events)
    assert summary.pass_rate == 0.4
    assert summary.failures == {"failed": 1, "timed_out": 1, "unknown": 1}
    assert summary.rejects == {"risk.writes": 1}


def test_a_reject_without_problems_tells_its_reason(places: Places, session: SessionPlaces) -> None:
    """What was rejected for no key of its header (too large, say) is counted under what was said of it."""
    rejected(places, session, reason="it has more than 1 MiB")
    assert summarise(collect(places)).rejects == {"it has more than 1 MiB": 1}


def test_the_time_from_drop_to_done_is_measured(places: Places, session: SessionPlaces) -> None:
    """The median tells how long people wait, from the drop on; those that never ran do not count."""
    for seconds in (4, 8, 100):
        run = begin(places, session)
        with Ledger(places) as ledger:
            ledger.conclude(run.id, Ended(run.queued + timedelta(seconds=seconds), Outcome.PASSED))
    rejected(places, session)
    assert summarise(collect(places)).medians[What.DO_PASSED] == pytest.approx(8, abs=0.01)


def test_runs_that_only_logs_tell_of_are_counted_and_not_timed(places: Places, session: SessionPlaces) -> None:
    """The original's runs count; when they were dropped nobody knows, so no time is made up."""
    legacy_log(session, "DO_DO-Smoke_044440-20250909-044442-28216")
    legacy_log(session, "DO_Odd-20250909-044442-28217", b'{"ts": "soon", "session_id": "co-migrate", "result": "pass"}')
    events = collect(places)
    assert counted(events)["do_passed"] >= 1
    assert {event.seconds for event in events if event.what is What.DO_PASSED} == {None}
    assert "first_do" not in counted(events)


def test_notes_are_counted_for_whoever_sent_them(places: Places, session: SessionPlaces) -> None:
    """A note counts once, read or not, for its sender."""
    notes.send(places, session.id, "one", "co-planning", local_now())
    notes.send(places, session.id, "two", "co-planning", local_now())
    next(reading := notes.read(session, "me", "cli"))
    next(reading)
    sent = [event.session for event in collect(places) if event.what is What.NOTE_SENT]
    assert sent == ["co-planning", "co-planning"]


def test_alerts_are_counted_by_what_was_wrong(places: Places, session: SessionPlaces) -> None:
    """Lines of ours and of the original count, with and without BOM; other lines do not."""
    file = places.home / "alerts" / "BLOAT_ALERT.txt"
    file.parent.mkdir()
    file.write_bytes(
        "\ufeff[BLOAT?] Low DO throughput: 1/h (<2/h) | Status stale: 30 min (>25) \u2014 2026-01-01T10:00:00Z\r\n"
        "[BLOAT?] DOs since CoWrap: 5 (>=5) \u2014 2026-01-01T11:00:00Z [co-migrate]\n"
        "Health OK \u2014 2026-01-01T12:00:00Z\n[BLOAT?] x \u2014 never\n\xff\n".encode()
    )
    summary = summarise(collect(places))
    assert summary.bloat == {"DOs since CoWrap": 1, "Low DO throughput, Status stale": 1}
    assert summarise(collect(places), session="co-migrate").bloat == {"DOs since CoWrap": 1}


def test_what_our_monitor_writes_is_understood(places: Places) -> None:
    """The line of an alert, as the room that finds bloat spells it, is counted for its session with all its reasons."""
    facts = Facts(AT, AT - timedelta(hours=3), AT - timedelta(hours=2), dos_since_wrap=9)
    file = places.home / "alerts" / "BLOAT_ALERT.txt"
    file.parent.mkdir()
    file.write_text(alert_line(signals(facts), AT, "co-migrate") + "\n", encoding="utf-8")
    (event,) = collect(places)
    assert (event.at, event.session) == (AT, "co-migrate")
    assert event.reason == "Low DO throughput, Status stale, DOs since CoWrap"


@pytest.mark.parametrize("year", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_no_name_and_no_year_can_spoil_the_figures(places: Places, session: SessionPlaces, year: str) -> None:
    """Anybody may name a file and write an alert: nothing of it steers a terminal, and no year is too much."""
    (session.inbox / f"NOTE_{year[:4]}0101-000000_x\x1b]0;t\x07\u202e.md").write_bytes(b"x")
    file = places.home / "alerts" / "BLOAT_ALERT.txt"
    file.parent.mkdir()
    file.write_text(f"[BLOAT?] \x1b[2J{'x' * 500} \u2014 {year} [co-migrate]\n", encoding="utf-8")
    legacy_log(session, "DO_Odd-20250909-044442-1", b'{"ts": "%b", "result": "fail"}' % year.encode())
    events = collect(places)
    assert counted(events)["note_sent"] == counted(events)["bloat"] == 1
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e]", prometheus(events) + record(places, events).read_text())
    assert all(len(event.reason) <= 80 for event in events)


def test_acks_are_measured(places: Places) -> None:
    """Pastes and the time to their ACK count; an open one has no time, a clock that was set back gives none below 0."""
    open_one = Ack("p-a", "co-migrate", "handoff", "secret words", AT)
    pastes = [open_one, *(replace(open_one, acknowledged=AT + timedelta(seconds=s)) for s in (60, 120, -5))]
    events = collect(places, pastes)
    assert counted(events) == {"paste_made": 4, "ack": 3}
    assert summarise(events).medians[What.ACK] == 60
    assert collect(places) == []


def test_the_way_to_the_first_do_is_measured(places: Places, session: SessionPlaces) -> None:
    """From the making of the session to the first DO that passed; later ones change nothing."""
    for after in (600, 60):
        run = begin(places, session)
        with Ledger(places) as ledger:
            ledger.conclude(run.id, Ended(local_now() + timedelta(seconds=after), Outcome.PASSED))
    (first,) = [event for event in collect(places) if event.what is What.FIRST_DO]
    assert first.seconds == pytest.approx(60, abs=5)


def test_a_home_without_anything_counts_nothing(places: Places) -> None:
    """Nothing happened: no error, no rate, no median."""
    summary = summarise(collect(places))
    assert summary.pass_rate is None
    assert set(summary.medians.values()) == {None}


# --- what is written ---


def test_the_record_is_json_lines_without_anybodys_words(places: Places, session: SessionPlaces) -> None:
    """Each event is a line that reads back; it lies in the home's logs, not among those of a session's runs."""
    ran(places, session)
    notes.send(places, session.id, "words of a human", "co-planning", local_now())
    before = set(session.logs.iterdir())
    events = collect(places, [Ack("p-a", "co-migrate", "handoff", "words of a human", AT, AT)])
    file = record(places, events)
    assert file == lines_file(places)
    assert file.parent == places.home / "logs"
    assert set(session.logs.iterdir()) == before
    text = file.read_text()
    assert [event and event.what for event in map(read, text.splitlines())] == [event.what for event in events]
    assert "words" not in text
    record(places, events)
    assert file.read_text() == text


# --- the command ---

PROMETHEUS = re.compile(
    r'# (HELP|TYPE) cotemp_\w+ .+|cotemp_\w+(\{\w+="(\\.|[^"\\])*"(,\w+="(\\.|[^"\\])*")*\})? [0-9.e+-]+'
)


@pytest.fixture
def counted_home() -> Places:
    """The command line's home, with two sessions."""
    places = home()
    places.make_state()
    for name, outcome in (("co-migrate", Outcome.PASSED), ("co-planning", Outcome.FAILED)):
        session = places.session(name)
        session.make()
        ran(places, session, outcome)
    assert state_root() in places.ledger.parents
    return places


def test_people_see_figures(counted_home: Places) -> None:
    """The command shows the figures with their names, and what failed."""
    said = here("metrics")
    assert said.code == 0
    assert re.search(r"DOs dropped +2\b", said.out)
    assert re.search(r"pass rate +50% +\(1 of 2\)", said.out)
    assert re.search(r"failures\n +1 +failed", said.out)


def test_it_is_narrowed_by_session_and_time(counted_home: Places) -> None:
    """Panels and times narrow it; a time that is none and a session that is none are told."""
    narrowed = here("metrics", "--session", "co-migrate", "--json").json
    check("answer-metrics", narrowed)
    assert narrowed["pass_rate"] == 1
    assert here("metrics", "--since", "7d", "--json").json["counts"]["do_queued"] == 2
    assert here("metrics", "--since", "2030-01-01", "--json").json["counts"]["do_queued"] == 0
    assert here("metrics", "--since", "whenever").code == 2
    assert here("metrics", "--session", "nobody").code == 4


def test_prometheus_can_read_it(counted_home: Places) -> None:
    """Each line is in Prometheus' text format; a window or JSON with it is refused with the reason."""
    lines = here("metrics", "--prometheus").out.splitlines()
    assert 'cotemp_do_passed_total{session="co-migrate"} 1' in lines
    assert [line for line in lines if not PROMETHEUS.fullmatch(line)] == []
    only = here("metrics", "--prometheus", "--session", "co-planning").out
    assert "co-migrate" not in only
    for other in (("--since", "1d"), ("--json",)):
        assert here("metrics", "--prometheus", *other).code == 2


def test_record_says_where(counted_home: Places) -> None:
    """Who asks for the lines is told where they are."""
    said = here("metrics", "--record", "--json")
    assert str(lines_file(counted_home)) in said.err
    assert [json.loads(line)["schema"] for line in lines_file(counted_home).read_text().splitlines()]
