"""Start-up: what is typed all day loads nothing that it does not use."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cotemp.cli.table import TABLE
from tests.benchmarks.all_day import CALLS, calls, furnish

HEAVY = {
    "asyncio", "filelock", "jsonschema", "multiprocessing", "pexpect", "psutil", "pydantic", "rich",
    "secrets", "ssl", "subprocess", "typer", "urllib.request", "watchdog",
}  # fmt: skip


def loaded(line: list[str], root: Path) -> set[str]:
    """Modules that a command line imports."""
    env = os.environ | furnish(root)
    command = [sys.executable, "-X", "importtime", "-m", "cotemp", *line]
    done = subprocess.run(command, env=env, capture_output=True, encoding="utf-8", check=False, timeout=30)
    assert done.returncode == 0, done.stderr
    report = (text for text in done.stderr.splitlines() if text.startswith("import time:"))
    return {text.rpartition("|")[2].strip() for text in report}


def test_every_hot_command_has_a_call() -> None:
    """Benchmarks and the test below know all of them."""
    assert set(CALLS) == {command.name for command in TABLE.commands if command.hot}


@pytest.mark.parametrize("line", [["--version"], ["--help"], *calls()], ids=lambda line: line[0])
def test_a_hot_command_loads_nothing_heavy(line: list[str], tmp_path: Path) -> None:
    """No framework, no validation and no process tools on the way of a command that is typed all day."""
    assert HEAVY & loaded(line, tmp_path) == set()


def test_the_frame_itself_is_light() -> None:
    """The frame does without what costs more than it does."""
    code = "import cotemp.cli.entry, sys; print(*sys.modules)"
    modules = subprocess.check_output([sys.executable, "-c", code], encoding="utf-8").split()
    assert {"dataclasses", "inspect", "json", "sqlite3", "platformdirs", *HEAVY} & set(modules) == set()
