"""Everything at the same instant: one wins, the others are told, and nothing is lost or done twice."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from cotemp.messages.run import Outcome
from cotemp.store.claims import holders
from cotemp.supervisor import control
from cotemp.supervisor.wanted import read_wanted
from tests.cli.real import Ran, cotemp, drop, home, running
from tests.stress.field import drop_numbered, is_watched, numbers, places_of_dos, rows, settled, watching
from tests.waiting import eventually

_AT_ONCE = (
    "import os, sys\n"
    "import cotemp.cli.entry, cotemp.cli.typed, cotemp.store.ledger, cotemp.cli.watch\n"
    "go = sys.argv.pop(1)\n"
    "open(f'{go}.{os.getpid()}', 'x').close()\n"
    "while not os.path.exists(go): pass\n"
    "sys.exit(cotemp.cli.entry.run(sys.argv[1:]))"
)
"""The command line, started by a file, when everything is imported."""


@contextmanager
def _at_once(go: Path, *calls: Sequence[str], stdin: str = "") -> Iterator[list[subprocess.Popen[str]]]:
    """Start command lines at the same instant; what still runs at the end is killed."""
    pipe = subprocess.PIPE
    begun = [
        subprocess.Popen(
            [sys.executable, "-c", _AT_ONCE, str(go), *call],
            stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, encoding="utf-8",
        )
        for call in calls
    ]  # fmt: skip
    try:
        eventually(lambda: len(list(go.parent.glob(f"{go.name}.*"))) == len(calls), 60)
        go.touch()
        yield begun
    finally:
        for process in begun:
            process.kill()
            process.communicate()


def _all_at_once(go: Path, *calls: Sequence[str]) -> list[Ran]:
    """Run command lines that start at the same instant to their ends."""
    with _at_once(go, *calls) as begun:
        ended = [Ran(process.wait(60), *process.communicate(timeout=60)) for process in begun]
    assert not [ran.err for ran in ended if ran.code == 70 or "Traceback" in ran.err]
    return ended


@pytest.mark.parametrize("second", [("co-a", "co-b"), ("co-b", "co-a")], ids=["same order", "other order"])
def test_two_watchers(tmp_path: Path, second: tuple[str, str]) -> None:
    """Of two watchers of the same sessions, started at one instant, one has them all and the other ends with 3."""
    for number in range(10):
        drop_numbered(number, tmp_path / "tally", "co-a")
        drop_numbered(100 + number, tmp_path / "tally", "co-b")
        calls = ("watch", "co-a", "co-b", "--create"), ("watch", *second, "--create")
        with _at_once(tmp_path / f"go{number}", *calls) as both:
            eventually(lambda: any(process.poll() is not None for process in both), 30)
            lost = next(process for process in both if process.poll() is not None)
            won = next(process for process in both if process is not lost)
            told = lost.communicate()[1]
            assert (lost.returncode, "has it already" in told) == (3, True), told
            eventually(lambda: is_watched("co-a") and is_watched("co-b"))
            assert {by.process.pid for by in holders(home(), "watch-").values()} == {won.pid}
            settled(2 * number + 2)
            won.terminate()
            assert won.wait(30) == 0, won.stderr and won.stderr.read()
    assert set(numbers(tmp_path / "tally").values()) == {1}
    assert len(numbers(tmp_path / "tally")) == 20


def _daemons() -> list[int]:
    found = []
    for process in psutil.process_iter(["cmdline"]):
        argv = process.info["cmdline"] or []
        if "cotemp.supervisor" in argv and str(home().home) in argv:
            found.append(process.pid)
    return found


def test_five_ups(tmp_path: Path) -> None:
    """Five `up` at one instant start one daemon, and all of them are content with it."""
    for turn in range(3):
        ended = _all_at_once(tmp_path / f"go{turn}", *[("up", "--json")] * 5)
        assert [ran.code for ran in ended] == [0] * 5, [ran.err for ran in ended]
        pids = {session["pid"] for ran in ended for session in ran.json["sessions"]}
        assert list(pids) == _daemons()
        assert cotemp("down").code == 0
        eventually(lambda: not _daemons())


def _is_as_wanted() -> bool:
    """True when the daemon watches what the last `up` or `down` said, and is there only for that."""
    wanted = read_wanted(home())
    return set(holders(home(), "watch-")) == set(wanted) and len(_daemons()) == bool(wanted)


def test_ups_and_downs(tmp_path: Path) -> None:
    """`up` and `down` in any quick succession leave what the last one said, and DOs run once."""
    tally = tmp_path / "tally"
    for turn in range(5):
        drop_numbered(turn, tally, "co-migrate")
        assert [cotemp(word).code for word in ("up", "down", "up")] == [0, 0, 0]
        assert cotemp("up", "co-planning").code == 0
        assert cotemp("down", "co-planning").code == 0
        settled(turn + 1)
        assert len(_daemons()) == 1
        ended = _all_at_once(tmp_path / f"go{turn}", ("up",), ("down",), ("up",), ("down",))
        assert not [ran for ran in ended if ran.code not in (0, 3, 4)]
        eventually(_is_as_wanted)
        assert cotemp("up").code == 0
        assert is_watched("co-migrate")
        assert len(_daemons()) == 1
        assert cotemp("down").code == 0
        assert control.daemon(home()) is None
    assert numbers(tally) == Counter(dict.fromkeys(range(5), 1))


_MAIL = """
import sys
from cotemp.cli.entry import run
me, tally = int(sys.argv[1]), sys.argv[2]
for n in range(8):
    assert run(["send", "co-a", f"note {me}-{n}", "--from", f"s{me}"]) == 0
    body = f"echo {me * 8 + n} >> {tally}"
    assert run(["drop", "co-b", "--engine", "sh", "--title", f"T{n}", "--body", body]) == 0
    if me < 4:
        assert run(["notes", "co-a", "--json"]) == 0
