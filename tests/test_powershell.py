"""The module in a real PowerShell, where there is one: every file of `tests/ps`, in a home that `cotemp init` made."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from cotemp.setup.powershell import module_folders
from tests.conftest import need

from .powershell.syntax import MODULE, functions, parse, walk
from .test_powershell_files import errors

FOLDER = Path(__file__).parent / "ps"
TESTS = sorted(FOLDER.glob("*.Tests.ps1"))
LIST = (b"name, session_id, pid\n", b"'name', 'session_id', 'pid'\n")
"""A line of the seed document: lists of bare words are PowerShell, but the parser does not know them."""
PROGRAMS = ["pwsh", "powershell"] if sys.platform == "win32" else ["pwsh"]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("file", TESTS, ids=lambda file: file.name.removesuffix(".Tests.ps1"))
def test_in_powershell(file: Path, program: str, unenforced: None, nobody_home: Path) -> None:
    """Every case of the file is so; what it says of each is shown when one is not (and with -rP)."""
    powershell = need(program)
    subprocess.run([sys.executable, "-m", "cotemp", "init"], check=True, stdout=subprocess.DEVNULL, timeout=60)
    argv = [powershell, "-NoProfile", "-NonInteractive", "-NoLogo", *bypass(), "-File", str(file)]
    ran = subprocess.run(
        argv, env=environment(), cwd=nobody_home, stdin=subprocess.DEVNULL, capture_output=True, timeout=280
    )  # fmt: skip
    told = ran.stdout.decode(errors="replace")
    print(told)
    assert ran.returncode == 0, told + ran.stderr.decode(errors="replace")
    assert "ok    " in told
    assert "FAIL  " not in told


def bypass() -> list[str]:
    """A checkout of somebody else's may be refused by Windows otherwise."""
    return ["-ExecutionPolicy", "Bypass"] if sys.platform == "win32" else []


def environment() -> Mapping[str, str]:
    """What the PowerShell sees: nothing of a PowerShell around this test."""
    env = {name: value for name, value in os.environ.items() if name != "PSModulePath"}
    env |= {"POWERSHELL_TELEMETRY_OPTOUT": "1", "POWERSHELL_UPDATECHECK": "Off", "NO_COLOR": "1"}
    if sys.platform == "win32":  # there folders are asked of the system, which knows nothing of this test's home
        env |= {
            "COTEMP_PYTHON": sys.executable,
            "PSModulePath": os.pathsep.join(str(at.parent) for at in module_folders()),
        }
    return env


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.ps1")), ids=lambda file: file.name)
def test_it_parses(file: Path) -> None:
    """Each file of tests is PowerShell, and ASCII, as every version reads it."""
    data = file.read_bytes()
    assert data.isascii()
    assert errors(data.replace(*LIST)) == []


def test_every_function_is_called() -> None:
    """No exported function and no old name is left out of the tests."""
    exported = {
        name
        for file in (MODULE / "Public").glob("*.ps1")
        for one in functions(file)
        for name in (one.name, *one.aliases)
    }
    commands = [node for file in TESTS for node in walk(parse(file)) if node.type == "command_name"]
    assert exported - {(node.text or b"").decode() for node in commands} == set()


def test_every_file_ends_with_its_count() -> None:
    """A file whose cases fail does not end as one whose cases are so."""
    for file in TESTS:
        assert file.read_text().endswith("exit $global:CoFailed\n")
