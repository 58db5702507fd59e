"""A repo with one commit and an untracked file, for DOs that change it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from cotemp.config import Config
from cotemp.messages.policy import Policy
from tests.conftest import need
from tests.transaction.worlds import digest_of

__all__ = ["allowing", "digest_of", "git", "made_repo"]


def git(repo: Path, *argv: str) -> str:
    """What git says."""

    done = subprocess.run([need("git"), *argv], cwd=repo, capture_output=True, check=True, text=True)
    return done.stdout


def made_repo(folder: Path) -> Path:
    """A repo in the new folder `folder`."""
    folder.mkdir()
    git(folder, "init", "-q")
    git(folder, "config", "user.name", "n")
    git(folder, "config", "user.email", "n@example.org")
    (folder / "old.txt").write_text("old\n")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "first")
    (folder / "untracked.txt").write_text("mine\n")
    return folder


def allowing(repo: Path, **rules: Any) -> Config:
    """Settings in which DOs may write `repo`, confined."""
    return Config(policy=Policy(**({"repos": (repo,)} | rules)))
