"""A terminal whose folder was removed: commands that need no folder work, the others say what is wrong."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .real import cotemp, here

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there no folder goes while somebody is in it")


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path) -> Iterator[None]:
    """This process, and those that it starts, are in a folder that is gone."""
    assert here("init").code == 0
    before, gone = Path.cwd(), tmp_path / "gone"
    gone.mkdir()
    os.chdir(gone)
    gone.rmdir()
    yield
    os.chdir(before)


@pytest.mark.parametrize(
    "line",
    [
        "status", "runs", "panels", "notes co-planning", "send co-planning hi --from x", "grants", "audit", "init",
        "verify", "scan", "gc --keep 30d", "uninstall", "drop co-migrate --engine sh --title T --body 1", "new-do",
    ],
)  # fmt: skip
def test_what_needs_no_folder_works(line: str) -> None:
    """Mail, runs and the home do not depend on where somebody is."""
    assert here(*line.split()).code == 0


@pytest.mark.parametrize("line", ["check x.py", "explain x.py", "new-do hello --engine sh --out x.sh", "trust x"])
def test_a_file_that_cannot_be_there_is_told(line: str) -> None:
    """A relative path means nothing there: that is said plainly, and is no bug."""
    ran = cotemp(*line.split())
    assert ran.code == 4
    assert "not there" in ran.out + ran.err or "No such file" in ran.err
