"""Whoever edits the ledger behind its back is found out, at the place of the edit."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from cotemp.errors import DamagedData
from cotemp.messages.run import Outcome, State
from cotemp.places import Places
from cotemp.store.ledger import Ledger
from cotemp.store.ledger.chain import NOTHING, entry_digest
from cotemp.store.ledger.verifying import Broken

from .ledgers import ME, a_run, ended, eventful


def edit(places: Places, *statements: str) -> None:
    """Change the file as any program of the user could."""
    with closing(sqlite3.connect(places.ledger)) as db, db:
        for statement in statements:
            assert db.execute(statement).rowcount != 0, f"nothing was edited: {statement}"


def found(places: Places) -> Broken:
    """What is told of an edit."""
    with Ledger(places, create=False) as ledger:
        broken = ledger.verify()
    assert broken
    return broken


def test_every_act_is_an_event(places: Places) -> None:
    """A ledger in which everything happened tells of all of it in order, and is whole."""
    with Ledger(places) as ledger:
        runs = eventful(ledger)
        assert ledger.verify() is None
        entries = ledger.events()
        assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
        assert {entry.kind for entry in entries} == {
            "intended", "withdrawn", "held", "approved", "denied", "began", "refused", "rejected", "applying",
            "concluded", "filed", "changed", "settled", "granted", "revoked", "child",
        }  # fmt: skip
        kinds = [entry.kind for entry in ledger.events(runs["approved"].id)]
        assert kinds == ["held", "approved", "began", "child", "concluded", "settled"]
        assert [entry.seq for entry in ledger.events(limit=2)] == [len(entries) - 1, len(entries)]
        assert {entry.kind for entry in ledger.events(session="co-y")} == set()


EDITS = {
    "its data": ("UPDATE events SET data=replace(data, 'approved one', 'other one') WHERE seq=6", 6, "it was changed"),
    "its user": ("UPDATE events SET who='nobody' WHERE kind='approved'", None, "it was changed"),
    "its time": ("UPDATE events SET at='2020-01-01T00:00:00.000Z' WHERE seq=1", 1, "it was changed"),
    "a gap": ("DELETE FROM events WHERE seq IN (4, 5)", 4, "events 4 to 5 are missing"),
    "the tail": ("DELETE FROM events WHERE seq > 20", 21, "are missing"),
    "all of them": ("DELETE FROM events", 1, "are missing"),
    "the outcome": ("UPDATE runs SET outcome='passed' WHERE outcome='refused'", None, "run's outcome"),
    "the log": ("UPDATE runs SET log=replace(log, 'DO-Smoke', 'DO-Other') WHERE state='running'", None, ""),
    "the state": ("UPDATE runs SET state='running' WHERE state='held'", None, "run's state"),
    "the bytes": (f"UPDATE runs SET sha256='{'0' * 64}' WHERE state='held'", None, "another column"),
    "a row": ("DELETE FROM runs WHERE outcome='rejected'", None, "row is missing"),
    "a used approval": ("UPDATE decisions SET ended=NULL WHERE kind='approval'", None, "used up"),
    "a longer approval": ("UPDATE decisions SET until='2999' WHERE kind='approval'", None, "is not what it was"),
    "a denial": ("DELETE FROM decisions WHERE kind='denial'", None, "decision that it tells of is missing"),
    "a revoked grant": ("UPDATE decisions SET ended=NULL WHERE id='g-2'", None, "used up"),
    "a wider grant": (
        """UPDATE decisions SET body=replace(body, '"writes":false', '"writes":true')""",
        None,
        "not what",
    ),
    "a higher ceiling": ("UPDATE children SET ceiling=replace(ceiling, 'false', 'true')", None, "differs"),
    "a child": ("DELETE FROM children", None, "DO that it tells of is missing"),
    "a forged approval": (
        "INSERT INTO decisions SELECT 'a-forged', kind, 'x', until, body, 3, NULL FROM decisions"
        " WHERE kind='approval' LIMIT 1",
        3,
        "was put in",
    ),
    "a forged run": (
        "INSERT INTO runs SELECT 'x', session, NULL, do_file, title, engine, sha256, base, repo, state, outcome,"
        " reason, queued, started, ended, day, exit_code, settled, filed, retry_of, watcher, log, changes, pending"
        " FROM runs LIMIT 1",
        0,
        "no event tells of this run",
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_is_found(places: Places, name: str) -> None:
    """What was changed, removed or put in is named with the number of its event."""
    statement, seq, what = EDITS[name]
    with Ledger(places) as ledger:
        runs = eventful(ledger)
        if name == "the log":
            ledger.intend(a_run(), ME)
        assert ledger.verify() is None
    edit(places, statement)
    broken = found(places)
    assert what in broken.what
    if seq is not None:
        assert broken.seq == seq
    if name == "the outcome":
        assert (broken.kind, broken.run_id) == ("refused", runs["denied"].id)


def test_events_that_change_places_are_found(places: Places) -> None:
    """Two events that are swapped break the chain at the first of them."""
    with Ledger(places) as ledger:
        eventful(ledger)
    edit(
        places,
        "UPDATE events SET seq=-1 WHERE seq=5",
        "UPDATE events SET seq=5 WHERE seq=6",
        "UPDATE events SET seq=6 WHERE seq=-1",
    )
    assert found(places).seq == 5


def rewrite(places: Places, change: Callable[[list[list[object]]], None]) -> None:
    """Change the events and compute all digests anew: what somebody does who has read the code."""
    with closing(sqlite3.connect(places.ledger)) as db, db:
        events = [list(values) for values in db.execute("SELECT * FROM events ORDER BY seq")]
        change(events)
        db.execute("DELETE FROM events")
        previous = NOTHING
        for seq, values in enumerate(events, start=1):
            values[0], values[6] = seq, previous
            values[7] = previous = entry_digest(tuple(values[:7]))
            db.execute("INSERT INTO events VALUES (?,?,?,?,?,?,?,?)", values)


def test_a_chain_written_anew_is_found(places: Places) -> None:
    """Digests that were all computed anew do not lead to the one that the head file knows."""
    with Ledger(places) as ledger:
        eventful(ledger)
    rewrite(places, lambda events: events[2].__setitem__(4, "nobody"))
    assert "the chain was written anew" in found(places).what


def test_an_event_that_was_put_in_is_found(places: Places) -> None:
    """An event between two others, with a digest of its own that is right, does not fit the next one."""
    with Ledger(places) as ledger:
        eventful(ledger)
    edit(places, "UPDATE events SET seq=seq+1000 WHERE seq > 3", "UPDATE events SET seq=seq-999 WHERE seq > 1000")
    with closing(sqlite3.connect(places.ledger)) as db, db:
        previous = db.execute("SELECT digest FROM events WHERE seq=3").fetchone()[0]
        forged = (4, "2026-01-01T00:00:00.000Z", None, "granted", "me", "{}", previous)
        db.execute("INSERT INTO events VALUES (?,?,?,?,?,?,?,?)", (*forged, entry_digest(forged)))
    assert found(places).seq == 5


def test_an_event_with_a_digest_made_anew_is_found(places: Places) -> None:
    """An edited event whose own digest was made anew does not fit the one that follows it."""
    with Ledger(places) as ledger:
        eventful(ledger)
    with closing(sqlite3.connect(places.ledger)) as db, db:
        edited = [*db.execute("SELECT * FROM events WHERE seq=3").fetchone()][:7]
        edited[4] = "nobody"
        db.execute("UPDATE events SET who='nobody', digest=? WHERE seq=3", (entry_digest(tuple(edited)),))
    broken = found(places)
    assert (broken.seq, "does not follow the event before it" in broken.what) == (4, True)


def head(places: Places) -> Path:
    return places.ledger.with_suffix(".head")


def test_a_head_that_is_gone(places: Places) -> None:
    """Without the head file nobody can tell what was cut off, and that is said, also after the next event."""
    with Ledger(places) as ledger:
        eventful(ledger)
        head(places).unlink()
        ledger.intend(a_run(), ME)
    assert "missing or damaged" in found(places).what


def test_what_was_cut_off_stays_known(places: Places) -> None:
    """Events that follow a cut do not cover it up."""
    with Ledger(places) as ledger:
        for _ in range(3):
            ledger.intend(a_run(), ME)
    edit(places, "DELETE FROM events WHERE seq=3", "DELETE FROM runs WHERE rowid=3")
    assert found(places).seq == 3
    with Ledger(places) as ledger:
        for _ in range(3):
            ledger.intend(a_run(), ME)
    assert (found(places).seq, "written anew" in found(places).what) == (3, True)


def test_a_head_that_lags_behind_is_no_sign(places: Places) -> None:
    """A crash between an event and its head is no edit; the next event takes the head along."""
    with Ledger(places) as ledger:
        ledger.intend(a_run(), ME)
        before = head(places).read_bytes()
        ledger.intend(a_run(), ME)
        head(places).write_bytes(before)
        assert ledger.verify() is None
        ledger.intend(a_run(), ME)
        assert head(places).read_bytes().startswith(b"%020d " % 3)
        assert ledger.verify() is None


OLD = """
CREATE TABLE runs (
    run_id TEXT PRIMARY KEY, session TEXT NOT NULL, do_id TEXT, do_file TEXT NOT NULL, title TEXT NOT NULL,
    engine TEXT, sha256 TEXT NOT NULL, base TEXT NOT NULL, repo TEXT, state TEXT NOT NULL, outcome TEXT,
    reason TEXT, queued TEXT NOT NULL, started TEXT, ended TEXT, day TEXT, exit_code INTEGER,
    settled INTEGER NOT NULL DEFAULT 0, filed INTEGER NOT NULL DEFAULT 0, retry_of TEXT, watcher TEXT, log TEXT NOT NULL
);
CREATE UNIQUE INDEX one_run_per_do ON runs (do_id) WHERE do_id IS NOT NULL;
CREATE INDEX by_day ON runs (day, session, outcome);
CREATE INDEX open_runs ON runs (session) WHERE filed = 0;
CREATE INDEX open_questions ON runs (session) WHERE outcome = 'unknown' AND settled = 0;
"""
"""What the version before there were events made."""


@pytest.fixture
def old(places: Places) -> Places:
    """A ledger of that version: one run that passed, one that was under way."""
    runs = {name: a_run() for name in ("done", "running")}
    with closing(sqlite3.connect(places.ledger)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.executescript(OLD)
        for name, run in runs.items():
            db.execute(
                "INSERT INTO runs (run_id, session, do_file, title, sha256, base, state, outcome, queued, log) "
                "VALUES (?,'co-x','DO_a.py','DO-Smoke','ab','DO_a',?,?,'2026-01-01T00:00:00.000Z',?)",
                (run.id, name, "passed" if name == "done" else None, json.dumps(run.log())),
            )
        db.commit()
    return places


@pytest.mark.parametrize("create", [True, False])
def test_an_old_ledger_is_upgraded(old: Places, *, create: bool) -> None:
    """A ledger of the version before keeps its runs, gets a chain, and goes on."""
    with Ledger(old, create=create) as ledger:
        done, running = ledger.rows()
        assert (done.outcome, running.state) == (Outcome.PASSED, State.RUNNING)
        assert [entry.kind for entry in ledger.events()] == ["adopted", "adopted"]
        ledger.conclude(running.run_id, ended())
        assert ledger.verify() is None
    with Ledger(old) as ledger:
        assert len(ledger.events()) == 3
        assert ledger.verify() is None
    edit(old, "UPDATE runs SET outcome='failed' WHERE rowid=1")
    assert found(old).run_id == done.run_id


def test_a_ledger_of_a_newer_cotemp_is_left_alone(places: Places) -> None:
    """What a later version wrote is not touched."""
    Ledger(places).close()
    with closing(sqlite3.connect(places.ledger)) as db:
        db.execute("PRAGMA user_version=99")
    with pytest.raises(DamagedData, match="newer cotemp"):
        Ledger(places)
