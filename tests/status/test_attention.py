"""What needs a human is said, once, with the command that helps; what needs nobody is not."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from cotemp.config import trust
from cotemp.dos import drop
from cotemp.messages.do import Draft, Repo
from cotemp.messages.language import LANGUAGES
from cotemp.messages.run import Outcome
from cotemp.names import new_run_id, running_name
from cotemp.places import Places, SessionPlaces, own_config_file
from cotemp.runs.acts import cancel
from cotemp.status import snapshot
from cotemp.store.claims import hold, hold_repo
from cotemp.store.owner import take
from cotemp.times import local_now
from tests.runs.made import begin, ran

from .conftest import Look
from .planting import holding, own, put


def claimed(name: str = "DO_a.py") -> str:
    return running_name(new_run_id(local_now()), name)


def test_nothing_needs_anybody(places: Places, session: SessionPlaces, look: Look) -> None:
    """A home in which all went well says nothing; unread notes and failed runs are no reason."""
    ran(places, session)
    ran(places, session, Outcome.FAILED)
    put(session.inbox, "NOTE_1.md")
    with holding(places, "watch-co-migrate"):
        assert look().attention == ()


def test_held(session: SessionPlaces, look: Look) -> None:
    """A DO that waits for a human."""
    put(session.held, claimed())
    assert look().attention == ("1 DO held in co-migrate: cotemp held",)
    put(session.held, claimed())
    assert look().attention == ("2 DOs held in co-migrate: cotemp held",)


def test_an_unknown_outcome(places: Places, session: SessionPlaces, look: Look) -> None:
    """A run that nobody knows the outcome of is shown."""
    run = ran(places, session, Outcome.UNKNOWN)
    assert look().attention == (f"1 run of unknown outcome in co-migrate: cotemp show {run.id}",)


def test_a_run_without_a_watcher(places: Places, session: SessionPlaces, look: Look) -> None:
    """A run whose watcher is gone, and a DO that was taken and never started."""
    run = begin(places, session)
    (sentence,) = look().attention
    assert sentence == "1 run in co-migrate left without a watcher: cotemp up co-migrate"
    (session.running / running_name(run.id, run.do_file)).rename(session.running / claimed())
    assert look().attention[1] == "1 DO in co-migrate left half-way by a watcher that ended: cotemp up co-migrate"


def test_notice_was_taken(places: Places, session: SessionPlaces, look: Look) -> None:
    """What a human has seen and settled is not said again."""
    runs = [ran(places, session, Outcome.UNKNOWN), begin(places, session)]
    assert (len(look().attention), look().sessions[0].unknown) == (2, 2)
    for run in runs:
        cancel(places, run.id, "me")
    assert (look().attention, look().sessions[0].unknown) == ((), 0)


class TestWaiting:
    def test_nobody_watches(self, places: Places, session: SessionPlaces, look: Look) -> None:
        """DOs wait, and no watcher runs."""
        put(session.inbox, "DO_a.py", "DO_b.py")
        assert look().attention == ("2 DOs wait in co-migrate, and no watcher runs: cotemp up co-migrate",)

    def test_many_sessions_are_one_sentence(self, places: Places, look: Look) -> None:
        """However many sessions wait, they are told in a line."""
        for number in range(6):
            session = places.session(f"co-{number}")
            session.make()
            put(session.inbox, "DO_a.py")
        assert look().attention == (
            "6 DOs wait in co-0, co-1, co-2 and 3 more, and no watcher runs: cotemp up co-0 co-1 co-2 ...",
        )

    def test_the_program_is_missing(
        self, places: Places, session: SessionPlaces, look: Look, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        """A DO for PowerShell where there is none says what to install; as soon as it is there, it does not."""
        programs = tmp_path / "bin"
        programs.mkdir()
        monkeypatch.setenv("PATH", str(programs))
        put(session.inbox, "DO_a.ps1")
        with holding(places, "watch-co-migrate"):
            for _ in range(2):
                (sentence,) = look().attention
                assert sentence.startswith("1 DO waits in co-migrate: PowerShell not found; install it")
            (programs / "pwsh").write_text("#!/bin/sh\n")
            (programs / "pwsh").chmod(0o755)
            assert look().attention == ()

    def test_the_repo_is_busy(self, places: Places, session: SessionPlaces, look: Look, tmp_path: Path) -> None:
        """A DO whose repo another run holds says which."""
        draft = Draft("T", "pass", "co-migrate", Repo("x", str(tmp_path)))
        dropped = drop(places, "co-migrate", draft, LANGUAGES["python"])
        with holding(places, "watch-co-migrate"), hold_repo(places, tmp_path, "run 20261121-1"):
            assert look().attention == (), "it may have come just now"
            os.utime(dropped.path, (time.time() - 5,) * 2)
            (sentence,) = look().attention
            assert sentence.startswith(f"1 DO waits in co-migrate: repo {tmp_path} is busy, held by run 20261121-1 (")
            begin(places, session)
            assert look().attention == (), "the session is at work: its DOs wait for their turn"

    def test_nobody_knows_why(self, places: Places, session: SessionPlaces, look: Look) -> None:
        """A DO that should have been taken long ago is a reason to look; one that has just come is none."""
        put(session.inbox, "DO_a.py", age=30)
        with holding(places, "watch-co-migrate"):
            assert look().attention == ()
            put(session.inbox, "DO_a.py", age=300)
            (sentence,) = look().attention
            assert sentence == "1 DO waits in co-migrate, the first for 5 min, although it is watched: cotemp doctor"


class TestOwners:
    def test_another_machine(self, places: Places, session: SessionPlaces, look: Look) -> None:
        """A session that another machine runs is fine, until this one is asked to run it."""
        own(session)
        found = look()
        assert (found.attention, found.sessions[0].watcher.state) == ((), "elsewhere")
        assert found.sessions[0].watcher.since == "2026-11-21T08:00:00.000Z"
        put(session.inbox, "DO_a.py")
        (sentence,) = look().attention
        assert sentence.startswith("co-migrate is run by another machine (aaaaaaaaaaaa, since")
        assert sentence.endswith(": cotemp take co-migrate")
        take(session)
        assert look().sessions[0].watcher.state == "stopped"

    def test_settings_that_want_it_here(self, places: Places, session: SessionPlaces, look: Look) -> None:
        """A session that the settings have watched here, and that another machine owns."""
        own(session)
        settings('[sessions.co-migrate]\nname = "Mig"\nwatch = true\n')
        found = look()
        assert found.sessions[0].name == "Mig"
        assert found.attention[0].endswith(": cotemp take co-migrate")

    def test_what_another_machine_runs(self, session: SessionPlaces, look: Look) -> None:
        """Of what it runs, the file's name is known."""
        own(session)
        put(session.running, "20261121-101502-28216-k3f9__DO_a.py")
        (row,) = look().sessions
        assert [(one.run_id, one.title) for one in row.running] == [("20261121-101502-28216-k3f9", "DO_a.py")]
        assert look().attention == ()

    @pytest.mark.parametrize("text", ["", "{", "[]", '{"host": 1}', "\0"])
    def test_a_broken_record(self, session: SessionPlaces, look: Look, text: str) -> None:
        """Nobody can tell who owns it, even if the record breaks in place, between two looks."""
        take(session)
        assert look().attention == ()
        session.owner.write_text(text)
        (sentence,) = look().attention
        assert "cannot tell which machine owns session co-migrate" in sentence
        assert sentence.endswith("cotemp take co-migrate")


