"""What every test stands on: a home of its own, and no way into the real one."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from cotemp.places import Places, own_config_file

STRICT = bool(os.environ.get("COTEMP_TEST_STRICT"))
"""Set where every tool must be there, as in CI: what is missing then fails instead of skipping, and property tests
try the same each time, so that red means a change."""

settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=STRICT)
settings.load_profile("busy")  # no test fails because the machine has other things to do

signal.signal(signal.SIGINT, signal.default_int_handler)
"""A shell lets what it starts in the background ignore Ctrl+C, and so would each program that a test interrupts."""


def need(tool: str) -> str:
    """The path of a program that a test needs; skips the test where it is missing, saying so.

    With COTEMP_TEST_STRICT it fails instead, except for PowerShell, which no package registry has.
    """
    path = shutil.which(tool)
    if path:
        return path
    why = f"{tool} is not on PATH"
    if STRICT and tool != "pwsh":
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(autouse=True)
def nobody_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test sees the user's home, config or state; returns the stand-in HOME."""
    root = tmp_path_factory.mktemp("user")
    monkeypatch.setenv("HOME", str(root))
    monkeypatch.setenv("USERPROFILE", str(root))
    monkeypatch.setenv("TMPDIR", str(tmp_path_factory.getbasetemp()))  # what a killed program leaves is found there
    for folder, name in (
        ("AppData/Local", "LOCAL_APPDATA"),
        ("AppData/Roaming", "APPDATA"),
        ("Downloads", "DOWNLOADS"),
        ("Documents", "PERSONAL"),
    ):
        monkeypatch.setenv(f"WIN_PD_OVERRIDE_{name}", str(root / folder))  # Windows asks no variable by itself
    for name in [n for n in os.environ if n.startswith(("COTEMP_", "XDG_", "COSESSION_", "COAGENT_"))]:
        monkeypatch.delenv(name)
    return root


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """An empty home with its state folder."""
    places = Places.at(tmp_path / "CoTemp", root=tmp_path / "state")
    places.sessions.mkdir(parents=True)
    places.make_state()
    return places


UNENFORCED = 'schema = 1\n[policy]\nenforcer = "none"\nunenforced = "run"\n'
"""The settings of an owner who wants no sandbox: what a DO leaves outside of its artifacts is then there to be seen."""


@pytest.fixture
def unenforced(nobody_home: Path) -> None:
    """DOs of the command line run with the user's own rights."""
    file = own_config_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(UNENFORCED)
