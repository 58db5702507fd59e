"""A confined run is a run like any other: what it says, how it ends, what it may do."""

from __future__ import annotations

import json
import os
import shutil
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from cotemp.messages.run import Outcome
from tests.runner.launches import Ran, await_output

from .cells import Cell


def test_the_script_finds_itself_where_it_was_dropped(cell: Cell) -> None:
    """`__file__` and `$0` name the inbox, and what is there is the checked text, which it cannot change."""
    view = cell.view()
    told = cell.tries("me=lambda: __file__, text=lambda: read(__file__)[:5], changed=lambda: write(__file__)", view)
    assert (told["me"], told["text"], told["changed"]) == (str(view.do_path), "\nimpo", "no: OSError")
    assert cell.run("echo $0", engine="sh").said.startswith(str(view.do_path.parent))


@pytest.mark.parametrize("terminal", ["pty", "pipe"])
@pytest.mark.parametrize(
    ("body", "code", "outcome"), [("exit 0", 0, "passed"), ("exit 7", 7, "failed"), ("kill -9 $$", 137, "failed")]
)
def test_exit_codes_come_through(cell: Cell, terminal: str, body: str, code: int, outcome: str) -> None:
    """On a terminal and on a pipe, also 128 + the signal that ended the script."""
    launch = cell.launch(f"echo said; {body}", cell.view("DO_x.sh"), "sh")
    launch = replace(launch, engine=replace(launch.engine, terminal=terminal))
    ran = Ran(launch, cell.runner.start(launch).wait(60))
    assert (ran.finished.exit_code, ran.outcome, ran.said) == (code, outcome, "said\n")


def test_it_has_a_terminal_of_its_own(cell: Cell) -> None:
    """Programs see a terminal of our width, nobody can type into it, and no question waits for an answer."""
    told = cell.tries("""
        tty=lambda: os.isatty(1), width=lambda: os.get_terminal_size(1).columns,
        typed=lambda: __import__("fcntl").ioctl(1, 0x5412, b"x"), asked=lambda: sys.stdin.read(),
        terminal=lambda: open("/dev/tty")
    """)
    assert told == {"tty": True, "width": 250, "typed": "no: PermissionError", "asked": "", "terminal": "no: OSError"}


@pytest.mark.parametrize("terminal", ["pty", "pipe"])
def test_no_open_file_of_ours_goes_along(cell: Cell, terminal: str) -> None:
    """A script has its input and its outputs, and no line to the process that keeps it."""
    launch = cell.launch(
        "import os; print([n for n in range(300) if os.path.exists(f'/proc/self/fd/{n}')])", cell.view()
    )
    launch = replace(launch, engine=replace(launch.engine, terminal=terminal))
    assert Ran(launch, cell.runner.start(launch).wait(60)).said == "[0, 1, 2]\n"


@pytest.mark.parametrize("terminal", ["pty", "pipe"])
def test_what_could_not_be_started_is_told_so(cell: Cell, terminal: str) -> None:
    """When the walls cannot be put up, that is said in the enforcer's words, and is no failure of the script."""
    view = cell.view("DO_x.sh")
    for broken, word in (("/nowhere/at/all", "/nowhere/at/all"), ("sh", "")):
        launch = cell.launch("echo ran", view, "sh")
        engine = replace(launch.engine, terminal=terminal)
        if word:
            engine = replace(engine, argv=(broken, "{do}"))
        else:
            assert launch.confined
            launch.confined.descriptors[0][1].write_bytes(b"--no-such-option\0")
        launch = replace(launch, engine=engine)
        ran = Ran(launch, cell.runner.start(launch).wait(60))
        assert ran.outcome == Outcome.FAILED
        assert (ran.reason or "").startswith("could not be started: bwrap: ")
        assert word in (ran.reason or "")
        assert ran.finished.exit_code is None
        view = cell.view("DO_x.sh")


@pytest.mark.parametrize("terminal", ["pty", "pipe"])
def test_a_limit_that_cannot_be_set_starts_nothing(cell: Cell, terminal: str) -> None:
    """A run without the limits that its log names does not begin."""
    launch = cell.launch("echo ran", cell.view("DO_x.sh"), "sh")
    assert launch.confined
    broken = replace(launch.confined, groups=(*launch.confined.groups, Path("/nowhere")))
    launch = replace(launch, confined=broken, engine=replace(launch.engine, terminal=terminal))
    ran = Ran(launch, cell.runner.start(launch).wait(60))
    assert (ran.outcome, ran.said) == ("failed", "")
    assert (ran.reason or "").startswith("could not be started: ")


def test_a_script_may_end_politely_behind_the_walls(cell: Cell) -> None:
    """It is asked first, as without them."""
    body = "trap 'echo tidied up; exit 5' TERM; echo ready; while :; do sleep 0.01; done"
    launch = cell.launch(body, cell.view("DO_x.sh"), "sh")
    started = cell.runner.start(launch)
    await_output(launch.run_dir, "ready")
    started.cancel("anna")
    finished = started.wait(30)
    assert finished.how == "cancelled"
    assert "tidied up" in await_output(launch.run_dir, "tidied up")


def test_what_it_may_write(cell: Cell) -> None:
    """The artifacts and the outbox stay; what is private goes; nothing can be left in cotemp's home."""
    view = cell.view()
    told = cell.tries(
        f"""artifact=lambda: write(os.environ["COTEMP_ARTIFACTS"] + "/a"),
            answer=lambda: write(os.environ["COTEMP_OUTBOX"] + "/b"), temporary=lambda: write("/tmp/c"),
            home=lambda: write(os.path.expanduser("~/d")), directory=lambda: __import__("tempfile").mkdtemp()[:5],
            inbox=lambda: write("{cell.cotemp}/sessions/s/inbox/e"), state=lambda: write("{cell.state}/f")""",
        view,
    )
    assert [name for name, what in told.items() if str(what).startswith("no: ")] == ["inbox", "state"]
    assert told["directory"] == "/tmp/"
    assert [path.name for path in (*view.artifacts.iterdir(), *view.outbox.iterdir())] == ["a", "b"]
    assert not (cell.home / "d").exists()


