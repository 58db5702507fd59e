"""Runs on the command line: listed, shown, read, stopped, repeated and cleared away."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cotemp.messages.run import Ended, Outcome, Run
from cotemp.names import new_run_id
from cotemp.store.identity import identify, os_user, this_process
from cotemp.store.ledger import Ledger
from cotemp.times import local_now
from tests.waiting import eventually

from .real import PROGRAM, background, cotemp, drop, end_daemon, here, home, running

LEGACY = Path(__file__).parent.parent / "data" / "legacy" / "sessions"


@pytest.fixture(autouse=True)
def no_daemon() -> Iterator[None]:
    """No test leaves a daemon behind."""
    yield
    end_daemon()


def run_all() -> None:
    """Run what waits in co-migrate."""
    assert here("watch", "co-migrate", "--once").code == 0


def on_a_terminal(*argv: str) -> str:
    """What a command line writes when its stdout is a terminal."""
    import pexpect

    child = pexpect.spawn(
        PROGRAM[0], [*PROGRAM[1:], *argv], env={**os.environ, "NO_COLOR": "1"}, timeout=20, encoding="utf-8"
    )
    child.expect(pexpect.EOF)
    child.close()
    return str(child.before).replace("\r\n", "\n")


def test_from_drop_to_log() -> None:
    """What ran is listed with its outcome, shown in full, and its log read."""
    drop("print('out')\nraise SystemExit(3)")
    assert cotemp("runs").out == "no runs\n"
    run_all()
    (row,) = cotemp("runs", "--json").json["runs"]
    assert list(row) == [
        "run_id", "session", "title", "engine", "outcome", "started", "ended", "exit_code", "reason", "log",
        "state", "queued",
    ]  # fmt: skip
    assert (row["session"], row["title"], row["engine"]) == ("co-migrate", "Test", "python")
    assert (row["outcome"], row["exit_code"], row["reason"]) == ("failed", 3, "exit code 3")
    assert Path(row["log"]).read_text() == "out\n" == cotemp("log", row["run_id"]).out
    line = cotemp("runs", "--failed", "--session", "co-migrate", "--since", "1h").out.splitlines()[1]
    assert line.split()[:3] == [row["run_id"], "co-migrate", "failed"]
    assert cotemp("runs", "--since", "nonsense").code == 2
    assert cotemp("runs", "--session", "co-nowhere").code == 4


def test_show() -> None:
    """`show` says everything in words; `show --json` is the JSON log as it lies on disk."""
    drop("import os\nopen(os.path.join(os.environ['COTEMP_ARTIFACTS'], 'a.txt'), 'w').write('12345')")
    run_all()
    shown, log = here("show", "last"), here("show", "last", "--json").json
    assert "passed" in shown.out.splitlines()[0]
    assert any(words in shown.out for words in ("bubblewrap ", "none: nothing held it to its consent"))
    artifact = home().session("co-migrate").outbox / f"{Path(log['do_file']).stem}-{log['run_id']}.d" / "a.txt"
    assert f"{artifact} (5 bytes)" in shown.out
    assert artifact.read_text() == "12345"
    json_log = next(home().session("co-migrate").logs.glob("*.json"))
    assert json.loads(json_log.read_text()) == log
    assert str(next(home().session("co-migrate").outbox.glob("DO_*.py"))) in shown.out
    assert here("show", "nothing").code == 4


def test_show_a_rejected_one() -> None:
    """What is wrong with a header is shown as file:line:column, key, what and fix."""
    session = home().session("co-migrate")
    session.make()
    (session.inbox / "DO_bad.py").write_text('# ---\n# title: "x"\n# risk: { writes: maybe }\n# ---\n')
    run_all()
    shown = here("show", "last").out
    assert "rejected" in shown.splitlines()[0]
    assert "DO_bad.py:3:" in shown
    assert "DO_bad.py:1:1: repo:" in shown
    assert "DO_bad.py:3:" in here("log").out


def test_runs_of_the_original() -> None:
    """Runs of the PowerShell original are listed, shown and read like ours."""
    shutil.copytree(LEGACY, home().sessions)
    rows = here("runs", "--json").json["runs"]
    assert [(row["run_id"], row["outcome"]) for row in rows] == [
        ("20250909-044442-28216", "passed"),
        ("20250909-130009-11900", "failed"),
    ]
    assert "DO_DO-Smoke_044440" in here("show", "20250909-044442-28216").out
    assert "Major" in here("log", "20250909-044442").out
    assert "it ended already: failed" in here("cancel", "last").err


def test_a_broken_log_is_told() -> None:
    """A JSON log that nobody can read is named on stderr; the list goes on without it."""
    session = home().session("co-migrate")
    session.make()
    (session.logs / "DO_x-20250909-044442-1.json").write_text("{")
    said = here("runs", "--json")
    assert said.json["runs"] == []
    assert "DO_x-20250909-044442-1.json" in said.err


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX terminal")
def test_a_terminal_shows_the_newest() -> None:
    """A terminal gets the newest 30 and is told of the rest; a pipe, and --all, get every one."""
    home().session("co-migrate").make()
    with Ledger(home()) as ledger:
        for number in range(33):
            run_id = new_run_id(local_now())
            run = Run(run_id, "co-migrate", "DO_a.py", "", f"DO_a-{run_id}", "h", f"T{number}\x1b[2J", local_now())
            ledger.reject(run, this_process(), Ended(local_now(), Outcome.REJECTED, "why"))
    shown = on_a_terminal("runs")
    assert shown.splitlines()[0] == "3 older runs: cotemp runs --all"
    assert "T2\u241b" not in shown
    assert "T3\u241b[2J" in shown
    assert "T32\u241b[2J" in shown.splitlines()[-1]
    for every in (on_a_terminal("runs", "--all"), here("runs").out):
        assert "T0\u241b[2J" in every
        assert "\x1b" not in every


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX terminal")
def test_a_log_is_safe_on_a_terminal() -> None:
    """A log that could steer the terminal is made visible there; a pipe gets its bytes."""
    session = home().session("co-migrate")
    session.make()
    (session.logs / "DO_x-20250909-044442-1.json").write_text('{"result": "pass"}')
    (session.logs / "DO_x-20250909-044442-1.txt").write_bytes("é\u202e\x1b[2Jend".encode())
    assert on_a_terminal("log") == "é<U+202E>\u241b[2Jend\n"
    assert here("log").out == "é\u202e\x1b[2Jend"


def test_a_log_that_grows() -> None:
    """`log -f` shows what a run prints while it runs, and ends with its outcome."""
    drop("import time\nprint('one', flush=True)\ninput_ = None\nwhile True: time.sleep(0.05)")
    cotemp("up", "co-migrate")
    run_id = running("co-migrate", "one")
    assert here("log", run_id).out == "one\n"
    with background("log", run_id, "-f") as process:
        assert process.stdout
        assert process.stdout.readline() == "one\n"
        assert process.poll() is None
        assert here("cancel", run_id).code == 0
        assert process.stdout.readline().startswith("cancelled after")
        assert process.wait(timeout=20) == 0
    assert here("log", "-f").out.splitlines()[0] == "one"


def test_a_flood() -> None:
    """Of a flood the log keeps head and tail, the cut is marked, and all of it can be read."""
    drop("line = 'x' * 99 + '\\n'\nprint('first')\nfor _ in range(300): print(line * 1000, end='')\nprint('last')")
    run_all()
    text = here("log").out
    assert text.startswith("first\n")
    assert text.endswith("last\n")
    assert "left out here" in text
    assert len(text) < 17 * 1024 * 1024
    assert "of which the log keeps" in here("show", "last").out


@pytest.mark.usefixtures("unenforced")
def test_cancel_ends_the_whole_tree(tmp_path: Path) -> None:
    """`cancel` ends the DO and what it started, even what left its process group, and says how it ended."""
    child = tmp_path / "child"
    drop(
        "import os, subprocess, time\n"
        f"argv = ['sh', '-c', 'setsid sh -c \"echo \\\\$\\\\$ > {child}.new; mv {child}.new {child}; sleep 600\" &']\n"
        "subprocess.run(argv)\nprint('here', flush=True)\ntime.sleep(600)"
    )
    cotemp("up", "co-migrate")
    run_id = running("co-migrate", "here")
    pid = int(eventually(child.exists) and child.read_text())
    assert identify(pid)
    said = here("cancel", run_id)
    assert (said.code, said.out.split()[:2]) == (0, [f"{run_id}:", "cancelled"])
    assert f"cancelled by {os_user()}" in said.out
    assert identify(pid) is None
    assert here("cancel", run_id).code == 1


@pytest.mark.usefixtures("unenforced")
def test_retry(tmp_path: Path) -> None:
    """`retry` runs the same DO once more, and the new run names the old one."""
    mark = tmp_path / "ran"
    drop(f"open({str(mark)!r}, 'a').write('x')\nraise SystemExit(1)")
    run_all()
    (first,) = here("runs", "--json").json["runs"]
    again = here("retry", "last", "--json")
    assert again.json["session"] == "co-migrate"
    run_all()
    assert mark.read_text() == "xx"
    second = here("runs", "--json").json["runs"][1]
    assert second["run_id"] != first["run_id"]
    assert first["run_id"] in here("show", second["run_id"]).out


def test_gc() -> None:
    """`gc` shows what would go, `gc --yes` removes it, and the counts stay."""
    drop("print(1)")
    run_all()
    session = home().session("co-migrate")
    then = time.time() - 40 * 86400
    for path in [*session.logs.iterdir(), *session.outbox.iterdir()]:
        os.utime(path, (then, then))
    dry = here("gc", "--json").json
    assert (dry["removed"], dry["sessions"][0]["logs"], dry["sessions"][0]["dos"]) == (False, 1, 1)
    assert "add --yes" in here("gc").out
    assert len(list(session.logs.iterdir())) == 2
    assert "removed" in here("gc", "--yes").out
    assert list(session.logs.iterdir()) == []
    counts = json.loads((session.root / "archive.json").read_text())
    assert (counts["logs"], counts["outbox_dos"], counts["outbox_ps1"]) == (1, 1, 0)
    assert counts["runs"] == {"passed": 1}
    (row,) = here("runs", "--json").json["runs"]
    assert (row["outcome"], row["log"]) == ("passed", None)
    assert here("log").code == 4
    assert "nothing is older" in here("gc").out
    assert here("gc", "--keep", "soon").code == 2
