"""Old runs are cleared away without being forgotten, and nothing else is."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cotemp.errors import DamagedData, HeldByOther
from cotemp.messages.run import Outcome
from cotemp.places import Places, SessionPlaces
from cotemp.runs import archive
from cotemp.runs.tally import Tally, read_tally, save
from cotemp.store.claims import hold
from cotemp.store.ledger import Ledger
from cotemp.store.owner import claim_session

from .made import DAY, aged, begin, legacy_log, ran

KEEP = 30 * DAY
WHOLE = Tally(2, 5, 4, {"passed": 3, "failed": 1})
"""What the session `old` has when all of it is gone."""


@pytest.fixture
def old(places: Places, session: SessionPlaces) -> SessionPlaces:
    """A session with three old runs of ours, one of the original, and things that are nobody's business."""
    passed, failed = ran(places, session), ran(places, session, Outcome.FAILED)
    ran(places, session)
    folder = session.outbox / f"{passed.base}.d" / "sub"
    folder.mkdir(parents=True)
    (folder / "a.txt").write_bytes(b"12345")
    (places.runs / failed.id / "do").mkdir(parents=True)
    legacy_log(session, "DO_Smoke_044440-20250909-044442-28216")
    for name in ("DO_Smoke_044440-20250909-044442-28216.ps1", "rejected-DO_x.ps1"):
        (session.outbox / name).write_bytes(b"x")
    (session.notes / "NOTE_20250909-171330_co-migrate.md").write_bytes(b"read me")
    (session.inbox / "DO_waits.ps1").write_bytes(b"x")
    (session.inbox / ".tmp-0123456789").write_bytes(b"x")
    (session.outbox / "report.csv").write_bytes(b"x")
    (session.logs / "mine.txt").write_bytes(b"x")
    aged(40, session.root, places.runs)
    return session


KEPT = frozenset(
    {
        "inbox/DO_waits.ps1",
        "logs/mine.txt",
        "notes/NOTE_20250909-171330_co-migrate.md",
        "outbox/report.csv",
        "archive.json",
    }
)


def files(session: SessionPlaces) -> set[str]:
    return {path.relative_to(session.root).as_posix() for path in session.root.rglob("*") if path.is_file()}


def test_the_plan_changes_nothing(places: Places, old: SessionPlaces) -> None:
    """Asking what would go leaves every file in its place, and says how many there are."""
    before = files(old)
    plan = archive.plan(places, KEEP)
    (one,) = plan.sessions
    assert (one.logs, one.dos, one.artifacts) == (4, 5, 1)
    assert (len(plan.run_dirs), len(plan.temporary)) == (1, 1)
    assert plan.size > one.size > 0
    assert files(old) == before


def test_what_goes_is_counted(places: Places, old: SessionPlaces) -> None:
    """Old logs, DOs and artifacts go, everything else stays, and the counts are kept for ever."""
    assert archive.carry_out(places, archive.plan(places, KEEP)) == []
    assert files(old) == KEPT
    assert not list(places.runs.iterdir())
    assert read_tally(old) == WHOLE
    ran(places, old)
    aged(31, old.root)
    archive.carry_out(places, archive.plan(places, KEEP))
    assert read_tally(old) == Tally(2, 6, 5, {"passed": 4, "failed": 1})
    assert archive.plan(places, KEEP).is_empty


def test_what_is_needed_stays(places: Places, session: SessionPlaces) -> None:
    """Runs that need a human, that run, or that are young are not touched, however old a part of them is."""
    unknown, running, young = ran(places, session, Outcome.UNKNOWN), begin(places, session), ran(places, session)
    (places.runs / running.id).mkdir()
    aged(40, session.root, places.runs)
    os.utime(session.logs / f"{young.base}.txt")
    before = files(session)
    plan = archive.plan(places, KEEP)
    assert plan.is_empty
    archive.carry_out(places, plan)
    assert files(session) == before
    with Ledger(places) as ledger:
        ledger.settle(unknown.id)
    assert archive.plan(places, KEEP).sessions[0].logs == 1


class _Cut:
    """Ends the process, as it were, at the step that is `limit` steps away."""

    def __init__(self, limit: int) -> None:
        self.left = limit

    def before(self, act: Callable[..., None]) -> Callable[..., None]:
        def step(*values: object, **more: object) -> None:
            self.left -= 1
            if self.left < 0:
                raise KeyboardInterrupt
            act(*values, **more)

        return step


