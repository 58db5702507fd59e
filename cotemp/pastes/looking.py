"""Whether what an ACK points at is there: files, commits, runs. Looked at, never opened or run."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from ..chat.references import Checks
from ..errors import UnknownRun
from ..places import Places
from ..store.ledger import Ledger
from ..transaction.git import SAFE, environment

__all__ = ["checks", "repos_of"]

_PATIENCE = 20.0
_RECENT = 200
_FULL = re.compile(r"(?:[A-Za-z]:)?[\\/]|~[\\/]")


def checks(places: Places, repos: Sequence[Path]) -> Checks:
    """How to look, in the repos that the session is about. Of a pull request nobody here can tell anything."""
    return Checks(
        commit=lambda value: _commit(value, repos),
        run=lambda value: _run(places, value),
        path=lambda value: _path(value, [*repos, places.home]),
    )


def repos_of(places: Places, session: str | None) -> list[Path]:
    """The folders that the latest DOs of a session (None: of all) were about, and that are here."""
    with Ledger(places, create=False) as ledger:
        rows = ledger.rows(session, limit=_RECENT)
    found = dict.fromkeys(Path(row.repo) for row in reversed(rows) if row.repo)
    return [repo for repo in found if repo.is_absolute() and repo.is_dir()]


def _path(value: str, bases: Sequence[Path]) -> bool | None:
    """A full path is there or not. Of a short one nobody knows where it starts: it may be found, never be missed."""
    if value.startswith(("\\\\", "//")):
        return None  # the network would be asked, with this user's name
    if not _FULL.match(value):
        return True if any(_is_there(base / value.replace("\\", "/")) for base in bases) else None
    if os.name != "nt" and ("\\" in value or value[1:2] == ":"):
        return None  # of another system
    return _is_there(Path(os.path.expanduser(value)) if value.startswith("~") else Path(value))


def _is_there(path: Path) -> bool:
    try:
        return os.path.lexists(path)
    except (OSError, ValueError):
        return False


def _run(places: Places, run_id: str) -> bool:
    with Ledger(places, create=False) as ledger:
        try:
            if ledger.find(run_id).run_id == run_id:
                return True
        except UnknownRun:
            pass
    return any(any(places.session(sid).logs.glob(f"*-{run_id}.json")) for sid in places.session_ids())


def _commit(value: str, repos: Sequence[Path]) -> bool | None:
    """In one of the repos; where it is in none it may be in one that nobody named, or not be fetched."""
    return True if any(_has_commit(repo, value) for repo in repos) else None


def _has_commit(repo: Path, value: str) -> bool:
    try:
        done = subprocess.run(
            ["git", "--no-pager", "--no-replace-objects", *SAFE, "cat-file", "-e", f"{value}^{{commit}}"],
            cwd=repo, env=environment(), stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE, check=False,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0
