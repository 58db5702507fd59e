"""What status says is what is on disk, whoever put it there and whatever runs."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotemp.messages.run import Outcome
from cotemp.names import DO_EXTENSIONS, do_extension, new_run_id, running_name
from cotemp.panels import register
from cotemp.places import Places, SessionPlaces
from cotemp.runner.engines import ENGINES, engine_of
from cotemp.runs.archive import carry_out, plan
from cotemp.status import SessionStatus, snapshot, survey
from cotemp.status.presence import Claims
from cotemp.store.identity import host_id, identify, this_process
from cotemp.times import local_now, parse_utc, utc
from tests.runs.made import aged, begin, end, legacy_log, ran
from tests.waiting import eventually

from .conftest import Look
from .planting import holding, put

Row = Callable[..., SessionStatus]

LEGACY = Path(__file__).parent.parent / "data" / "legacy"


class TestFolders:
    def test_counts_are_the_originals_and_ours(self, session: SessionPlaces, row: Row) -> None:
        """`*_ps1` are the original's counts, rejected ones included; `*_dos` are those of all engines."""
        put(session.inbox, "any.ps1", "DO_a.PS1", "DO_b.py", "not_a_do.py", "DO_c.txt", "x.ps1.done", ".tmp-0.py")
        put(
            session.outbox, "DO_a-1.ps1", "rejected-b.ps1", "DO_c.sh", "rejected-DO_d.py", "rejected-e.ps1.reasons.json"
        )
        (session.outbox / "DO_folder.ps1").mkdir()
        found = row()
        assert (found.inbox_ps1, found.inbox_dos) == (2, 3)
        assert (found.outbox_ps1, found.outbox_dos) == (2, 4)

    def test_unread_notes_are_those_in_the_inbox(self, session: SessionPlaces, row: Row) -> None:
        """Notes that were read lie in `notes/`; other files are no notes."""
        put(session.inbox, "NOTE_20250909-171330_co-migrate.md", "NOTE_PROFILE_POLICY.md", "readme.md")
        put(session.notes, "NOTE_20250909-171331_co-migrate.md")
        assert row().notes_unread == 2

    def test_the_last_log_is_the_newest_text(self, session: SessionPlaces, row: Row) -> None:
        """By modification time, as the original; JSON logs and folders are none."""
        assert row().last_log == ""
        put(session.logs, "a.txt", age=5)
        put(session.logs, "z.txt", age=9)
        put(session.logs, "b.json")
        assert row().last_log == "a.txt"

    def test_the_oldest_do_that_waits(self, session: SessionPlaces, row: Row) -> None:
        """In the inbox or for a human; a note does not wait, and a time in the future is no age."""
        put(session.inbox, "NOTE_1.md", age=500)
        assert row().oldest_waiting_s is None
        put(session.inbox, "DO_a.py", age=41.5)
        assert row().oldest_waiting_s == 41
        put(session.held, running_name(new_run_id(local_now()), "DO_b.py"), age=90.5)
        assert (row().held, row().oldest_waiting_s) == (1, 90)
        put(session.inbox, "DO_a.py", age=-90)
        shutil.rmtree(session.held)
        assert row().oldest_waiting_s == 0

    def test_what_gc_cleared_away_still_counts(self, places: Places, session: SessionPlaces, row: Row) -> None:
        """The outbox' counts never go down."""
        ran(places, session)
        legacy_log(session, "DO_a-20250909-044442-28216")
        put(session.outbox, "DO_a-20250909-044442-28216.ps1")
        before = row()
        aged(60, session.logs, session.outbox)
        carry_out(places, plan(places, 30 * 86400))
        assert not list(session.outbox.iterdir())
        assert (row().outbox_ps1, row().outbox_dos) == (before.outbox_ps1, before.outbox_dos) == (1, 2)

    def test_ten_thousand_notes(self, session: SessionPlaces, row: Row) -> None:
        """A full inbox is counted, each note once."""
        for number in range(10_000):
            (session.inbox / f"NOTE_20250909-171330-{number:06d}_co-planning.md").touch()
        assert row().notes_unread == 10_000

    @given(st.from_regex(r"(?i)(rejected-)?(do_|do|x)?[a-z.]{0,3}(\.ps1|\.py|\.sh|\.txt|)", fullmatch=True))
    def test_status_and_the_engines_agree_on_what_is_a_do(self, name: str) -> None:
        """What would be run is what is counted."""
        engine = engine_of(name, ENGINES)
        assert do_extension(name) == (engine.extension if engine else None)
        assert set(DO_EXTENSIONS) == {one.extension for one in ENGINES.values()}