def settings(text: str) -> Path:
    """This machine's settings."""
    file = own_config_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


class TestBrokenThings:
    def test_settings(self, places: Places, session: SessionPlaces, look: Look) -> None:
        """A mistake in the settings is told with file and line; the rest is still shown."""
        file = settings("[sessions.co-migrate]\nwach = true\n")
        (sentence,) = look().attention
        assert f"{file}:2" in sentence
        assert "watch" in sentence
        assert len(look().sessions) == 1
        settings("")
        assert look().attention == ()

    def test_many_mistakes_are_one_sentence(self, session: SessionPlaces, look: Look) -> None:
        """Several mistakes are counted, and doctor, which has room for them, is named."""
        file = settings("[sessions.co-migrate]\nwach = true\n[policy]\nwrite = 1\n")
        assert look().attention == (f"2 things are wrong in {file}: cotemp doctor",)

    def test_settings_behind_a_link(self, session: SessionPlaces, look: Look, tmp_path: Path) -> None:
        """Dotfiles are often links: what they lead to counts."""
        target = tmp_path / "dot" / "agents.toml"
        target.parent.mkdir()
        target.write_text("")
        link = settings("")
        link.unlink()
        link.symlink_to(target)
        assert look().attention == ()
        target.write_text("nonsense")
        assert f"{link}:1" in look().attention[0]

    def test_settings_of_a_stranger(self, places: Places, session: SessionPlaces) -> None:
        """Settings in the home count only once they are trusted."""
        file = places.home / "agents.toml"
        file.write_text('[sessions.co-migrate]\nname = "Theirs"\n')
        before = snapshot(places, local_now(), file)
        assert "cotemp trust" in before.attention[0]
        assert before.sessions[0].name == "co-migrate"
        trust(places, file)
        after = snapshot(places, local_now(), file)
        assert (after.attention, after.sessions[0].name) == ((), "Theirs")

    def test_the_ledger(self, places: Places, session: SessionPlaces, look: Look) -> None:
        """A damaged ledger is told; the folders are still shown."""
        put(session.outbox, "DO_a.ps1")
        ran(places, session)
        places.ledger.with_name("ledger.db-wal").unlink(missing_ok=True)
        places.ledger.write_bytes(b"no database, but long enough to be taken for one" * 100)
        (sentence,) = look().attention
        assert "ledger.db is damaged" in sentence
        assert look().sessions[0].outbox_ps1 == 1

    def test_an_engine_in_the_settings(self, session: SessionPlaces, look: Look) -> None:
        """The DOs of an engine that the settings add are DOs."""
        put(session.inbox, "DO_a.rb")
        assert look().sessions[0].inbox_dos == 0
        ruby = 'argv = ["ruby", "{do}"]\nextension = ".rb"\nheader = "hash"\nprobe = ["ruby", "-v"]\n'
        settings("[engines.ruby]\n" + ruby)
        assert look().sessions[0].inbox_dos == 1

    def test_a_link_for_a_folder(self, places: Places, session: SessionPlaces, look: Look, tmp_path: Path) -> None:
        """A folder that is a link is not followed: it may lead anywhere."""
        outside = tmp_path / "outside"
        outside.mkdir()
        put(outside, "DO_a.py")
        session.inbox.rmdir()
        session.inbox.symlink_to(outside)
        found = look()
        assert found.sessions[0].inbox_dos == 0
        assert found.attention == (f"{session.inbox} is no folder: remove it, then cotemp init",)

    def test_the_counts_of_gc(self, session: SessionPlaces, look: Look) -> None:
        """What gc counted and nobody can read."""
        (session.root / "archive.json").write_text("{")
        assert "archive.json cannot be read" in look().attention[0]

    def test_a_claim_that_nobody_can_read(self, places: Places, session: SessionPlaces, look: Look) -> None:
        """A record that is none says nothing of a watcher."""
        (places.locks / "watch-co-migrate.json").write_text("{")
        with hold(places, "daemon", "the daemon"):
            assert look().sessions[0].watcher.state == "stopped"
