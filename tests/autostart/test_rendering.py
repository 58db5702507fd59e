"""What is written for each system: compared byte for byte, and read back as that system reads it."""

from __future__ import annotations

import os
import plistlib
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cotemp.autostart import launchd, run_key, systemd, task, xdg
from cotemp.autostart.entry import Entry, entry_for
from cotemp.errors import BadUsage
from cotemp.places import Places
from tests.autostart.machines import ENTRY, WINDOWS
from tests.conftest import need

from .reading import desktop_words, systemd_environment, systemd_words, unit, windows_words

GOLDEN = Path(__file__).parent / "golden"
_NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), min_size=1)
_PATHS = _NAMES.map("/{}".format)
_ODD = st.text("\"'\\$%`=;#&<>! ~a{}ä", min_size=1).map("/{}".format) | _PATHS
ARGV = st.tuples(_ODD, st.lists(_ODD, max_size=3)).map(lambda found: (found[0], *found[1]))
ENVIRONMENT = st.lists(_ODD, max_size=2).map(lambda found: tuple(zip(("PATH", "XDG_STATE_HOME"), found, strict=False)))


@pytest.mark.parametrize(
    ("name", "render", "entry"),
    [
        ("systemd.service", systemd.render, ENTRY),
        ("xdg.desktop", xdg.render, ENTRY),
        ("launchd.plist", launchd.render, ENTRY),
        ("task.xml", task.render, WINDOWS),
        ("run-key.txt", run_key.render, WINDOWS),
    ],
)
def test_what_is_written(name: str, render: Callable[[Entry], str], entry: Entry) -> None:
    """Nobody changes what starts at login by accident: it is these bytes, on whatever system they are made."""
    assert render(entry) == (GOLDEN / name).read_bytes().decode()


@given(ARGV, ENVIRONMENT)
def test_systemd_reads_the_same_command(argv: tuple[str, ...], environment: tuple[tuple[str, str], ...]) -> None:
    """A path may hold whatever a file system takes; systemd starts just that, with just those variables."""
    found = unit(systemd.render(replace(ENTRY, argv=argv, environment=environment)))
    (line,) = found["ExecStart"]
    assert _without_sh(systemd_words(line)) == list(argv)
    assert systemd_environment(found) == dict(environment)


@given(ARGV, ENVIRONMENT)
@settings(max_examples=50, deadline=None)
@pytest.mark.skipif(sys.platform == "win32", reason="POSIX only: a shell reads it back")
def test_a_desktop_reads_the_same_command(argv: tuple[str, ...], environment: tuple[tuple[str, str], ...]) -> None:
    """The command of an XDG entry is the one that was meant, after three layers of quotes and escapes."""
    words = desktop_words(xdg.render(replace(ENTRY, argv=argv, environment=environment)))
    if environment:
        variables = [f"{name}={value}" for name, value in environment]
        assert words[: len(variables) + 1] == ["/usr/bin/env", *variables]
        words = words[len(variables) + 1 :]
    assert _without_sh(words) == list(argv)


def _without_sh(words: list[str]) -> list[str]:
    """What is started in the end: a program with an odd path is started by a shell."""
    return words[3:] if words[:3] == ["/bin/sh", "-c", 'exec "$0" "$@"'] else words


@given(ARGV, ENVIRONMENT)
def test_launchd_reads_the_same_command(argv: tuple[str, ...], environment: tuple[tuple[str, str], ...]) -> None:
    """A property list holds the words as they are, and says to start again only after an error."""
    found = plistlib.loads(launchd.render(replace(ENTRY, argv=argv, environment=environment)).encode())
    assert (found["ProgramArguments"], found["EnvironmentVariables"]) == (list(argv), dict(environment))
    assert (found["RunAtLoad"], found["KeepAlive"]) == (True, {"SuccessfulExit": False})


