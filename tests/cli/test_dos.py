"""`check`, `drop` and `new-do` as they are typed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cotemp.messages.do import Draft, Flags, Repo
from cotemp.messages.header import Syntax, is_whole, read, write
from cotemp.messages.run import Ended, Outcome, Run
from cotemp.names import new_run_id, running_name
from cotemp.places import Places, SessionPlaces
from cotemp.store.claims import hold
from cotemp.store.identity import this_process
from cotemp.store.ledger import Ledger
from cotemp.store.mailbox import move
from cotemp.times import local_now

from ..waiting import eventually

GOOD = write(Draft("DO-Smoke", "Get-Date\n", "co-x", consent=Flags(writes=True)), Syntax.BLOCK, sealed=False)
BROKEN = b"<# ---\ntitle: x\nrepo: { path: y }\nrisk: { write: true }\nconsent: { allow_writes: yes }\n--- #>\n"


@pytest.fixture
def home(places: Places, monkeypatch: pytest.MonkeyPatch) -> Places:
    """A home with the session `co-x`, as the commands find it."""
    monkeypatch.setenv("COTEMP_HOME", str(places.home))
    found = Places.at(places.home)
    found.make_state()
    found.session("co-x").make()
    return found


@pytest.fixture
def inbox(home: Places) -> Path:
    return home.session("co-x").inbox


def cotemp(*words: str | Path, stdin: str | bytes = b"", **env: str) -> subprocess.CompletedProcess[str]:
    """Run the real command line."""
    done = subprocess.run(
        [sys.executable, "-m", "cotemp", *map(str, words)],
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        env=os.environ | env,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def told(done: subprocess.CompletedProcess[str]) -> Any:
    return json.loads(done.stdout)


# --- check ---


def test_check_names_file_line_column_key_and_fix(home: Places, tmp_path: Path) -> None:
    """Each problem of a broken DO is a line that an editor can jump to."""
    file = tmp_path / "DO_x.ps1"
    file.write_bytes(BROKEN)
    done = cotemp("check", file)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        f"{file}:4:9: risk.write: there is no such key: did you mean `writes`?",
        f"{file}:5:26: consent.allow_writes: `yes` is not yes or no: write allow_writes: true or false",
    ]


def test_check_tells_what_a_good_do_is_and_may_do(home: Places, tmp_path: Path) -> None:
    """A good DO is named with its consent, a warning stops nothing."""
    good, odd = tmp_path / "DO_a.ps1", tmp_path / "DO_b.PS1"
    good.write_bytes(GOOD)
    odd.write_bytes(GOOD.replace(b"network: false", b"network: true", 1))
    done = cotemp("check", good, odd)
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        f"{good}: ok: DO-Smoke (consent: writes)",
        f"{odd}: ok: DO-Smoke (consent: writes)",
        f"{odd}: warning: the header names as risk what its consent does not allow (network): the consent is the limit",
    ]


def test_check_for_programs(home: Places, tmp_path: Path) -> None:
    """With --json, problems and values are fields."""
    good, broken = tmp_path / "DO_a.ps1", tmp_path / "DO_b.ps1"
    good.write_bytes(GOOD)
    broken.write_bytes(BROKEN)
    done = cotemp("check", "--json", good, broken)
    first, second = told(done)["files"]
    assert done.returncode == 1
    assert (first["ok"], first["title"], first["consent"]["allow_writes"]) == (True, "DO-Smoke", True)
    assert second["problems"][0] == {
        "line": 4,
        "column": 9,
        "key": "risk.write",
        "what": "there is no such key",
        "fix": "did you mean `writes`?",
    }


def test_check_goes_on_after_what_is_no_script(home: Places, tmp_path: Path) -> None:
    """A folder, a missing file, a foreign ending and a FIFO are named, and the rest is still checked."""
    good, foreign = tmp_path / "DO_a.ps1", tmp_path / "DO_P7.yaml"
    good.write_bytes(GOOD)
    foreign.write_text("title: x\n")
    done = cotemp("check", tmp_path, tmp_path / "gone.ps1", foreign, good)
    assert done.returncode == 4
    assert done.stdout.splitlines() == [
        f"{tmp_path}:1:1: file: it is a folder: name the script itself",
        f"{tmp_path / 'gone.ps1'}:1:1: file: it is not there: mind the folder",
        f"{foreign}:1:1: file: no engine runs files of this ending: name it .ps1 or .py or .sh, or say --engine",
        f"{good}: ok: DO-Smoke (consent: writes)",
    ]


def test_check_does_not_wait_for_a_fifo(home: Places, tmp_path: Path) -> None:
    """A FIFO named as a DO is refused at once, a symlink to a DO is followed."""
    if sys.platform == "win32":
        pytest.skip("there are no FIFOs on Windows")
    os.mkfifo(tmp_path / "DO_x.ps1")
    (tmp_path / "DO_a.ps1").write_bytes(GOOD)
    (tmp_path / "DO_link.ps1").symlink_to("DO_a.ps1")
    assert "it is a FIFO" in cotemp("check", tmp_path / "DO_x.ps1").stdout
    assert cotemp("check", tmp_path / "DO_link.ps1").returncode == 0


def test_foreign_text_cannot_steer_the_terminal(home: Places, tmp_path: Path) -> None:
    """Escape sequences in a title are shown, not obeyed."""
    file = tmp_path / "DO_x.ps1"
    file.write_bytes(GOOD.replace(b"DO-Smoke", b"a\x1b[2Jb"))
    done = cotemp("check", file)
    assert "\x1b" not in done.stdout
    assert "a␛[2Jb" in done.stdout


# --- drop ---


def test_drop_writes_a_do_around_a_body(home: Places, inbox: Path, tmp_path: Path) -> None:
    """Title, repo, brief, consent, timeout and engine go into the header; the path of the DO is told."""
    done = cotemp(
        *("drop", "CO-X", "--title", 'Say "hi" #>', "--body", "echo hi", "--engine", "sh", "--brief", "b"),
        *("--repo", tmp_path, "--allow-writes", "--allow-network", "--allow-secrets", "--allow-destructive"),
        *("--timeout", "1h30m"),
    )
    (path,) = inbox.iterdir()
    assert (done.returncode, done.stdout) == (0, f"Queued DO -> {path}\n")
    data = path.read_bytes()
    do = read(data, Syntax.HASH)
    assert is_whole(data)
    assert path.suffix == ".sh"
    assert (do.title, do.repo, do.brief) == ("Say 'hi' # >", Repo(tmp_path.name, str(tmp_path)), "b")
    assert (do.consent, do.timeout) == (Flags(writes=True, network=True, secrets=True, destructive=True), 5400)


def test_drop_reads_the_body_from_stdin(home: Places, inbox: Path) -> None:
    """`--body -` takes any text from stdin; without --engine it is PowerShell, and nothing is allowed."""
    done = cotemp("drop", "co-x", "--title", "T", "--body", "-", "--json", stdin="'é — ✓'\r\n")
    (path,) = inbox.iterdir()
    do = read(path.read_bytes(), Syntax.BLOCK)
    assert path.read_bytes().endswith("# [PASTE IN POWERSHELL]\r\n'é — ✓'\r\n".encode())
    assert do.consent == Flags()
    assert told(done) == {
        "schema": 1,
        "path": str(path),
        "session": "co-x",
        "title": "T",
        "id": do.id,
        "watched": False,
    }


def test_drop_takes_a_finished_file_as_it_is(home: Places, inbox: Path, tmp_path: Path) -> None:
    """A file with a header arrives byte by byte, under a name that meets no other."""
    file = tmp_path / "anything.ps1"
    file.write_bytes(GOOD)
    assert [cotemp("drop", "co-x", file).returncode for _ in range(2)] == [0, 0]
    assert [path.read_bytes() for path in inbox.iterdir()] == [GOOD, GOOD]


def test_drop_puts_a_header_around_a_plain_script(home: Places, inbox: Path, tmp_path: Path) -> None:
    """A script without header gets one, named after its file, and keeps its text."""
    file = tmp_path / "count.py"
    file.write_text("#!/usr/bin/env python3\n# ---\nprint(1)\n")
    assert cotemp("drop", "co-x", file, "--allow-writes").returncode == 0
    (path,) = inbox.iterdir()
    do = read(path.read_bytes(), Syntax.HASH)
    assert (do.title, do.consent) == ("count", Flags(writes=True))
    assert path.read_text().endswith("\n# ---\n#!/usr/bin/env python3\n# ---\nprint(1)\n")


def test_drop_refuses_a_broken_header(home: Places, inbox: Path, tmp_path: Path) -> None:
    """A file with a broken header is not dropped; every problem is named as `check` does."""
    file = tmp_path / "DO_x.ps1"
    file.write_bytes(BROKEN)
    done = cotemp("drop", "co-x", file)
    assert done.returncode == 1
    assert done.stdout == ""
    assert f"{file}:4:9: risk.write: there is no such key" in done.stderr
    assert f"{file}:5:26: consent.allow_writes: `yes` is not yes or no" in done.stderr
    assert list(inbox.iterdir()) == []


@pytest.mark.parametrize(
    ("repo", "there"),
    [
        (".", "{cwd}"),
        ("~/src", "{home}/src"),
        (r"C:\Users\me\app", r"C:\Users\me\app"),
        (r"\\server\app", r"\\server\app"),
        ("/no/such/app", "/no/such/app"),
    ],
)
def test_the_repo_of_a_drop(home: Places, inbox: Path, nobody_home: Path, repo: str, there: str) -> None:
    """A folder of this machine goes into the header as its full path, one of another machine as it was typed."""
    (nobody_home / "src").mkdir()
    assert cotemp("drop", "co-x", "--title", "t", "--body", "x", "--repo", repo).returncode == 0
    (path,) = inbox.iterdir()
    expected = there.format(cwd=os.getcwd(), home=nobody_home)
    name = expected.replace("\\", "/").rpartition("/")[2]
    assert read(path.read_bytes(), Syntax.BLOCK).repo == Repo(name, expected)


@pytest.mark.parametrize(
    ("words", "code", "what"),
    [
        (["co-x"], 2, "either a FILE or --body"),
        (["co-x", "FILE", "--body", "x"], 2, "either a FILE or --body"),
        (["co-x", "--body", "x"], 2, "needs a title"),
        (["co-x", "--body", "x", "--title", "t", "--engine", "perl"], 2, "there are pwsh, python, sh"),
        (["co-x", "--body", "x", "--title", "t", "--timeout", "soon"], 2, "'soon' is no duration"),
        (["co-x", "--body", "x", "--title", "t", "--repo", "no/such"], 4, "there is no folder 'no/such'"),
        (["co-x", "FILE", "--allow-writes", "--title", "t"], 2, "--title, --allow-writes would have no effect"),
        (["co-x", "gone.ps1"], 4, "there is no file 'gone.ps1'"),
        (["co-x", "gone"], 4, "there is no file 'gone'"),
        (["co-y", "FILE"], 4, "did you mean co-x?"),
        (["co-x", "."], 2, "no engine runs"),
    ],
)
def test_drop_says_what_is_wrong(
    home: Places, inbox: Path, tmp_path: Path, words: list[str], code: int, what: str
) -> None:
    """Each mistake has its exit code and a message that helps, and drops nothing."""
    file = tmp_path / "DO_x.ps1"
    file.write_bytes(GOOD)
    done = cotemp("drop", *[str(file) if word == "FILE" else word for word in words])
    assert (done.returncode, done.stdout) == (code, "")
    assert what in done.stderr
    assert list(inbox.iterdir()) == []


def test_drop_creates_a_session_when_asked(home: Places) -> None:
    """`--create` makes the session that does not exist yet."""
    assert cotemp("drop", "co-new", "--title", "t", "--body", "x", "--create").returncode == 0
    assert len(list(home.session("co-new").inbox.iterdir())) == 1


def test_drop_says_when_nobody_watches(home: Places) -> None:
    """A DO that would lie there is announced as such; a watched session is not."""
    words = ("drop", "co-x", "--title", "t", "--body", "x", "--engine", "sh")
    assert "no watcher runs for co-x" in cotemp(*words).stderr
    with hold(home, "watch-co-x", "a watcher"):
        assert cotemp(*words).stderr == ""
    cotemp("drop", "Co-Y", *words[2:], "--create")
    with hold(home, "watch-co-y", "a watcher"):
        assert cotemp("drop", "co-y", *words[2:]).stderr == ""


@pytest.mark.skipif(sys.platform == "win32", reason="every Windows has a PowerShell")
def test_drop_says_when_there_is_no_powershell(home: Places, tmp_path: Path) -> None:
    """A DO that nothing here can run yet is announced as such, before anybody waits for it."""
    words = ("drop", "co-x", "--title", "t", "--body", "x")
    assert "PowerShell is not installed here" in cotemp(*words, PATH=str(tmp_path)).stderr
    assert "PowerShell" not in cotemp(*words, "--engine", "sh", PATH=str(tmp_path)).stderr
    program = tmp_path / "pwsh"
    program.touch(0o755)
    assert "PowerShell" not in cotemp(*words, PATH=str(tmp_path)).stderr


@contextmanager
def started(*words: str) -> Iterator[subprocess.Popen[str]]:
    """A command while it runs; it does not outlive the test."""
    command = [sys.executable, "-m", "cotemp", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8") as process:
        try:
            yield process
        finally:
            process.kill()


def run_it(places: Places, session: SessionPlaces, outcome: Outcome, *, reason: str | None = None) -> Run:
    """Take the one DO of the inbox as a watcher does, without a process."""

    def waiting() -> list[Path]:
        return [path for path in session.inbox.iterdir() if path.name.startswith("DO_")]

    (path,) = eventually(waiting)
    now, run_id = local_now(), new_run_id(local_now())
    started = now - timedelta(seconds=5)
    run = Run(run_id, session.id, path.name, "00", f"b-{run_id}", "host", "t", now, started=started)
    move(path, session.running / running_name(run_id, path.name))
    with Ledger(places) as ledger:
        ledger.intend(run, this_process())
        ledger.conclude(run_id, Ended(local_now(), outcome, reason, exit_code=3))
        ledger.mark_filed(run_id)
    return run


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (Outcome.PASSED, 0),
        (Outcome.FAILED, 1),
        (Outcome.REJECTED, 1),
        (Outcome.CANCELLED, 1),
        (Outcome.UNKNOWN, 5),
        (Outcome.REFUSED, 6),
        (Outcome.TIMED_OUT, 9),
    ],
)
def test_drop_waits_for_the_run(home: Places, outcome: Outcome, code: int) -> None:
    """`--wait` tells how the run ended, how long it took and where its log is; the exit code follows the outcome."""
    session = home.session("co-x")
    with started("drop", "co-x", "--title", "t", "--body", "x", "--wait", "--json") as process:
        run = run_it(home, session, outcome, reason="because")
        out, _ = process.communicate()
    answer = json.loads(out)["run"]
    assert process.returncode == code
    assert (answer["run_id"], answer["outcome"], answer["reason"]) == (run.id, outcome.value, "because")
    assert answer["exit_code"] == 3
    assert 5000 <= answer["elapsed_ms"] < 60_000
    assert answer["log"] == str(session.logs / f"{run.base}.txt")


def test_the_path_is_told_before_the_run_ends(home: Places) -> None:
    """Who waits sees at once where the DO is, and then how it ended."""
    session = home.session("co-x")
    with started("drop", "co-x", "--title", "t", "--body", "x", "--wait") as process:
        assert process.stdout
        first = process.stdout.readline()
        run = run_it(home, session, Outcome.FAILED, reason="exit code 3")
        rest = process.stdout.read().splitlines()
    assert first == f"Queued DO -> {session.inbox / run.do_file}\n"
    assert rest[0].startswith("failed after ")
    assert rest[0].endswith(": exit code 3")
    assert rest[1:] == [f"log: {session.logs / run.base}.txt"]


def test_a_watched_session_runs_what_is_dropped(home: Places) -> None:
    """With a real watcher: dropped, run, logged and told, in one command."""
    with started("watch", "co-x") as watcher:
        assert watcher.stdout
        assert watcher.stdout.readline() == "Watcher session: co-x\n"
        passed = cotemp("drop", "co-x", "--title", "t", "--body", "print('é')", "--engine", "python", "--wait")
        smoke = cotemp("new-do", "smoke", "co-x", "--engine", "python", "--repo", "/", "--wait", "--json")
    assert passed.returncode == 0
    log = Path(passed.stdout.splitlines()[-1].removeprefix("log: "))
    assert log.read_text(encoding="utf-8") == "é\n"
    assert told(smoke)["run"]["outcome"] == "passed"


def test_a_secret_in_the_title_can_be_waited_for(home: Places) -> None:
    """The DO's file loses the secret when it is claimed, and whoever dropped it still learns how it ended."""
    token = "ghp_" + "aB3dE6gH9jK2" * 3
    with started("watch", "co-x") as watcher:
        assert watcher.stdout
        assert watcher.stdout.readline() == "Watcher session: co-x\n"
        ran = cotemp("drop", "co-x", "--title", f"use {token}", "--body", "pass", "--engine", "python", "--wait")
    assert (ran.returncode, token in ran.stdout.splitlines()[-1]) == (0, False)
    assert not any(token in path.name for path in home.session("co-x").outbox.iterdir())


