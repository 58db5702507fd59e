"""A home of its own for each test of the bridge."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cotemp.places import Places, own_config_file

POLICY = """schema = 1
[policy]
enforcer = "none"
unenforced = "{}"
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """The home that the environment names, with the two sessions of the original."""
    monkeypatch.setenv("COTEMP_HOME", str(tmp_path / "CoTemp"))
    monkeypatch.delenv("COSESSION_ID", raising=False)
    places = Places.at(tmp_path / "CoTemp")
    for sid in ("co-planning", "co-migrate"):
        places.session(sid).make()
    return places


@pytest.fixture
def watch() -> Callable[[str], None]:
    """Run what waits in co-migrate on a machine where nothing holds DOs; the policy says what happens to them."""

    def watched(unenforced: str) -> None:
        own_config_file().parent.mkdir(parents=True, exist_ok=True)
        own_config_file().write_text(POLICY.format(unenforced))
        argv = [sys.executable, "-m", "cotemp", "watch", "co-migrate", "--once"]
        subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, timeout=60)

    return watched
