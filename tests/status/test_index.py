"""The index makes status fast, and never wrong: a snapshot with it is a snapshot without it."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cotemp.config import trust
from cotemp.places import Places, SessionPlaces, own_config_file
from cotemp.status import Snapshot, folders, index, snapshot
from cotemp.store.ledger import Ledger
from cotemp.times import local_now
from tests.runs.made import ran
from tests.waiting import eventually

from .conftest import Look
from .planting import own, put

LATER = timedelta(seconds=3)
"""After this, what was planted just now has settled."""


def later(places: Places) -> Snapshot:
    """A snapshot when everything has settled, so that the index holds it."""
    return snapshot(places, local_now() + LATER)


def remembered(places: Places) -> dict[str, Any]:
    """What the index holds; nothing when there is none."""
    if not places.index.exists():
        return {}
    found: dict[str, Any] = json.loads(places.index.read_bytes().partition(b"\n")[2])
    return found


def without_age(found: Snapshot) -> Snapshot:
    """A snapshot without what only the clock changes."""
    return replace(found, generated="", sessions=tuple(replace(row, oldest_waiting_s=None) for row in found.sessions))


@pytest.fixture
def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """No session is listed out of turn, so that nothing but the index is at work."""
    monkeypatch.setattr(folders, "CHECKED", 0)


@pytest.fixture
def blind(unchecked: None, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Who uses this cannot list a session's folders any more once `look_away` was called."""
    return monkeypatch


