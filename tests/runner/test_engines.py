"""The engines: which file runs where, what the settings change, and whether the program is there."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from cotemp.config import EngineConfig
from cotemp.messages.header import Syntax
from cotemp.messages.run import Enforcement
from cotemp.runner.engines import ENGINES, Engine, Found, Missing, engine_of, engines, find, probe
from cotemp.sandbox import Confined

from .launches import Bench


@pytest.mark.parametrize(
    ("name", "engine"),
    [
        ("DO_hello_120000.ps1", "pwsh"),
        ("anything.PS1", "pwsh"),
        ("DO_x.py", "python"),
        ("do_x.Py", "python"),
        ("DO_x.sh", "sh"),
        ("helper.py", None),
        ("x.sh", None),
        ("DO_x.txt", None),
        ("DO_x.ps1.bak", None),
        ("NOTE_20250909-171330_co-migrate.md", None),
        (".tmp-0123456789", None),
        ("", None),
    ],
)
def test_the_name_of_a_file_chooses_its_engine(name: str, engine: str | None) -> None:
    """Any PowerShell file is a DO, as in the original; of others only DO_*."""
    found = engine_of(name, ENGINES)
    assert (found and found.name) == engine


def program(folder: Path, name: str, body: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def test_a_new_engine_is_a_new_row_of_the_settings(bench: Bench, tmp_path: Path) -> None:
    """A language that cotemp has never heard of runs without a line of code."""
    loud = program(tmp_path, "loud", 'tr a-z A-Z < "$1"')
    config = EngineConfig(argv=(str(loud), "{do}"), extension=".loud", header="hash", probe=(str(loud), "--version"))
    known = engines({"loud": config})
    engine = engine_of("DO_x.loud", known)
    assert engine
    assert engine.syntax is Syntax.HASH
    assert bench.run("hello\n", engine).said == "HELLO\n"
    assert set(known) == {"pwsh", "python", "sh", "loud"}


def test_the_settings_change_a_shipped_engine(tmp_path: Path) -> None:
    """What they do not name stays, and the program that they name is the one that is asked."""
    mine = program(tmp_path, "mine", "echo Python 9.8.7rc1")
    engine = engines({"python": EngineConfig(argv=(str(mine), "{do}"))})["python"]
    assert (engine.extension, engine.pattern, engine.syntax, engine.terminal) == (".py", "DO_*.py", Syntax.HASH, "pty")
    assert probe(engine) == Found(str(mine), "9.8.7rc1")
    piped = engines({"python": EngineConfig(terminal="pipe")})["python"]
    assert piped == replace(ENGINES["python"], terminal="pipe")
    other = engines({"pwsh": EngineConfig(extension=".posh", header="hash")})["pwsh"]
    assert (other.pattern, other.syntax) == ("*.posh", Syntax.HASH)


def test_the_wrapper_decides_about_the_end_mark() -> None:
    """Only who uses the wrapper must have printed its mark."""
    assert ENGINES["pwsh"].end_mark
    assert not ENGINES["sh"].end_mark
    assert not engines({"pwsh": EngineConfig(argv=("pwsh", "-File", "{do}"))})["pwsh"].end_mark


def test_placeholders_are_filled_wherever_they_stand(bench: Bench) -> None:
    """Also inside a word, and only those that are known."""
    engine = replace(ENGINES["sh"], argv=("sh", "-c", 'echo "$0 $1"', "--file={do}", "{unknown}"))
    ran = bench.run("", engine)
    assert ran.said == f"--file={ran.launch.run_dir / 'do' / 'DO_x.sh'} {{unknown}}\n"


def test_what_confines_a_run_stands_before_the_engine(bench: Bench, tmp_path: Path) -> None:
    """It is a program that runs the rest in other circumstances, and it says where the DO is seen there."""
    script = tmp_path / "elsewhere.sh"
    script.write_text('echo "$WHERE $0"')
    inside = Confined(("/usr/bin/env", "WHERE=inside"), script, Enforcement())
    assert bench.run('echo "$WHERE"', confined=inside).said == f"inside {script}\n"


def test_the_python_that_runs_cotemp_is_the_python_of_dos() -> None:
    """It is always there, and its version is told."""
    found = probe(ENGINES["python"])
    assert found == Found(sys.executable, ".".join(map(str, sys.version_info[:3])))


def test_a_program_without_version_is_found_all_the_same() -> None:
    """It is called by its name then."""
    found = probe(ENGINES["sh"])
    assert isinstance(found, Found)
    assert found.version == "sh"


def test_missing_powershell_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The message names the program and two ways out."""
    monkeypatch.setenv("PATH", str(tmp_path))
    for missing in (find(ENGINES["pwsh"]), probe(ENGINES["pwsh"])):
        assert isinstance(missing, Missing)
        assert missing.what == "PowerShell not found"
        assert missing.fix.startswith("install it (https://")
        assert "[engines.pwsh]" in missing.fix


@pytest.mark.parametrize(
    ("body", "trouble"), [("echo broken >&2; exit 3", "exit code 3: broken"), ("kill $$", "exit code -15")]
)
def test_a_program_that_does_not_work_is_told(tmp_path: Path, body: str, trouble: str) -> None:
    """What it said stands in the message."""
    missing = probe(engine_for(program(tmp_path, "sick", body)))
    assert isinstance(missing, Missing)
    assert trouble in missing.what


def test_a_program_that_is_no_program_is_told(tmp_path: Path) -> None:
    """A file that cannot be started is as good as none."""
    path = tmp_path / "empty"
    path.write_bytes(b"\x7fELF")
    path.chmod(0o755)
    assert isinstance(probe(engine_for(path)), Missing)


def test_a_program_is_asked_once_and_again_when_it_changes(tmp_path: Path) -> None:
    """Asking PowerShell takes long; a new version is noticed all the same, and a cure too."""
    log = tmp_path / "asked"
    path = program(tmp_path, "old", f"echo x >> {log}; echo 1.0")
    engine = engine_for(path)
    assert [probe(engine) for _ in range(3)] == [Found(str(path), "1.0")] * 3
    assert log.read_text() == "x\n"
    program(tmp_path, "old", "echo 2.0")
    os.utime(path, ns=(0, time.time_ns()))
    assert probe(engine) == Found(str(path), "2.0")
    sick = program(tmp_path, "sick", f"test -e {tmp_path}/cured && echo 1.0")
    assert isinstance(probe(engine_for(sick)), Missing)
    (tmp_path / "cured").touch()
    assert isinstance(probe(engine_for(sick)), Found)


def engine_for(path: Path) -> Engine:
    return replace(ENGINES["sh"], argv=(str(path), "{do}"), probe=(str(path),))