def test_its_environment_is_what_it_was_given(cell: Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of ours that is not on the list, and the pid of no process outside."""
    monkeypatch.setenv("SECRET_OF_THE_HOST", "x")
    view = cell.view()
    launch = cell.launch("import os, json; print(json.dumps(sorted(os.environ)))", view)
    ran = Ran(launch, cell.runner.start(launch).wait(60))
    assert set(json.loads(ran.said)) - {"PWD", "LC_CTYPE"} == {*launch.env, "TMPDIR"}


def test_the_command_line_shows_nothing_private(cell: Cell) -> None:
    """A list of processes names the enforcer and the script, no folder that is hidden or shown."""
    launch = cell.launch(
        "import time; print('ready', flush=True); time.sleep(60)", cell.view(read=(cell.home / "plans",))
    )
    started = cell.runner.start(launch)
    await_output(launch.run_dir, "ready")
    line = Path(f"/proc/{started.pid}/cmdline").read_text()
    started.cancel("anna")
    started.wait(30)
    assert "plans" not in line
    assert "--ro-bind" not in line


def test_an_overlay_keeps_the_repo_as_it_is(cell: Cell) -> None:
    """The run sees its changes, the repo keeps its bytes, and the difference lies in the upper folder."""
    view = cell.view(repo=cell.repo, repo_mode="overlay", cwd=cell.repo)
    if not cell.enforcer.overlay:
        pytest.skip("no overlay here")
    told = cell.tries('file=lambda: write("file"), new=lambda: write("new"), seen=lambda: read("file")', view)
    assert told["seen"] == "changed"
    assert (cell.repo / "file").read_text() == "old"
    assert not (cell.repo / "new").exists()
    assert view.upper
    assert sorted(path.name for path in view.upper.iterdir()) == ["file", "new"]
    (view.work or view.upper).joinpath("work").chmod(stat.S_IRWXU)


def test_a_copy_stands_in_for_the_repo(cell: Cell) -> None:
    """Where no overlay is possible, the run works at the repo's path on a copy."""
    view = cell.view(repo=cell.repo, repo_mode="copy", cwd=cell.repo)
    assert view.copy
    (view.copy / "file").write_text("old")
    told = cell.tries(f'file=lambda: write("{cell.repo}/file"), env=lambda: read(".env")', view)
    assert told == {"file": "written", "env": "no: FileNotFoundError"}
    assert ((cell.repo / "file").read_text(), (view.copy / "file").read_text()) == ("old", "changed")
    assert sorted(os.listdir(view.copy)) == ["file"], "hiding what the copy lacks must not make it there"


@pytest.mark.parametrize("mode", ["overlay", "copy"])
def test_git_hooks_and_config_cannot_be_changed(cell: Cell, mode: str) -> None:
    """Not even in the run's own view, at any depth; committing works."""
    cell.make_git()
    (cell.repo / "nested" / ".git" / "hooks").mkdir(parents=True)
    (cell.repo / "nested" / ".git" / "config").write_text("[core]\n")
    view = cell.view(repo=cell.repo, repo_mode=mode, cwd=cell.repo)
    if mode == "overlay" and not cell.enforcer.overlay:
        pytest.skip("no overlay here")
    assert view.copy
    if mode == "copy":
        shutil.copytree(cell.repo, view.copy, dirs_exist_ok=True)
    attempts = """
        config=lambda: write(".git/config"), hook=lambda: write(".git/hooks/pre-commit"),
        replaced=lambda: os.rename(".git/config", ".git/old"), removed=lambda: os.remove(".git/config"),
        folder=lambda: os.rename(".git/hooks", ".git/hooks2"), nested=lambda: write("nested/.git/config"),
        nested_hook=lambda: write("nested/.git/hooks/x"), whole=lambda: os.rename(".git", ".git2"),
        file=lambda: write("file"),
        commit=lambda: call("git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qam", "y")
    """
    told = cell.tries(attempts, view)
    assert sorted(name for name, what in told.items() if not str(what).startswith("no: ")) == ["commit", "file"]
    if view.work and (view.work / "work").exists():
        (view.work / "work").chmod(stat.S_IRWXU)


def test_shown_and_hidden(cell: Cell) -> None:
    """`policy.read` is seen read-only; it cannot show all of HOME, nor anything of cotemp's."""
    (cell.home / "plans").mkdir()
    (cell.home / "plans" / "x").write_text("seen")
    view = cell.view(read=(cell.home / "plans", cell.home, cell.root, cell.config, cell.home / "nowhere"))
    told = cell.tries(
        f"""seen=lambda: read("{cell.home}/plans/x"), changed=lambda: write("{cell.home}/plans/x"),
            key=lambda: read("{cell.home}/.ssh/id_ed25519"), policy=lambda: read("{cell.config}/agents.toml")""",
        view,
    )
    assert told["seen"] == "seen"
    assert [what[:3] for name, what in told.items() if name != "seen"] == ["no:"] * 3


def test_python_and_cotemp_work_inside(cell: Cell) -> None:
    """A DO in Python has the packages of the Python that runs cotemp."""
    told = cell.tries('cotemp=lambda: __import__("cotemp").__name__, psutil=lambda: __import__("psutil").__name__')
    assert told == {"cotemp": "cotemp", "psutil": "psutil"}