class TestLedger:
    def test_runs_of_today_by_outcome(self, places: Places, session: SessionPlaces, look: Look) -> None:
        """Only those of this local day, each session its own."""
        ran(places, session)
        ran(places, session)
        ran(places, session, Outcome.FAILED)
        (found,) = look().sessions
        assert found.runs_today == {"passed": 2, "failed": 1}
        (tomorrow,) = snapshot(places, local_now() + timedelta(days=1)).sessions
        assert tomorrow.runs_today == {}

    def test_what_runs_now(self, places: Places, session: SessionPlaces, row: Row) -> None:
        """A run is running as long as a watcher of its session lives; then nobody knows its outcome."""
        with holding(places, "watch-co-migrate"):
            run = begin(places, session)
            found = row()
            assert [(one.run_id, one.title) for one in found.running] == [(run.id, "Smoke")]
            assert parse_utc(found.running[0].since or "") <= local_now()
            assert found.unknown == 0
        eventually(lambda: row().unknown == 1)
        assert row().running == ()

    def test_a_watcher_that_comes_while_we_look(
        self, places: Places, session: SessionPlaces, row: Row, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A run that begins between two glances is no lost one."""
        begin(places, session)
        with holding(places, "watch-co-migrate"):
            monkeypatch.setattr(survey, "read_claims", lambda *_: Claims({}, None, None))
            assert (len(row().running), row().unknown) == (1, 0)

    def test_an_unknown_outcome(self, places: Places, session: SessionPlaces, row: Row) -> None:
        """It counts until a human has taken notice."""
        ran(places, session, Outcome.UNKNOWN)
        assert row().unknown == 1

    def test_nothing_is_kept_of_a_ledger_that_changes(self, places: Places, session: SessionPlaces, row: Row) -> None:
        """Every outcome is seen at once, also right after a look."""
        run = begin(places, session)
        for passed in range(5):
            end(places, session, run)
            assert row().runs_today == {"passed": passed + 1}
            run = begin(places, session)


class TestProcesses:
    def test_a_watcher_that_lives_and_one_that_was_killed(
        self, places: Places, session: SessionPlaces, row: Row
    ) -> None:
        """Its state comes from the process, not from what it wrote."""
        assert (row().watcher.state, row().watcher.pid) == ("stopped", None)
        with holding(places, "watch-co-migrate") as process:
            found = row().watcher
            assert (found.state, found.pid, found.host) == ("running", process.pid, host_id())
            assert found.since
            process.send_signal(signal.SIGKILL)
            process.wait()
            assert row().watcher.state == "stopped"

    def test_the_daemon(self, places: Places, look: Look) -> None:
        """It runs, or it does not; one that was killed is a reason to look."""
        assert (look().supervisor.state, look().attention) == ("stopped", ())
        with holding(places, "daemon") as process:
            found = look()
            assert (found.supervisor.state, found.supervisor.pid, found.attention) == ("running", process.pid, ())
        (sentence,) = look().attention
        assert sentence.startswith(f"the daemon (process {process.pid}) ended")
        assert sentence.endswith(": cotemp up")

    def test_a_watcher_in_another_container(self, places: Places, session: SessionPlaces, row: Row) -> None:
        """What lives where we cannot look is elsewhere, never dead."""
        machine, boot, _ = host_id().split(".")
        record = {"pid": 7, "host": f"{machine}.{boot}.1", "start_token": "1", "since": utc(local_now()), "what": "w"}
        (places.locks / "watch-co-migrate.json").write_text(json.dumps(record))
        assert (row().watcher.state, row().watcher.pid) == ("elsewhere", 7)

    def test_panels(self, places: Places, session: SessionPlaces, look: Look) -> None:
        """A panel is a row, alive or not known; a dead one leaves its name to its session."""
        register(places, "Migrate", "co-migrate", this_process())
        register(places, "Plan", "co-planning", this_process())
        (places.panels / "1.json").write_text(json.dumps({"pid": 1, "name": "Old", "session_id": "CO-migrate"}))
        found = [(row.name, row.session, row.pid, row.alive) for row in look().sessions]
        mine = os.getpid()
        assert found == [
            ("Migrate", "co-migrate", mine, True),
            ("Old", "co-migrate", 1, None),
            ("Plan", "co-planning", mine, True),
        ]
        dead = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        process = identify(dead.pid)
        assert process
        register(places, "Review", "co-review", process)
        dead.communicate()
        assert [(row.name, row.pid, row.alive) for row in look().sessions if row.session == "co-review"] == [
            ("Review", None, False)
        ]

    def test_a_panel_whose_session_is_gone(self, places: Places, look: Look) -> None:
        """It is there still, with nothing in it."""
        session = places.session(register(places, "Gone", "co-gone", this_process()).session_id)
        shutil.rmtree(session.root)
        (found,) = look().sessions
        assert (found.name, found.session, found.inbox_ps1, found.last_log) == ("Gone", "co-gone", 0, "")

    def test_a_panel_that_is_written_over(self, places: Places, session: SessionPlaces, look: Look) -> None:
        """The original writes records in place; the new one counts at once."""
        file = places.panels / "1.json"
        file.parent.mkdir()
        for name in ("One", "Two", "Six"):
            file.write_text(json.dumps({"pid": 1, "name": name, "session_id": "co-migrate"}))
            assert [row.name for row in look().sessions] == [name]


class TestLegacy:
    @pytest.fixture
    def legacy(self, tmp_path: Path) -> Places:
        """A home of the original, as it was found."""
        home = Places.at(tmp_path / "Legacy", root=tmp_path / "state")
        shutil.copytree(LEGACY, home.home)
        return home

    def test_a_home_of_the_original(self, legacy: Places) -> None:
        """Its panels, notes and logs are understood; nothing is written into it."""
        before = sorted(legacy.home.rglob("*"))
        found = snapshot(legacy, local_now())
        rows = [(row.name, row.session, row.pid, row.alive, row.last_log[:9]) for row in found.sessions]
        assert rows == [
            ("Migrate", "co-migrate", 15204, None, "DO_DO-Smo"),
            ("Migrate", "co-migrate", 9244, None, "DO_DO-Smo"),
            ("co-planning", "co-planning", None, False, ""),
        ]
        assert [row.notes_unread for row in found.sessions] == [1, 1, 0]
        assert sorted(legacy.home.rglob("*")) == before

    def test_a_home_that_nobody_may_write(self, legacy: Places) -> None:
        """Status needs to write nowhere: neither into the home nor into the state."""
        legacy.state.parent.write_text("a file, where a folder should be")
        assert len(snapshot(legacy, local_now()).sessions) == 3


class TestVanishing:
    def test_no_home(self, tmp_path: Path) -> None:
        """A home that is not there is told, not made."""
        places = Places.at(tmp_path / "Nowhere", root=tmp_path / "state")
        found = snapshot(places, local_now())
        assert found.sessions == ()
        assert found.attention == (f"there is no home {places.home}: cotemp init",)
        assert not places.home.exists()
        assert not places.state.exists()

    @pytest.mark.parametrize("victim", ["home", "session", "inbox"])
    def test_what_vanishes_midway(
        self, places: Places, session: SessionPlaces, monkeypatch: pytest.MonkeyPatch, victim: str
    ) -> None:
        """Whatever is removed while we look is just not there."""
        put(session.inbox, "DO_a.py")
        doomed = {"home": places.home, "session": session.root, "inbox": session.inbox}[victim]
        scandir = os.scandir

        def vanishing(path: str) -> object:
            if str(path).endswith("inbox") and doomed.exists():
                shutil.rmtree(doomed)
            return scandir(path)

        monkeypatch.setattr("cotemp.status.folders.os.scandir", vanishing)
        found = snapshot(places, local_now())
        assert [(row.session, row.inbox_dos) for row in found.sessions] == [("co-migrate", 0)]