# --- new-do ---


def test_new_do_lists_its_templates(home: Places) -> None:
    """Without a name, it says what there is."""
    assert [line.split()[0] for line in cotemp("new-do").stdout.splitlines()[1:]] == [
        "hello",
        "smoke",
        "reposcan",
        "cctsfallback",
    ]


def test_new_do_drops_where_the_original_does(home: Places) -> None:
    """Smoke goes to co-migrate, hello to the own session; another target may be named."""
    home.session("co-migrate").make()
    assert cotemp("new-do", "smoke", "--engine", "python").returncode == 0
    assert cotemp("new-do", "hello", "--engine", "sh", COSESSION_ID="co-x").returncode == 0
    assert cotemp("new-do", "reposcan", "co-x", "--engine", "pwsh", "--repo", "/tmp", "--allow-network").returncode == 0
    assert "which session should run hello?" in cotemp("new-do", "hello").stderr
    (smoke,) = home.session("co-migrate").inbox.iterdir()
    scan, hello = sorted(home.session("co-x").inbox.iterdir(), key=lambda path: path.suffix)
    assert read(smoke.read_bytes(), Syntax.HASH).title == "DO-Smoke"
    assert read(hello.read_bytes(), Syntax.HASH).title == "DO-hello"
    do = read(scan.read_bytes(), Syntax.BLOCK)
    assert (do.repo.path, do.consent) == ("/tmp", Flags(network=True))