def test_cut_off_anywhere(places: Places, old: SessionPlaces, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed at any step, it loses and doubles no count, and the next one finishes the work."""
    monkeypatch.setattr(archive, "BATCH", 2)
    for limit in range(100):
        with monkeypatch.context() as patched:
            cut = _Cut(limit)
            patched.setattr(Path, "unlink", cut.before(Path.unlink))
            patched.setattr("cotemp.runs.archive.save", cut.before(save))
            try:
                archive.carry_out(places, archive.plan(places, KEEP))
                break
            except KeyboardInterrupt:
                gone, here = read_tally(old), files(old)
        left = [path for path in here if path.startswith(("outbox/DO_", "outbox/rejected-")) and ".d/" not in path]
        assert gone.outbox_dos + len(left) == WHOLE.outbox_dos
        logs = [path for path in here if path.startswith("logs/DO_")]
        assert gone.logs + sum(path.endswith(".txt") for path in logs) == WHOLE.logs
        assert sum(gone.runs.values()) + sum(path.endswith(".json") for path in logs) == sum(WHOLE.runs.values())
    assert limit > 5
    assert read_tally(old) == WHOLE
    assert files(old) == KEPT


def test_a_folder_that_goes_meanwhile(places: Places, old: SessionPlaces, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run's working folder that its watcher clears at the same time is no trouble."""
    listed = archive._entries

    def cleared(folder: Path) -> list[os.DirEntry[str]]:
        found = listed(folder)
        if folder == places.runs:
            for entry in found:
                shutil.rmtree(entry.path)
        return found

    monkeypatch.setattr(archive, "_entries", cleared)
    assert archive.plan(places, KEEP).run_dirs == []


def test_a_name_that_is_used_again_is_safe(places: Places, session: SessionPlaces) -> None:
    """What the original wrote anew under a name that was about to go is another file, and stays."""
    path = session.outbox / "rejected-DO_x.ps1"
    path.write_bytes(b"old")
    aged(40, session.outbox)
    plan = archive.plan(places, KEEP)
    path.write_bytes(b"new")
    archive.carry_out(places, plan)
    assert path.read_bytes() == b"new"
    assert read_tally(session).outbox_ps1 == 0


def test_what_cannot_be_removed_is_told_and_not_counted(
    places: Places, old: SessionPlaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A locked file stays, is named, and is counted only when it is gone."""
    real = Path.unlink

    def locked(path: Path, **more: bool) -> None:
        if path.name == "rejected-DO_x.ps1":
            raise PermissionError(13, "it is locked")
        real(path, **more)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", locked)
        (failed,) = archive.carry_out(places, archive.plan(places, KEEP))
    assert "rejected-DO_x.ps1: it is locked" in failed
    assert read_tally(old).outbox_ps1 == 1
    assert archive.carry_out(places, archive.plan(places, KEEP)) == []
    assert read_tally(old).outbox_ps1 == 2


def test_another_machines_session_is_left_alone(places: Places, old: SessionPlaces) -> None:
    """In a synced home every machine clears its own sessions only, so that nothing is counted twice."""
    claim_session(old)
    record = json.loads(old.owner.read_text())
    old.owner.write_text(json.dumps(record | {"host": "other.1.1"}))
    (one,) = archive.plan(places, KEEP).sessions
    assert "another machine" in one.kept_because
    assert one.remains == []


def test_a_broken_record_stops_it(places: Places, old: SessionPlaces) -> None:
    """Counts that cannot be read are never overwritten."""
    (old.root / "archive.json").write_bytes(b"{")
    before = files(old) - {"inbox/.tmp-0123456789"}
    plan = archive.plan(places, KEEP)
    assert "cannot be read" in plan.sessions[0].kept_because
    archive.carry_out(places, plan)
    assert files(old) == before
    with pytest.raises(DamagedData):
        read_tally(old)


def test_one_at_a_time(places: Places, old: SessionPlaces) -> None:
    """Two clearings at once would disturb each other's counts."""
    plan = archive.plan(places, KEEP)
    with hold(places, "gc", "clearing old runs"), pytest.raises(HeldByOther):
        archive.carry_out(places, plan)
