"""`cotemp scan` finds secrets in logs, and never shows them."""

from __future__ import annotations

import json
import os
import re
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


def test_fix_takes_secrets_out(places: Places) -> None:
    """--fix --yes leaves marks, valid JSON, mode and date; doing it again finds nothing, and the exit code is 0."""
    session = places.session("co-x")
    session.make()
    text, log = session.logs / "a.txt", session.logs / "a.json"
    text.write_text(f"fine\nuse {TOKEN} now\nand hunter2-hunter2\n")
    log.write_text(json.dumps({"title": f"push {TOKEN}", "password": 12345678, "n": 1}))
    text.chmod(0o640)
    os.utime(text, (1_000_000_000, 1_000_000_000))
    done = scan(places, "--fix", "--yes", "--json", MY_SECRET="hunter2-hunter2")
    assert done.returncode == 0, done.stderr
    assert [one["redacted"] for one in json.loads(done.stdout)["fixed"]] == [
        {"github-token": 1, "password": 1},
        {"MY_SECRET": 1, "github-token": 1},
    ]
    assert re.fullmatch(
        r"fine\nuse \[secret:github-token:\w{4}\] now\nand \[secret:MY_SECRET:\w{4}\]\n", text.read_text()
    )
    assert json.loads(log.read_text())["n"] == 1
    assert text.stat().st_mtime == 1_000_000_000
    assert os.name == "nt" or text.stat().st_mode & 0o777 == 0o640
    again = scan(places, "--fix", "--yes", MY_SECRET="hunter2-hunter2")
    assert (again.returncode, again.stdout) == (0, "0 found in 2 files\n")


def test_fix_asks_first(places: Places) -> None:
    """Without --yes, and with nobody to ask, nothing is changed, and that is said."""
    session = places.session("co-x")
    session.make()
    (session.logs / "a.txt").write_text(TOKEN)
    done = scan(places, "--fix")
    assert done.returncode == 1
    assert "Replace 1 secret in 1 file? no (taken: there is no terminal to ask on)" in done.stderr
    assert (session.logs / "a.txt").read_text() == TOKEN


def test_fix_leaves_what_waits_or_is_no_text(places: Places) -> None:
    """A DO that waits, cotemp's own files and other data are told, not changed: then the exit code is 1."""
    session = places.session("co-x")
    session.make()
    own = Places.at(places.home)  # as the command finds it
    own.make_state()
    files = [session.inbox / "DO_x.py", session.outbox / "x.bin", own.runs / "x.txt"]
    files[0].write_text(TOKEN)
    files[1].write_bytes(b"\0\1 " + TOKEN.encode())
    files[2].write_text(TOKEN)
    for file, why in zip(files, ("it waits or runs", "it is no text", "cotemp works with it"), strict=True):
        before = file.read_bytes()
        done = scan(places, str(file), "--fix", "--yes")
        assert done.returncode == 1
        assert f"left as it is ({why}): {file}" in done.stdout
        assert file.read_bytes() == before
