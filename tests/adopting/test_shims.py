"""Shims run for real: an old command line becomes a new one, word by word."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cotemp.adopting.shims import differing, write_shims
from cotemp.config.reading import applied
from cotemp.errors import BadUsage, NotFound

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in for cotemp is a program of POSIX")

LOOPS = ("builder", "adversary")
RECORDER = """\
#!{python}
import json, os, sys
with open({log!r}, "a") as log:
    log.write(json.dumps(sys.argv[1:]) + "\\n")
sys.exit(int(os.environ.get("FAKE_CHECK" if sys.argv[1:2] == ["shims"] else "FAKE_CODE", "0")))
"""


class Old:
    """A folder of shims, and a stand-in for cotemp on PATH that records what it is asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "cc-ci-plan"
        self.folder.mkdir()
        self.log = folder / "log"
        self.programs = folder / "bin"
        self.programs.mkdir()
        recorder = self.programs / "cotemp"
        recorder.write_text(RECORDER.format(python=sys.executable, log=str(self.log)))
        recorder.chmod(0o755)
        self.search = f"{self.programs}:/usr/bin:/bin"
        write_shims(self.folder, LOOPS)

    def run(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Type an old command line; the first word is the launcher."""
        start = ["sh"] if words[0].endswith(".sh") else [sys.executable]
        return subprocess.run(
            [*start, str(self.folder / words[0]), *words[1:]],
            env={"PATH": self.search, "HOME": os.environ["HOME"], **env},
            capture_output=True, text=True, check=False, timeout=30,
        )  # fmt: skip

    def asked(self) -> list[list[str]]:
        """What cotemp was asked for, call by call."""
        return [json.loads(line) for line in self.log.read_text().splitlines()] if self.log.exists() else []


@pytest.fixture
def old(tmp_path: Path) -> Old:
    return Old(tmp_path)


TABLE = [
    ("launch.py start", "up builder adversary"),
    ("launch.py status", "status"),
    ("launch.py watchdog", "watchdog"),
    ("launch.py stop", "down builder adversary"),
    ("launch.sh", "up builder adversary"),
    ("launch.sh status", "status"),
    ("launch-orchestrator.py", "up orchestrator"),
    ("launch-orchestrator.py start", "up orchestrator"),
    ("launch-orchestrator.py stop", "down orchestrator"),
    ("launch-orchestrator.sh", "up orchestrator"),
    ("launch-assistant.py tasks/mirror.md", "up assistant --task tasks/mirror.md"),
    ("launch-assistant.py stop", "down assistant"),
    ("launch-upgrader.py", "wake upgrader"),
    ("launch-report.py", "wake report"),
    ("agents.py up", "up"),
    ("agents.py up builder --drain", "up builder --drain"),
    ("agents.py down builder", "down builder"),
    ("agents.py status --json", "status --json"),
    ("agents.py watchdog --explain", "watchdog --explain"),
    ("agents.py logs builder -f", "log builder -f"),
    ("agents.py phase", "phase"),
    ("agents.py phase set pvfix", "phase set pvfix"),
]


@pytest.mark.parametrize(("typed", "asked"), TABLE, ids=[typed for typed, _ in TABLE])
def test_an_old_command_line_becomes_a_new_one(typed: str, asked: str, old: Old) -> None:
    """What people, prompts and boot units type goes on working."""
    done = old.run(*typed.split(), RESUME_PHASE="1")
    assert (done.returncode, done.stderr) == (0, "")
    assert old.asked() == [asked.split()]


def test_the_line_of_the_handbook_works(old: Old) -> None:
    """RESUME_PHASE=1 LOOP_BACKEND=claude LOOP_MODEL=sonnet launch.py start: compared, then started."""
    done = old.run("launch.py", "start", RESUME_PHASE="1", LOOP_BACKEND="claude", LOOP_MODEL="sonnet")
    assert done.stderr == ""
    assert old.asked() == [
        ["shims", "check", *LOOPS, "--some", "--backend=claude"],
        ["shims", "check", *LOOPS, "--some", "--model=sonnet"],
        ["up", *LOOPS],
    ]


@pytest.mark.parametrize(
    ("launcher", "env", "asked"),
    [
        ("launch.py", {"LOOP_MODEL_BUILDER": "opus"}, ["builder", "--model=opus"]),
        ("launch.py", {"LOOP_MODEL_ADV": "opus"}, ["adversary", "--model=opus"]),
        ("launch-orchestrator.py", {"ORCH_MODEL": "opus"}, ["orchestrator", "--some", "--model=opus"]),
        ("launch-orchestrator.py", {"LOOP_MODEL": "opus"}, None),
        ("launch.py", {"LOOP_MODEL": "", "LOOP_OTHER": "1"}, None),
    ],
)
def test_each_old_variable_is_compared_for_whom_it_was(
    launcher: str, env: dict[str, str], asked: list[str] | None, old: Old
) -> None:
    """A variable is about the agents that its launcher started, or the one that it names."""
    old.run(launcher, "start", RESUME_PHASE="1", **env)
    checks = [call[2:] for call in old.asked() if call[0] == "shims"]
    assert checks == ([asked] if asked else [])
    assert old.asked()[-1][0] == "up"


def test_a_variable_that_differs_starts_nothing(old: Old) -> None:
    """agents.toml decides; whoever wants another model edits it, and is not left to believe otherwise."""
    done = old.run("launch.py", "start", RESUME_PHASE="1", LOOP_MODEL="opus", FAKE_CHECK="1")
    assert done.returncode == 1
    assert "nothing was started" in done.stderr
    assert not [call for call in old.asked() if call[0] == "up"]


def test_the_phase_is_never_lost_silently(old: Old) -> None:
    """A start without RESUME_PHASE keeps the phase, too, and says how to begin anew."""
    done = old.run("launch.py", "start")
    assert "the current phase is kept" in done.stderr
    assert "cotemp phase set" in done.stderr
    assert old.asked() == [["up", *LOOPS]]
    assert "kept" not in old.run("launch.py", "start", RESUME_PHASE="1").stderr
    assert "kept" not in old.run("launch.py", "status").stderr


@pytest.mark.parametrize(
    "typed",
    [
        "launch.py",
        "launch.py dance",
        "launch-assistant.py",
        "launch-assistant.py a b",
        "agents.py",
        "launch-report.py x",
    ],
)
def test_what_nobody_knows_is_no_guess(typed: str, old: Old) -> None:
    """Words without a meaning end with the code of a wrong usage, and cotemp is not asked."""
    done = old.run(*typed.split())
    assert done.returncode == 2
    assert "nobody knows what this means" in done.stderr
    assert old.asked() == []


@pytest.mark.parametrize("code", [1, 3, 7, 130])
def test_exit_codes_are_cotemps_own(code: int, old: Old) -> None:
    """Whoever calls a shim learns what cotemp said."""
    assert old.run("launch.py", "status", FAKE_CODE=str(code)).returncode == code
    assert old.run("launch.sh", "status", FAKE_CODE=str(code)).returncode == code


HOSTILE = ["$(touch owned)", "; touch owned", "a b  c", "*", "", "\\", "'\"", "-x"]


@pytest.mark.parametrize("word", HOSTILE)
def test_no_shell_reads_the_words(word: str, old: Old) -> None:
    """Every word arrives as it was typed."""
    old.run("agents.py", "status", word)
    old.run("launch.sh", "status", word)
    assert old.asked() == [["status", word]] * 2
    assert not list(old.folder.glob("owned"))


def test_without_cotemp_on_path_the_recorded_one_is_used(old: Old) -> None:
    """The Python that wrote the shims has cotemp; it is said what to mend."""
    old.search = "/usr/bin:/bin"
    done = old.run("launch.py", "status", "--help")
    assert done.returncode == 0
    assert "cotemp is not on PATH: using" in done.stderr
    assert "Usage: cotemp status" in done.stdout


def test_where_cotemp_is_gone_it_is_said_what_to_do(old: Old) -> None:
    """A shim that outlived its cotemp says so, with the code for a missing tool."""
    shim = old.folder / "launch.py"
    shim.write_text(re.sub(r"(?m)^RECORDED = .*$", 'RECORDED = ["/gone/python", "-m", "cotemp"]', shim.read_text()))
    old.search = "/usr/bin:/bin"
    done = old.run("launch.py", "status")
    assert done.returncode == 8
    assert "install cotemp, then: cotemp shims" in done.stderr


def test_an_interrupted_program_stops_at_once(old: Old) -> None:
    """The shim becomes cotemp: no process of ours stands between a signal and it."""
    (old.programs / "cotemp").write_text("#!/bin/sh\necho here\nexec sleep 600\n")
    argv = [sys.executable, str(old.folder / "launch.py"), "watchdog"]
    env = {"PATH": f"{old.programs}:/usr/bin:/bin"}
    with subprocess.Popen(argv, env=env, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"here\n"
        process.terminate()
        assert process.wait(timeout=10) == -15


# --- writing them ---


def test_what_was_there_is_kept_and_ours_is_not(tmp_path: Path) -> None:
    """The first time originals are kept; the second time nothing changes; an older shim of ours is only replaced."""
    (tmp_path / "launch.py").write_text("print('the original')\n")
    first = write_shims(tmp_path, LOOPS)
    assert {one.state for one in first.files} == {"written"}
    assert [one.kept for one in first.files if one.kept] == [tmp_path / "launch.py.orig"]
    assert {one.state for one in write_shims(tmp_path, LOOPS).files} == {"same"}
    again = write_shims(tmp_path, ("builder",))
    assert {one.state for one in again.files if one.file.suffix == ".py"} == {"updated"}
    assert [file.name for file in tmp_path.glob("*.orig*")] == ["launch.py.orig"]
    assert (tmp_path / "launch.py.orig").read_text() == "print('the original')\n"


def test_a_second_original_gets_a_number(tmp_path: Path) -> None:
    """Somebody put the old launcher back: both are kept."""
    for text in ("one", "two"):
        (tmp_path / "agents.py").write_text(text)
        write_shims(tmp_path, LOOPS)
    assert (tmp_path / "agents.py.orig").read_text() == "one"
    assert (tmp_path / "agents.py.orig2").read_text() == "two"


def test_a_link_is_set_aside_not_written_through(tmp_path: Path) -> None:
    """What a link leads to stays as it is."""
    (tmp_path / "target").write_text("mine")
    folder = tmp_path / "plans"
    folder.mkdir()
    (folder / "launch.py").symlink_to(tmp_path / "target")
    write_shims(folder, LOOPS)
    assert (tmp_path / "target").read_text() == "mine"
    assert (folder / "launch.py.orig").is_symlink()


def test_folders_in_the_way_are_told_before_anything_is_written(tmp_path: Path) -> None:
    """Nothing is written where not everything can be."""
    (tmp_path / "agents.py").mkdir()
    with pytest.raises(BadUsage, match=r"agents\.py is a folder"):
        write_shims(tmp_path, LOOPS)
    assert [file.name for file in tmp_path.iterdir()] == ["agents.py"]
    with pytest.raises(NotFound):
        write_shims(tmp_path / "nowhere", LOOPS)


def test_shims_are_python_3_8(tmp_path: Path) -> None:
    """An old machine's python3 understands them."""
    write_shims(tmp_path, LOOPS)
    for file in tmp_path.glob("*.py"):
        ast.parse(file.read_text(), feature_version=(3, 8))


def test_the_settings_are_compared_and_the_line_to_edit_is_named(tmp_path: Path) -> None:
    """What differs is said for each agent, with what to write where."""
    file = tmp_path / "agents.toml"
    config = applied(file, b'[agents.a]\nkind = "persistent"\nbackend = "claude"\nmodel = "sonnet"\n')
    assert differing(config, ["a"], "claude", "sonnet", file) == []
    assert differing(config, ["a"], None, None, file) == []
    (found,) = differing(config, ["a"], "claude", "opus", file)
    assert found.startswith("a has model sonnet, not opus: write model =")
    assert str(file) in found
    assert "there is no agent b" in differing(config, ["b"], None, "opus", file)[0]
