"""`cotemp demo` as a stranger types it: as a program, on a machine that has never seen cotemp."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cotemp.demo import ended_as_announced, play
from cotemp.places import Places
from cotemp.sandbox import Missing
from cotemp.store.ledger import Ledger
from tests.fitting import check


class Stranger(NamedTuple):
    """Somebody with an empty home, an empty folder for temporary files, and hardly any environment."""

    home: Path
    temporary: Path

    def playing(self, *argv: str, **env: str) -> subprocess.Popen[str]:
        """The demo while it plays."""
        few = {"PATH": "/usr/bin:/bin", "HOME": str(self.home), "LANG": "C.UTF-8", "TMPDIR": str(self.temporary)}
        return subprocess.Popen(
            [sys.executable, "-m", "cotemp", "demo", *argv],
            env=few | env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
        )  # fmt: skip

    def demo(self, *argv: str, **env: str) -> str:
        """What it prints; it works, and has nothing to complain about."""
        with self.playing(*argv, **env) as process:
            out, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (0, "")
        return out


def _stranger(root: Path) -> Stranger:
    found = Stranger(root / "home", root / "tmp")
    found.home.mkdir()
    found.temporary.mkdir()
    return found


@pytest.fixture
def stranger(tmp_path: Path) -> Stranger:
    return _stranger(tmp_path)


class Played(NamedTuple):
    """A demo that is over."""

    who: Stranger
    lines: list[str]
    seconds: float

    @property
    def home(self) -> Path:
        """The home that it left."""
        (home,) = self.who.temporary.glob("cotemp-demo-*/CoTemp")
        return home


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """A demo played by somebody who has a home, and says so."""
    return _played(_stranger(tmp_path_factory.mktemp("played")))


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """A demo played with --keep."""
    return _played(_stranger(tmp_path_factory.mktemp("kept")), "--keep")


def _played(who: Stranger, *argv: str) -> Played:
    began = time.monotonic()
    said = who.demo(*argv, COTEMP_HOME=str(who.temporary.with_name("real")))
    return Played(who, said.splitlines(), time.monotonic() - began)


def test_it_tells_how_three_dos_ended(played: Played) -> None:
    """One DO passes, one fails and its output so far is kept, one is rejected with file, line, key and fix."""
    lines = played.lines
    endings = [line.split()[0] for line in lines if line.startswith(("  passed:", "  failed:", "  rejected:"))]
    assert endings == ["passed:", "failed:", "rejected:"]
    assert "    | step 1 of 2: done" in lines
    wrong = next(number for number, line in enumerate(lines) if "consent.allow_network: `maybe`" in line)
    assert re.match(r"    \| DO_DO-Broken_\w+-\w+\.(py|ps1):7:\d+: ", lines[wrong])
    assert lines[wrong + 1].strip().startswith("|   fix: write allow_network: ")
    assert lines[-2].startswith("All three ended as announced.")


def test_it_is_short(played: Played) -> None:
    """It takes less than ten seconds, no line is wider than 100 columns, and a tall window shows all of it."""
    assert played.seconds < 10
    assert max(len(line.replace(str(played.who.temporary), "/tmp")) for line in played.lines) <= 100
    assert len(played.lines) <= 50


def test_it_leaves_nothing_behind(played: Played) -> None:
    """After the demo the machine is as before: no temporary home, nothing in the user's own."""
    assert list(played.who.temporary.rglob("*")) == []
    assert list(played.who.home.rglob("*")) == []


def test_it_does_not_touch_the_real_home(played: Played) -> None:
    """COTEMP_HOME is ignored: who tries the demo beside real work loses nothing."""
    real = played.who.temporary.with_name("real")
    assert not real.exists()
    assert str(real) not in "".join(played.lines)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_leaves_nothing_behind_when_it_is_ended(stranger: Stranger, number: signal.Signals) -> None:
    """Whoever presses ^C, or closes the window, has no half demo on the disk."""
    with stranger.playing() as process:
        assert process.stdout
        while "They run" not in process.stdout.readline():
            assert process.poll() is None
        process.send_signal(number)
        _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (130, "")
    assert list(stranger.temporary.rglob("*")) == []


def test_it_leaves_the_home_on_request(kept: Played) -> None:
    """With --keep everything that was told of is there to look at, and the command that is named shows it."""
    home = kept.home
    assert kept.lines[-2].endswith(f"Look around: cotemp runs --home {home}")
    session = home / "sessions" / "co-migrate"
    logs = [json.loads(file.read_bytes()) for file in (session / "logs").glob("*.json")]
    assert sorted(log["outcome"] for log in logs) == ["failed", "passed", "rejected"]
    for log in logs:
        check("run-log", log)
    assert len(list((session / "logs").glob("*.txt"))) == 3
    assert len([file for file in (session / "outbox").iterdir() if not file.name.endswith(".reasons.json")]) == 3
    assert len(list((session / "outbox").glob("rejected-DO_DO-Broken_*.reasons.json"))) == 1
    assert list((session / "inbox").iterdir()) == list((session / "running").iterdir()) == []
    for name in ("co-migrate", "co-planning"):
        (note,) = (home / "sessions" / name / "notes").iterdir()
        (receipt,) = (home / "sessions" / name / "receipts").iterdir()
        assert receipt.name == f"{note.name}.json"
    runs = subprocess.run(
        [sys.executable, "-m", "cotemp", "runs", "--json", "--home", home], capture_output=True, timeout=60, check=True
    )
    assert len(json.loads(runs.stdout)["runs"]) == 3


def test_it_is_one_document_for_programs(stranger: Stranger) -> None:
    """`--json` prints one JSON value: whether it worked, and the story."""
    told: dict[str, Any] = json.loads(stranger.demo("--json"))
    assert (told["schema"], told["ok"], told["home"]) == (1, True, None)
    assert {line["tone"] for line in told["story"]} == {"step", "text", "quote", "good", "bad"}


def test_every_path_that_it_names_is_there(kept: Played) -> None:
    """Where the demo says that something is, there it is."""
    assert kept.lines[0].endswith(f"in a home of its own: {kept.home}")
    where = kept.lines[kept.lines.index("Where everything is") + 1 :]
    folders = [line.split()[0] for line in where if line.startswith("  sessions/")]
    assert len(folders) == 4
    assert all(any((kept.home / folder).iterdir()) for folder in folders)


def test_where_nothing_enforces_it_approves_its_own_dos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a sandbox DOs are held: the demo approves its own, says so, and ends as announced."""
    monkeypatch.setattr("cotemp.sandbox.finding.find", lambda *_, **__: Missing("there is none", "get one"))
    places = Places.at(tmp_path / "CoTemp", root=tmp_path / "state")
    told = [line.text for line in play(places)]
    assert any("these the demo approves itself" in text for text in told)
    assert ended_as_announced(places)
    with Ledger(places) as ledger:
        logs = [ledger.log(row.run_id) for row in ledger.rows() if row.outcome in ("passed", "failed")]
    assert [log["enforcement"]["enforcer"] for log in logs] == ["none", "none"]
    assert all(log["decision"]["approval"] for log in logs)
