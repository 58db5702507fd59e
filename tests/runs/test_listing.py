"""Runs are listed and found wherever they are known from."""

from __future__ import annotations

import json
import os
import shutil
import sys
from datetime import timedelta

import pytest

from cotemp.errors import UnknownRun
from cotemp.messages.run import Outcome
from cotemp.names import running_name
from cotemp.places import Places, SessionPlaces
from cotemp.runs import find, listing, survey
from cotemp.runs.details import do_file, document
from cotemp.store.claims import hold
from cotemp.times import local_now

from .made import LEGACY, aged, begin, end, legacy_log, ran


def test_a_run_is_listed_from_its_intent_on(places: Places, session: SessionPlaces) -> None:
    """A run has a row while it runs, without outcome and log, and the same row with both when it has ended."""
    with hold(places, f"watch-{session.id}", "watching"):
        run = begin(places, session)
        (row,) = listing(places)
        assert (row.run_id, row.session, row.title, row.engine) == (run.id, "co-migrate", "Smoke", "python")
        assert (row.outcome, row.log, row.ended) == (None, None, None)
        end(places, session, run, Outcome.FAILED)
    (row,) = listing(places)
    assert (row.outcome, row.reason, row.log) == ("failed", "why", str(session.logs / f"{run.base}.txt"))


def test_a_run_without_a_watcher_is_unknown(places: Places, session: SessionPlaces) -> None:
    """An intent without an outcome is unknown as soon as nobody is left who could write one."""
    run = begin(places, session)
    (row,) = listing(places)
    assert row.outcome == "unknown"
    assert "cotemp up" in (row.reason or "")
    assert [one.run_id for one in listing(places, failed=True)] == [run.id]


def test_a_listing_is_narrowed(places: Places, session: SessionPlaces) -> None:
    """--session, --since and --failed leave out what they say, foreign runs too."""
    other = places.session("co-planning")
    other.make()
    passed, failed = ran(places, session), ran(places, other, Outcome.TIMED_OUT)
    legacy_log(session, "DO_a-20250909-044442-28216")
    assert {row.run_id for row in listing(places, "CO-migrate")} == {passed.id, "20250909-044442-28216"}
    assert [row.run_id for row in listing(places, failed=True)] == [failed.id]
    assert [row.run_id for row in listing(places, since=local_now() - timedelta(hours=1))] == [passed.id, failed.id]
    assert listing(places, since=local_now() + timedelta(hours=1)) == []


def test_the_originals_logs_are_runs_too(places: Places, session: SessionPlaces) -> None:
    """A log of the PowerShell original is a row like any other, in its place by time."""
    run = ran(places, session)
    legacy_log(session, "DO_DO-Smoke_044440-20250909-044442-28216")
    legacy, own = listing(places)
    assert own.run_id == run.id
    assert (legacy.run_id, legacy.title, legacy.engine) == ("20250909-044442-28216", "DO_DO-Smoke_044440", "pwsh")
    assert (legacy.outcome, legacy.exit_code) == ("passed", None)
    assert (legacy.started, legacy.ended) == ("2025-09-09T08:44:42.267Z", "2025-09-09T08:44:42.613Z")
    assert legacy.log == str(session.logs / "DO_DO-Smoke_044440-20250909-044442-28216.txt")


def test_our_own_logs_survive_the_ledger(places: Places, session: SessionPlaces) -> None:
    """When this machine's state is lost, or another machine made them, runs are listed from their logs."""
    failed = ran(places, session, Outcome.FAILED)
    (before,) = listing(places)
    shutil.rmtree(places.state)
    assert listing(places) == [before]
    assert find(places, failed.id).row == before


def test_a_copy_by_a_synchroniser_is_no_second_run(places: Places, session: SessionPlaces) -> None:
    """A "conflicted copy" of a log of ours is the same run."""
    run = ran(places, session)
    shutil.copy(session.logs / f"{run.base}.json", session.logs / f"{run.base} (conflicted copy).json")
    assert len(listing(places)) == 1
    shutil.rmtree(places.state)
    assert len(listing(places)) == 1


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"{}", b'{"result": 7}', b"\xff\xfe", b'{"result": "maybe"}', b"[" * 100_000],
    ids=["empty", "cut", "list", "bare", "number", "binary", "other", "deep"],
)
def test_a_broken_log_is_counted(places: Places, session: SessionPlaces, data: bytes) -> None:
    """A JSON log that nobody can read is told of, and hides none of the others."""
    bad = legacy_log(session, "DO_bad-20250909-044442-1", data)
    legacy_log(session, "DO_good-20250909-044443-1")
    found = survey(places)
    assert [entry.base for entry in found.entries] == ["DO_good-20250909-044443-1"]
    assert found.unreadable == [bad]