def test_new_do_writes_a_file_to_edit(home: Places, inbox: Path, tmp_path: Path) -> None:
    """A written file may be edited and dropped; one that is there is not overwritten."""
    file = tmp_path / "DO_mine.py"
    assert cotemp("new-do", "hello", "--engine", "python", "--out", file).returncode == 0
    file.write_text(file.read_text() + "print('more')\n")
    assert cotemp("check", file).returncode == 0
    assert cotemp("drop", "co-x", file).returncode == 0
    assert [path.read_text() for path in inbox.iterdir()] == [file.read_text()]
    assert cotemp("new-do", "smoke", "--engine", "python", "--out", file).returncode == 1
    assert "print('more')" in file.read_text()
    assert cotemp("new-do", "hello", "--engine", "python", "--out", "-").stdout.startswith("# ---\n# title:")


# --- start-up ---


def test_drop_imports_only_what_it_uses(home: Places) -> None:
    """A drop starts fast: it imports no parser of headers or settings, no database, and nothing heavy."""
    code = "import sys; from cotemp.cli import main; main(); print(*sys.modules, file=sys.stderr)"
    words = ["drop", "co-x", "--title", "t", "--body", "x"]
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    imported = set(done.stderr.split())
    assert "cotemp.messages.header.writing" in imported
    heavy = {
        "typer",
        "rich",
        "pydantic",
        "filelock",
        "psutil",
        "watchdog",
        "asyncio",
        "subprocess",
        "secrets",
        "difflib",
    }
    unused = {"sqlite3", "tomllib", "cotemp.messages.header.reading", "cotemp.config.settings"}
    assert imported & (heavy | unused) == set()