@given(ARGV)
def test_the_task_scheduler_reads_the_same_command(argv: tuple[str, ...]) -> None:
    """A task's command and arguments are what was meant; what Windows would replace in them is refused."""
    line = " ".join(argv)
    assume(not re.search(r"%[^%]+%|\$\(", line))
    text = task.render(replace(WINDOWS, argv=argv))
    assert text.startswith('<?xml version="1.0" encoding="UTF-16"?>\n')
    (action,) = ElementTree.fromstring(text.partition("\n")[2]).findall(".//{*}Exec")
    assert action.findtext("{*}Command") == argv[0]
    assert windows_words(action.findtext("{*}Arguments") or "") == list(argv[1:])


@given(st.lists(_ODD, min_size=1, max_size=3))
def test_windows_reads_the_same_command_from_the_run_key(argv: list[str]) -> None:
    """A line of the Run key comes apart into the words that were meant."""
    entry = replace(WINDOWS, argv=tuple(argv))
    assume(len(subprocess.list2cmdline(argv)) <= run_key.LONGEST)
    assert windows_words(run_key.render(entry)) == argv


def test_the_run_key_is_short() -> None:
    """What the Run key would cut off is not written; the other way is named."""
    with pytest.raises(BadUsage) as caught:
        run_key.render(replace(WINDOWS, argv=("x" * 300,)))
    assert "--by task" in caught.value.fix


@pytest.mark.parametrize("path", ["C:\\%TEMP%\\x", "C:\\$(Arg0)"])
def test_what_the_task_scheduler_would_replace(path: str) -> None:
    """A path in which Windows would put something else is refused, and the other way is named."""
    with pytest.raises(BadUsage) as caught:
        task.render(replace(WINDOWS, argv=("python.exe", path)))
    assert "run-key" in caught.value.fix


def test_a_task_has_the_rights_of_its_user_and_no_end() -> None:
    """A task runs as long as it likes, once, on battery too, with no more rights than its user has without asking."""
    root = ElementTree.fromstring(task.render(WINDOWS).partition("\n")[2])
    expected = {
        "RunLevel": "LeastPrivilege", "LogonType": "InteractiveToken", "MultipleInstancesPolicy": "IgnoreNew",
        "ExecutionTimeLimit": "PT0S", "DisallowStartIfOnBatteries": "false", "StopIfGoingOnBatteries": "false",
    }  # fmt: skip
    assert {name: root.findtext(f".//{{*}}{name}") for name in expected} == expected
    assert root.findtext(".//{*}LogonTrigger/{*}UserId") == root.findtext(".//{*}Principal/{*}UserId") == WINDOWS.user


@pytest.mark.parametrize("path", ["/a\nb", "/a\x1b[2Jb", "/a\udcffb", "/a\uffffb"])
def test_a_path_that_no_format_can_hold(path: str, places: Places) -> None:
    """A path with control characters, or in no encoding, is refused before anything is written."""
    with pytest.raises(BadUsage):
        entry_for(places, Path(path), ("python",), environment={}, user="me", looked_after=True)


@pytest.mark.skipif(sys.platform != "linux", reason="systemd is on Linux")
def test_systemd_itself_takes_the_unit(tmp_path_factory: pytest.TempPathFactory) -> None:
    """systemd finds nothing to say about the unit, whatever the paths are called; about a wrong one it does."""
    analyze = need("systemd-analyze")
    top = tmp_path_factory.mktemp("x")  # a short path: systemd looks at the paths of all sockets below it
    for number, name in enumerate(("python 3", "p\"y't\\hon", "100%n $HOME", "Zoë=ü")):
        folder = top / name
        folder.mkdir()
        python = folder / "python"
        python.symlink_to(sys.executable)
        entry = replace(ENTRY, argv=(str(python), *ENTRY.argv[1:]))
        assert _verified(analyze, top / f"right-{number}.service", systemd.render(entry)) == (0, "")
    wrong = systemd.render(replace(ENTRY, argv=("/nowhere/python",)))
    code, said = _verified(analyze, top / "wrong.service", wrong)
    assert code != 0
    assert "/nowhere/python" in said


def _verified(analyze: str, file: Path, text: str) -> tuple[int, str]:
    file.write_text(text, encoding="utf-8")
    env = {**os.environ, "XDG_RUNTIME_DIR": str(file.parent)}
    done = subprocess.run(
        [analyze, "verify", "--user", str(file)],
        env=env,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr
