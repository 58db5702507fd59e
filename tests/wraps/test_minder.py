"""Nobody has to ask: while the daemon runs, the sessions are looked after."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from cotemp import pastes
from cotemp.chat.paste import Kind, Paste, new_id
from cotemp.places import Places, SessionPlaces, own_config_file, state_root
from cotemp.supervisor.logfile import log_file
from cotemp.supervisor.wanted import write_wanted
from cotemp.times import local_now
from cotemp.wraps import watching
from cotemp.wraps.minder import Minder
from tests.waiting import eventually

SETTINGS = "schema = 1\n[cowrap]\ncharacters = 100\n"
_DAEMON = """
import sys
from datetime import timedelta
from pathlib import Path
from cotemp.config import load
from cotemp.places import Places
from cotemp.supervisor.daemon import serve
from cotemp.wraps import minder, watching
minder.EVERY, watching.BETWEEN = 0.1, timedelta()
file = Path(sys.argv[3])
serve(Places.at(sys.argv[1], root=Path(sys.argv[2])), load(file), file)
"""


@pytest.fixture
def told_much(places: Places, session: SessionPlaces) -> str:
    """A chat that was given more than the settings of the tests allow; returns the id of the paste."""
    desk, ident = pastes.Desk(places), new_id()
    desk.make(
        Paste(ident, Kind.NOTE, "co-x", "t", "x" * 200, f"ACK {ident}", local_now()), "generic", lambda text: text
    )
    desk.happened(ident, "pasted")
    return ident


@pytest.fixture
def settings(nobody_home: Path) -> Path:
    """The owner's settings."""
    file = own_config_file()
    file.parent.mkdir(parents=True)
    file.write_text(SETTINGS)
    return file


def snapshots(places: Places) -> list[Path]:
    return list((places.home / "logs").glob("CoWrap_Snapshot_*.md"))


def test_a_look_each_minute(places: Places, told_much: str, settings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A breach makes one CoWrap, with the open ACK in it, and is told once; wrong settings are told once, too."""
    monkeypatch.setattr(watching, "BETWEEN", timedelta())
    told: list[tuple[str, str]] = []
    with Minder(places, settings, lambda session, line: told.append((session, line)), every=0.01):
        eventually(lambda: told)
        settings.write_text("schema = 2\n")
        eventually(lambda: len(told) == 2)
    assert told[0][0] == "co-x"
    assert told[0][1].startswith("[BLOAT?] Pasted since bootstrap: ")
    assert told[1][0] == ""
    (path,) = snapshots(places)
    assert told_much in path.read_text(encoding="utf-8")


def test_a_bug_of_ours_ends_no_later_look(places: Places, settings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told once, with a report of it, and the sessions are looked after again as soon as that can be done."""
    looks: list[int] = []

    def broken(*_: object) -> list[object]:
        looks.append(1)
        if len(looks) < 4:
            raise KeyError("what nobody foresaw")
        return []

    monkeypatch.setattr("cotemp.wraps.minder.watch_over", broken)
    told: list[tuple[str, str]] = []
    with Minder(places, settings, lambda session, line: told.append((session, line)), every=0.01):
        eventually(lambda: len(looks) > 4)
    ((_, line),) = told
    assert "this is a bug in cotemp (KeyError)" in line
    assert len(list((state_root() / "errors").iterdir())) == 1


def test_the_daemon_has_one(places: Places, told_much: str, settings: Path) -> None:
    """It writes into its log what it did, and ends as soon as it did without."""
    write_wanted(places, ["co-x"])
    argv = [sys.executable, "-c", _DAEMON, str(places.home), str(places.state.parent), str(settings)]
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL) as daemon:
        try:
            eventually(lambda: snapshots(places))
            eventually(lambda: "[co-x] [BLOAT?]" in log_file(places).read_text(encoding="utf-8"))
        finally:
            daemon.terminate()
    assert len(snapshots(places)) == 1