"""
"""Sends and drops eight of each; four of them also read."""


def test_mail_from_sixteen_processes(tmp_path: Path) -> None:
    """Notes and DOs of sixteen processes at once all arrive, however many read and run them meanwhile."""
    with watching("co-a", "co-b"):
        begun = [
            subprocess.Popen([sys.executable, "-c", _MAIL, str(me), str(tmp_path / "tally")], stdout=subprocess.PIPE)
            for me in range(16)
        ]
        said = [process.communicate(timeout=60)[0].decode() for process in begun]
        assert [process.returncode for process in begun] == [0] * 16
        found = settled(128)
    assert numbers(tmp_path / "tally") == Counter(dict.fromkeys(range(128), 1))
    assert {row.outcome for row in found} == {Outcome.PASSED}
    session = home().session("co-a")
    sent = {f"note {me}-{n}" for me in range(16) for n in range(8)}
    waiting, put_away = _texts(session.inbox), _texts(session.notes)
    assert Counter(waiting + put_away) == Counter(sent)
    shown = {text for text in sent if any(f'"{text}"' in line for line in said)}
    assert shown >= set(put_away)


def _texts(folder: Path) -> list[str]:
    return [path.read_text().strip() for path in folder.glob("NOTE_*.md")]


def test_cancel_at_the_end(tmp_path: Path) -> None:
    """A cancel that meets the end of a run either stops it or is told that it ended; the log agrees."""
    with watching("co-migrate"):
        for turn in range(12):
            go = tmp_path / f"go{turn}"
            drop(f"import os\nprint('here', flush=True)\nwhile not os.path.exists({str(go)!r}): pass")
            run_id = running("co-migrate", "here")
            with _at_once(go, ("cancel", run_id, "--json")) as (process,):
                code, out = process.wait(60), process.communicate()[0]
            (row,) = [row for row in settled(turn + 1) if row.run_id == run_id]
            if code == 0:
                assert json.loads(out)["outcome"] == row.outcome
            assert (code, row.outcome) in {(0, Outcome.CANCELLED), (0, Outcome.PASSED), (1, Outcome.PASSED)}


def test_retry_at_the_end(tmp_path: Path) -> None:
    """A retry that meets the end of a run is told to wait, or repeats it; each success repeats it once."""
    tally, expected = tmp_path / "tally", Counter[int]()
    with watching("co-migrate"):
        for turn in range(8):
            go = tmp_path / f"go{turn}"
            before = len(rows())
            drop_numbered(turn, tally, "co-migrate", 0, f"while not os.path.exists({str(go)!r}): pass")
            eventually(lambda: turn in numbers(tally))  # noqa: B023
            run_id = rows()[-1].run_id
            ended = _all_at_once(go, *[("retry", run_id)] * 3)
            assert {ran.code for ran in ended} <= {0, 1}, [ran.err for ran in ended]
            repeats = sum(ran.code == 0 for ran in ended)
            expected[turn] = 1 + repeats
            settled(before + 1 + repeats)
    assert numbers(tally) == expected
    assert {row.outcome for row in rows()} == {Outcome.PASSED}


def test_clearing_while_runs_go_on(tmp_path: Path) -> None:
    """`gc --yes` again and again while DOs run takes none that waits or runs, and every run still counts."""
    tally = tmp_path / "tally"
    with watching("co-a", "co-b"):
        for number in range(60):
            drop_numbered(number, tally, ("co-a", "co-b")[number % 2], 0.02, "open('artifact', 'w').write('x')\n")
        turns = itertools.count()
        while len(numbers(tally)) < 60:
            ended = _all_at_once(tmp_path / f"go{next(turns)}", *[("gc", "--keep", "0s", "--yes")] * 2)
            assert {ran.code for ran in ended} <= {0, 3}, [ran.err for ran in ended]
        found = settled(60)
    assert numbers(tally) == Counter(dict.fromkeys(range(60), 1))
    assert {row.outcome for row in found} == {Outcome.PASSED}
    today = [session["runs_today"] for session in cotemp("status", "--json").json["sessions"]]
    assert sum(counts.get("passed", 0) for counts in today) == 60
    assert all(len(paths) == 1 for paths in places_of_dos().values())
