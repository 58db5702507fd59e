"""`cotemp scan` finds secrets in logs, and never shows them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from cotemp.places import Places

TOKEN = "ghp_" + "A1b2C3d4E5f6G7h8I9j0" + "K1l2M3n4O5p6Q7r8"


def scan(places: Places, *more: str, **env: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "cotemp", "scan", "--home", str(places.home), *more]
    return subprocess.run(argv, capture_output=True, text=True, check=False, env=os.environ | env)


def test_logs_with_secrets_are_told(places: Places) -> None:
    """Each secret in a session's logs is told with file, line, column and kind, and the exit code is 1."""
    session = places.session("co-x")
    session.make()
    (session.logs / "a.txt").write_text(f"fine\nuse {TOKEN} now\nand hunter2-hunter2\n")
    done = scan(places, MY_SECRET="hunter2-hunter2")
    assert done.returncode == 1
    assert f"{session.logs / 'a.txt'}:2:5: github-token" in done.stdout
    assert f"{session.logs / 'a.txt'}:3:5: " in done.stdout
    assert TOKEN not in done.stdout
    assert "hunter2" not in done.stdout


def test_clean_logs_are_clean(places: Places, tmp_path: Path) -> None:
    """Where there is nothing to find the exit code is 0, also for a named file."""
    (tmp_path / "b.txt").write_text("commit 9fceb02d0ae598e95dc970b74767f19372d61af8\n")
    done = scan(places, str(tmp_path / "b.txt"), "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout) == {"schema": 1, "searched": 1, "skipped": [], "found": []}
    assert scan(places, str(tmp_path / "none")).returncode == 4