def look_away(patch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a folder was listed")

    patch.setattr(folders, "_look", refuse)


class TestUse:
    def test_what_did_not_change_is_not_listed(
        self, places: Places, session: SessionPlaces, blind: pytest.MonkeyPatch
    ) -> None:
        """The second look costs some folder times, no listing."""
        put(session.outbox, "DO_a.ps1")
        before = later(places)
        look_away(blind)
        assert without_age(later(places)) == without_age(before)

    def test_what_changed_just_now_is_not_remembered(self, places: Places, session: SessionPlaces, look: Look) -> None:
        """A folder that may change again within its clock's tick is listed again the next time."""
        look()
        assert not any(name.startswith("sessions") for name in remembered(places))
        later(places)
        assert any(name.startswith("sessions") for name in remembered(places))

    def test_only_what_changed_is_listed(
        self, places: Places, unchecked: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Of many sessions only the one that changed."""
        for number in range(20):
            places.session(f"co-{number}").make()
        later(places)
        put(places.session("co-7").logs, "a.txt")
        listed: list[str] = []
        real = folders._look

        def look(root: str, extensions: Collection[str]) -> folders.Contents:
            listed.append(Path(root).name)
            return real(root, extensions)

        monkeypatch.setattr(folders, "_look", look)
        assert [row.session for row in later(places).sessions if row.last_log] == ["co-7"]
        assert listed == ["co-7"]

    def test_it_is_written_only_when_something_is_new(self, places: Places, session: SessionPlaces) -> None:
        """A prompt that asks every second writes nothing."""
        later(places)
        before = places.index.stat()
        for _ in range(3):
            later(places)
        assert (places.index.stat().st_ino, places.index.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)

    def test_it_forgets_what_is_gone(self, places: Places, session: SessionPlaces) -> None:
        """Sessions that were removed do not stay in it for ever."""
        places.session("co-old").make()
        later(places)
        shutil.rmtree(places.session("co-old").root)
        put(session.logs, "a.txt")
        later(places)
        assert "co-old" not in places.index.read_text()

    def test_the_ledger_is_not_opened_twice(
        self, places: Places, session: SessionPlaces, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """SQLite costs more than all the rest."""
        ran(places, session)
        before = later(places)
        monkeypatch.setattr("cotemp.store.ledger.Ledger", None)
        assert later(places).sessions == before.sessions

    def test_it_is_for_this_user_only(self, places: Places, session: SessionPlaces) -> None:
        """It tells what runs."""
        later(places)
        assert os.name == "nt" or places.index.stat().st_mode & 0o077 == 0


class TestDoubt:
    @pytest.mark.parametrize("damage", ["empty", "cut", "no index", "flipped", "other home", "other version"])
    def test_an_index_that_is_not_ours_whole_counts_for_nothing(
        self, places: Places, session: SessionPlaces, damage: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whatever became of the file: the truth is told, and the index is made anew."""
        put(session.outbox, "DO_a.ps1")
        before, data = later(places), places.index.read_bytes()
        damaged = {
            "empty": b"",
            "cut": data[:-5],
            "no index": b"\xff" * 1000,
            "flipped": data.replace(b'".ps1"', b'".ps2"').replace(b"[0,", b"[1,"),
            "other home": data,
            "other version": data,
        }
        places.index.write_bytes(damaged[damage])
        if damage == "other version":
            monkeypatch.setattr(index, "__version__", "0.0.0")
        if damage == "other home":
            other = Places.at(places.home.with_name("Other"), root=places.state.parent)
            other.session("co-migrate").make()
            other.make_state()
            other.index.write_bytes(data)
            assert later(other).sessions[0].outbox_ps1 == 0
        assert without_age(later(places)) == without_age(before)
        assert any(name.startswith("sessions") for name in remembered(places))

    def test_an_index_that_cannot_be_read_or_written(self, places: Places, session: SessionPlaces) -> None:
        """A folder in its place is no reason to fail."""
        places.index.mkdir()
        assert len(later(places).sessions) == 1

    def test_folders_whose_times_tell_nothing(
        self, places: Places, session: SessionPlaces, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Where a change leaves the folder's time alone, that is found out, and every folder is listed from then on."""
        still = SimpleNamespace(st_mtime_ns=1, st_ctime_ns=1, st_ino=1, st_size=1)
        monkeypatch.setattr(index, "lstat", lambda path: still)
        for number in range(9):
            places.session(f"co-{number}").make()
        snapshot(places, local_now())
        for number in range(9):
            put(places.session(f"co-{number}").outbox, "DO_a.ps1")
        assert [row.outbox_ps1 for row in snapshot(places, local_now()).sessions] == [1] * 9 + [0]
        put(session.outbox, "DO_a.ps1")
        assert [row.outbox_ps1 for row in snapshot(places, local_now()).sessions] == [1] * 10

    def test_settings_behind_a_link(self, places: Places, session: SessionPlaces, tmp_path: Path) -> None:
        """What a link leads to may change without the link."""
        target, link = tmp_path / "target.toml", own_config_file()
        link.parent.mkdir(parents=True)
        link.symlink_to(target)
        for name in ("One", "Two"):
            target.write_text(f'[sessions.co-migrate]\nname = "{name}"\n')
            assert later(places).sessions[0].name == name

    def test_settings_that_are_trusted_later(self, places: Places, session: SessionPlaces) -> None:
        """The settings need not change to count from now on."""
        file = places.home / "agents.toml"
        file.write_text('[sessions.co-migrate]\nname = "Theirs"\n')
        assert snapshot(places, local_now() + LATER, file).attention
        trust(places, file)
        assert snapshot(places, local_now() + LATER, file).sessions[0].name == "Theirs"

    def test_a_ledger_that_writes_ahead(self, places: Places, session: SessionPlaces) -> None:
        """SQLite leaves its main file alone for long."""
        with Ledger(places) as ledger:
            for number in range(1, 4):
                ran(places, session)
                assert len(ledger.rows()) == number
                assert later(places).sessions[0].runs_today == {"passed": number}

    def test_every_session_has_its_turn(self) -> None:
        """Whatever the number of sessions, each is listed again some time."""
        for number in range(40):
            ids = [str(one) for one in range(number)]
            turns = {sid for now in range(50) for sid in folders._turn(ids, float(now))}
            assert turns == set(ids)

    def test_a_clock_that_was_wrong(self, places: Places, session: SessionPlaces, unchecked: None) -> None:
        """Folders from the future are listed every time."""
        os.utime(session.logs, (time.time() + 9999,) * 2)
        later(places)
        put(session.logs, "a.txt")
        os.utime(session.logs, (time.time() + 9999,) * 2)
        assert later(places).sessions[0].last_log == "a.txt"

    def test_times_that_are_set_back(self, places: Places, session: SessionPlaces, unchecked: None) -> None:
        """Restoring a folder's time (rsync, a synced folder) does not hide a change."""
        os.utime(session.logs, (1e9, 1e9))
        later(places)
        put(session.logs, "a.txt")
        os.utime(session.logs, (1e9, 1e9))
        assert later(places).sessions[0].last_log == "a.txt"

    def test_many_at_once(self, places: Places, session: SessionPlaces) -> None:
        """Several callers at a time all see the truth, and leave a whole index."""
        for number in range(30):
            put(session.outbox, f"DO_{number}.ps1")
        wrong: list[Snapshot] = []

        def ask() -> None:
            for _ in range(10):
                found = later(places)
                if found.sessions[0].outbox_ps1 != 30:
                    wrong.append(found)
                places.index.unlink(missing_ok=True)

        askers = [threading.Thread(target=ask) for _ in range(4)]
        for asker in askers:
            asker.start()
        for asker in askers:
            asker.join()
        assert wrong == []
        later(places)
        assert remembered(places)
        assert not list(places.state.glob(".tmp-*"))


# --- the property ---

TICK = 0.02
"""Seconds of the coarse clock below; the rule for fresh folders is set to the same."""
SIDS = ("co-a", "co-b")
FOLDERS = ("inbox", "outbox", "logs", "running", "held", "notes")
NAMES = (
    "DO_a.ps1", "any.ps1", "DO_b.py", "NOTE_1.md", "a.txt", "b.txt", "rejected-DO_c.sh",
    "20261121-101502-28216-k3f9__DO_d.py",
)  # fmt: skip
_sid, _folder, _name = st.sampled_from(SIDS), st.sampled_from(FOLDERS), st.sampled_from(NAMES)
_acts = st.one_of(
    st.tuples(st.just("make"), _sid, _folder, _name),
    st.tuples(st.just("make"), _sid, _folder, _name),
    st.tuples(st.just("remove"), _sid, _folder, _name),
    st.tuples(st.just("move"), _sid, _folder, _name, _sid, _folder),
    st.tuples(st.just("replace"), _sid, _folder, _name),
    st.tuples(st.just("add session"), _sid),
    st.tuples(st.just("remove session"), _sid),
    st.tuples(st.just("remove folder"), _sid, _folder),
    st.tuples(st.just("own"), _sid, st.sampled_from(["aaaaaaaaaaaa.0.0", "bbbbbbbbbbbb.0.0"])),
    st.tuples(st.just("panel"), st.sampled_from(["One", "Two"]), _sid),
    st.tuples(st.just("clear"), _sid, st.integers(1, 3).map(str)),
    st.tuples(st.just("settle")),
    st.tuples(st.just("settle")),
)


class World:
    """A home on which things are done; `coarse` gives it a file system with a slow clock."""

    def __init__(self, root: Path) -> None:
        self.places = Places.at(root / "CoTemp", root=root / "state")
        self.truth = Places.at(root / "CoTemp", root=root / "truth")
        for sid in SIDS:
            self.places.session(sid).make()
        self.places.panels.mkdir()

    def act(self, name: str, *about: str) -> None:
        getattr(self, "_" + name.replace(" ", "_"))(*about)

    def compare(self) -> None:
        now = local_now()
        self.truth.index.unlink(missing_ok=True)
        found, true = snapshot(self.places, now), snapshot(self.truth, now)
        assert found == true

    def _path(self, sid: str, folder: str, name: str) -> Path:
        return self.places.sessions / sid / folder / name

    def _make(self, sid: str, folder: str, name: str) -> None:
        path = self._path(sid, folder, name)
        if path.parent.is_dir() and not path.exists():
            path.write_text("x")

    def _remove(self, sid: str, folder: str, name: str) -> None:
        self._path(sid, folder, name).unlink(missing_ok=True)

    def _move(self, sid: str, folder: str, name: str, to: str, into: str) -> None:
        path, target = self._path(sid, folder, name), self._path(to, into, name)
        if path.exists() and target.parent.is_dir():
            os.replace(path, target)

    def _replace(self, sid: str, folder: str, name: str) -> None:
        path = self._path(sid, folder, name)
        if path.parent.is_dir():
            fresh = self.places.home / "fresh"
            fresh.write_text("y")
            os.replace(fresh, path)

    def _add_session(self, sid: str) -> None:
        self.places.session(sid).make()

    def _remove_session(self, sid: str) -> None:
        shutil.rmtree(self.places.sessions / sid, ignore_errors=True)

    def _remove_folder(self, sid: str, folder: str) -> None:
        shutil.rmtree(self.places.sessions / sid / folder, ignore_errors=True)

    def _own(self, sid: str, host: str) -> None:
        if (self.places.sessions / sid).is_dir():
            own(self.places.session(sid), host)

    def _clear(self, sid: str, number: str) -> None:
        tally = {"schema": 1, "outbox_ps1": int(number), "outbox_dos": 3, "logs": 0, "runs": {}, "removing": []}
        if (self.places.sessions / sid).is_dir():
            (self.places.home / "fresh").write_text(json.dumps(tally))
            os.replace(self.places.home / "fresh", self.places.sessions / sid / "archive.json")

    def _panel(self, name: str, sid: str) -> None:
        (self.places.panels / "1.json").write_text(json.dumps({"pid": 1, "name": name, "session_id": sid}))

    def _settle(self) -> None:
        done = time.time()
        eventually(lambda: time.time() > done + 2 * TICK)
        self.compare()


def coarse(path: str) -> Any:
    """`lstat` on a file system whose clock ticks every `TICK` seconds."""
    found, tick = os.lstat(path), int(TICK * 1e9)
    return SimpleNamespace(
        st_mtime_ns=found.st_mtime_ns // tick * tick,
        st_ctime_ns=found.st_ctime_ns // tick * tick,
        st_ino=found.st_ino,
        st_size=found.st_size,
    )


CLOCKS = pytest.mark.parametrize("clock", [os.lstat, coarse], ids=["this file system", "coarse times"])


@CLOCKS
@given(acts=st.lists(_acts, max_size=25))
@settings(max_examples=15, deadline=None)
def test_with_the_index_as_without(clock: Any, acts: list[tuple[str, ...]]) -> None:
    """Whatever is done to the folders, and however fast, a look with the index sees what a look without it sees."""
    live(clock, acts)


@pytest.mark.slow
@CLOCKS
@given(acts=st.lists(_acts, max_size=50))
@settings(max_examples=200, deadline=None)
def test_with_the_index_as_without_for_long(clock: Any, acts: list[tuple[str, ...]]) -> None:
    """The same, with more patience."""
    live(clock, acts)


def live(clock: Any, acts: list[tuple[str, ...]]) -> None:
    """Do `acts` in a new home, and compare after each."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as root:
        patch.setattr(folders, "CHECKED", 0)
        patch.setattr(index, "FRESH", TICK)
        patch.setattr(index, "lstat", clock)
        world = World(Path(root))
        world.act("settle")
        for act in acts:
            world.act(*act)
            world.compare()
