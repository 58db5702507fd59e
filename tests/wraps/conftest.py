"""A session with work behind it, and a repo that git knows."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cotemp.names import new_run_id
from cotemp.places import Places, SessionPlaces
from cotemp.store.ledger import Ledger
from tests.conftest import need
from tests.store.ledgers import ME, a_run, ended

Git = Callable[..., str]
Work = Callable[..., str]


@pytest.fixture
def session(places: Places) -> SessionPlaces:
    """co-x, with its folders."""
    found = places.session("co-x")
    found.make()
    return found


@pytest.fixture
def repo(tmp_path: Path, nobody_home: Path) -> Path:
    """A repo below HOME with one commit, a changed file and a new one."""
    folder = nobody_home / "src" / "app"
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    (folder / "a.txt").write_text("1\n")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "first: begin")
    (folder / "a.txt").write_text("two\n")
    (folder / "new.txt").write_text("x")
    return folder


def git(folder: Path, *arguments: str) -> str:
    """What git says, as an ordinary user would ask it."""
    who = ["-c", "user.name=me", "-c", "user.email=me@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(
        [need("git"), *who, *arguments], cwd=folder, capture_output=True, encoding="utf-8", check=True, timeout=60
    )
    return done.stdout


@pytest.fixture
def worked(places: Places) -> Work:
    """Records a run that began then, and took so many seconds from its drop to its artifact; returns its id."""

    def record(at: datetime, took: float = 1.0, session: str = "co-x", repo: Path | None = None) -> str:
        run = a_run(session, id=new_run_id(at), queued=at, started=at, repo=str(repo) if repo else None)
        with Ledger(places) as ledger:
            ledger.intend(run, ME)
            ledger.conclude(run.id, replace(ended(), at=at + timedelta(seconds=took)))
            ledger.mark_filed(run.id)
        return run.id

    return record