@pytest.mark.parametrize("key", ["ts", "do_title", "events", "run_id", "engine", "exit_code", "started", "reason"])
@pytest.mark.parametrize("value", [None, 10**30, "\ud800\x1b[31m", [], {"elapsed_ms": "x"}, True])
def test_nothing_in_a_log_is_believed(places: Places, session: SessionPlaces, key: str, value: object) -> None:
    """Whatever stands in a foreign log, its row has the pinned types and can be written down."""
    document = json.loads(LEGACY) | {"schema": 1, key: value}
    legacy_log(session, "DO_odd-20250909-044442-1", json.dumps(document).encode())
    for _ in range(2):
        (row,) = listing(places)
        assert isinstance(row.title, str)
        assert row.exit_code is None or isinstance(row.exit_code, int)
        json.dumps([row.run_id, row.title, row.engine, row.reason, row.started], ensure_ascii=False).encode()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no FIFOs among its files")
def test_no_fifo_stops_it(places: Places, session: SessionPlaces) -> None:
    """A FIFO among the logs is no log, and nobody waits for it."""
    if sys.platform != "win32":
        os.mkfifo(session.logs / "DO_x-20250909-044442-1.json")
    assert len(survey(places).unreadable) == 1


def test_what_was_read_is_remembered(places: Places, session: SessionPlaces) -> None:
    """A foreign log is read once; when it changes it is read again, and what is gone is forgotten."""
    path = legacy_log(session, "DO_a-20250909-044442-1")
    aged(1, session.logs)
    first = listing(places)
    then = path.stat().st_mtime_ns
    path.write_bytes(LEGACY.replace(b'"pass"', b'"fail"'))
    os.utime(path, ns=(then, then))
    assert listing(places) == first
    path.touch()
    assert listing(places)[0].outcome == "failed"
    path.unlink()
    assert listing(places) == []


def test_a_log_that_is_being_written_is_read_again(places: Places, session: SessionPlaces) -> None:
    """A log seen half-written is not remembered as broken, even if its time does not change."""
    path = legacy_log(session, "DO_a-20250909-044442-1", LEGACY[:40].ljust(len(LEGACY)))
    when = path.stat().st_mtime_ns
    assert listing(places) == []
    path.write_bytes(LEGACY)
    os.utime(path, ns=(when, when))
    assert len(listing(places)) == 1


def test_a_damaged_memory_is_made_anew(places: Places, session: SessionPlaces) -> None:
    """The memory of foreign logs may be damaged or locked; the list is the same."""
    legacy_log(session, "DO_a-20250909-044442-1")
    aged(1, session.logs)
    first = listing(places)
    memory = places.state / "foreign.db"
    memory.write_bytes(b"not a database" * 1000)
    assert listing(places) == first
    data = bytearray(memory.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    memory.write_bytes(data)
    assert listing(places) == first
    assert listing(places) == first


def test_a_home_without_anything_has_no_runs(places: Places) -> None:
    """Listing creates nothing."""
    shutil.rmtree(places.state)
    assert listing(places) == []
    assert not places.state.exists()


def test_find_by_prefix_and_last(places: Places, session: SessionPlaces) -> None:
    """A run is found by its id, by a prefix that no other has, and as `last`."""
    first, second = ran(places, session), ran(places, session)
    assert find(places, first.id).row.run_id == first.id
    assert find(places, second.id[:-1]).row.run_id == second.id
    assert find(places, "last").row.run_id == second.id
    with pytest.raises(UnknownRun, match="fits 2 runs"):
        find(places, first.id[:8])
    with pytest.raises(UnknownRun, match="no run is called 'zzz'"):
        find(places, "zzz")


def test_find_one_of_two_of_one_second(places: Places, session: SessionPlaces) -> None:
    """Two runs of the original that share an id are told apart by the names of their files."""
    legacy_log(session, "DO_a-20250909-044442-28216")
    legacy_log(session, "DO_b-20250909-044442-28216")
    with pytest.raises(UnknownRun, match="DO_a-20250909-044442-28216"):
        find(places, "20250909-044442-28216")
    assert find(places, "DO_b-20250909-044442-28216").base == "DO_b-20250909-044442-28216"
    assert document(places, find(places, "DO_b-20250909-044442-28216"))["result"] == "pass"


def test_find_by_the_name_of_its_files(places: Places, session: SessionPlaces) -> None:
    """A run is found by the common name of its files, ours too."""
    ran(places, session)
    run = ran(places, session)
    assert find(places, run.base).row.run_id == run.id


def test_find_its_do(places: Places, session: SessionPlaces) -> None:
    """The DO is found under running/ while it runs, and in the outbox after."""
    with hold(places, f"watch-{session.id}", "watching"):
        run = begin(places, session)
        assert do_file(places, find(places, run.id)) == session.running / running_name(run.id, run.do_file)
    end(places, session, run)
    assert do_file(places, find(places, run.id)) == session.outbox / f"{run.base}.py"
