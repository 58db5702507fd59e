"""A disk that is full, read-only or gone: nothing is lost, nothing runs twice, and the work goes on afterwards."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from cotemp.errors import BadName, CotempError, StorageFailed
from cotemp.messages.run import Outcome
from cotemp.places import Places
from cotemp.runner import Launch, Runner, Started
from cotemp.store.claims import holder
from tests.dispatch.boards import drop_python, log_of, running
from tests.waiting import eventually


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only root may mount a small file system")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def _fill(folder: Path) -> Path:
    """Take all the space that is left."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass
    return filler


def test_a_full_home_delays_the_filing(small: Path, tmp_path: Path) -> None:
    """When a run's logs do not fit, the trouble is told, and they are written once there is room; it ran once."""
    places = Places.at(small / "CoTemp", root=tmp_path / "state")
    places.make_state()
    with running(places, "co-x") as board:
        go = tmp_path / "go"
        count = tmp_path / "count"
        body = (
            f"import os, time\nopen({str(count)!r}, 'a').write('x')\n"
            f"while not os.path.exists({str(go)!r}): time.sleep(0.01)\nprint('y' * 300_000)"
        )
        drop_python(places, "co-x", body)
        eventually(lambda: "runs as" in board.texts())
        filler = _fill(small)
        go.touch()
        eventually(lambda: "No space left" in board.texts(), 10)
        filler.unlink()
        (row,) = board.await_runs(1)
    assert row.outcome is Outcome.PASSED
    assert count.read_text() == "x"
    assert len(log_of(places, row)) == 300_001


def test_a_full_state_delays_the_run(small: Path, tmp_path: Path) -> None:
    """When the intent cannot be written, nothing starts: the DO waits, and runs once there is room."""
    places = Places.at(tmp_path / "CoTemp", root=small / "state")
    places.make_state()
    with running(places, "co-x") as board:
        filler = _fill(small)
        ran = tmp_path / "ran"
        drop_python(places, "co-x", f"open({str(ran)!r}, 'x')")
        eventually(lambda: "cannot use" in board.texts() or "cannot write" in board.texts(), 10)
        assert not ran.exists()
        filler.unlink()
        (row,) = board.await_runs(1)
    assert row.outcome is Outcome.PASSED


@pytest.mark.slow  # a rescan has to notice it
def test_a_home_that_goes_away_and_comes_back(places: Places, tmp_path: Path) -> None:
    """While the home is away nothing fails for good; when it is back, DOs run again."""
    with running(places, "co-x") as board:
        drop_python(places, "co-x", "print(1)")
        board.await_runs(1)
        away = tmp_path / "away"
        os.rename(places.home, away)
        eventually(lambda: "cannot write" in board.texts(), 15)
        os.rename(away, places.home)
        drop_python(places, "co-x", "print(2)")
        rows = board.await_runs(2)
    assert [row.outcome for row in rows] == [Outcome.PASSED] * 2


def test_a_home_that_vanishes_under_a_run(places: Places, tmp_path: Path) -> None:
    """A run whose home is removed ends, and its logs are written when there is a home again."""
    with running(places, "co-x") as board:
        drop_python(
            places,
            "co-x",
            f"import os, time\nwhile os.path.exists({str(places.sessions)!r}): time.sleep(0.01)\nprint('end')",
        )
        eventually(lambda: "runs as" in board.texts())
        shutil.rmtree(places.home)
        eventually(lambda: "tried again until it works" in board.texts(), 15)
        places.session("co-x").make()
        (row,) = board.await_runs(1)
    assert log_of(places, row) == "end\n"


def test_what_a_crash_left_half_filed_is_cleared(places: Places) -> None:
    """A folder of artifacts that was being copied when the power failed is in nobody's way."""
    part = places.session("co-x").running / ".tmp-0123456789"
    (part / "inner").mkdir(parents=True)
    (part / "inner" / "file").touch()
    with running(places, "co-x") as board:
        drop_python(places, "co-x", "print(1)")
        (row,) = board.await_runs(1)
    assert row.outcome is Outcome.PASSED
    assert not part.exists()


def test_logs_that_cannot_be_written_hold_up_neither_start_nor_stop(small: Path, tmp_path: Path) -> None:
    """With a full disk and a run to file, watching starts and stops; the run is filed when there is room."""
    places = Places.at(small / "CoTemp", root=tmp_path / "state")
    places.make_state()
    with running(places, "co-x") as board:
        go = tmp_path / "go"
        drop_python(
            places,
            "co-x",
            f"import os, time\nwhile not os.path.exists({str(go)!r}): time.sleep(0.01)\nprint('y' * 300_000)",
        )
        eventually(lambda: "runs as" in board.texts())
        filler = _fill(small)
        go.touch()
        eventually(lambda: "No space left" in board.texts(), 10)
    with running(places, "co-x") as board:
        eventually(lambda: "No space left" in board.texts(), 10)
    with running(places, "co-x") as board:
        filler.unlink()
        (row,) = board.await_runs(1)
    assert row.outcome is Outcome.PASSED
    assert len(log_of(places, row)) == 300_001


def test_a_session_that_cannot_be_read_is_told_as_a_storage_error(places: Places) -> None:
    """A disk that fails while a session is taken is an error that names the folder, and gives the claim back."""
    places.session("co-x").make()
    broken = mock.patch("os.scandir", side_effect=OSError(errno.EIO, "Input/output error"))
    with running(places) as board, broken, pytest.raises(StorageFailed, match=r"co-x: Input/output error"):
        board.board.add(places.session("co-x"))
    assert holder(places, "watch-co-x") is None


@pytest.mark.parametrize(
    ("error", "runs"), [(CotempError("no process can be started"), 1), (BadName("DO", "x", "no"), 0)]
)
def test_a_start_that_fails_is_not_a_riddle(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: CotempError, runs: int
) -> None:
    """Where nothing could be started the DO waits and runs later, or fails for good; it is never left as running."""
    real, failures = Runner.start, [error]

    def start(self: Runner, launch: Launch) -> Started:
        if failures:
            raise failures.pop()
        return real(self, launch)

    monkeypatch.setattr(Runner, "start", start)
    ran = tmp_path / "ran"
    with running(places, "co-x") as board:
        drop_python(places, "co-x", f"open({str(ran)!r}, 'a').write('x')")
        (row,) = board.await_runs(1)
    assert row.outcome is (Outcome.PASSED if runs else Outcome.FAILED)
    assert (ran.read_text() if ran.exists() else "") == "x" * runs
