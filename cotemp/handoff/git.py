"""Asking git about a repo that others write: nothing that lies in it is run, nobody is asked, every answer is bounded.

Where the repo lies is found without git, and is told to it: it looks for none in the folders above.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .. import asking
from ..display import display_line
from ..store.mailbox import NotPlain, read_plain

__all__ = ["GitFailed", "Repo", "ask", "environment", "find"]

SAFE = (
    "--no-pager", "--no-replace-objects",
    "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=", "-c", "safe.bareRepository=explicit",
    "-c", "core.commitGraph=false", "-c", "core.multiPackIndex=false",
)  # fmt: skip
"""Options for every call."""
PATIENCE = 20.0
"""Seconds that one question may take."""
MOST = 16 * 1024 * 1024
"""Bytes of an answer that are read."""


class GitFailed(Exception):
    """Git could not answer; says why in a line that may be shown."""


@dataclass(frozen=True, slots=True)
class Repo:
    """Where a repo lies: its files (None: it is bare), what belongs to this worktree, and what all worktrees share."""

    files: Path | None
    gitdir: Path
    common: Path


def find(root: Path) -> Repo | None:
    """The repo with the top folder `root`: an ordinary one, a linked worktree, or a bare one; None without one."""
    for files, gitdir in ((root, root / ".git"), (root, _linked(root)), (None, root)):
        if gitdir and os.path.lexists(gitdir / "HEAD"):
            common = _line(gitdir / "commondir")
            return Repo(files, gitdir, gitdir / os.fsdecode(common) if common else gitdir)
    return None


def _linked(root: Path) -> Path | None:
    told = _line(root / ".git")
    return root / os.fsdecode(told.removeprefix(b"gitdir:").strip()) if told.startswith(b"gitdir:") else None


def _line(path: Path) -> bytes:
    try:
        return read_plain(path, 4096)[0].strip()
    except (OSError, NotPlain):
        return b""


def ask(repo: Repo, arguments: Sequence[str], *, given: bytes = b"", most: int = MOST) -> bytes | None:
    """What git says; of an answer that is longer than `most`, its beginning. None when it says no.

    Raises GitFailed when it cannot be asked, or is not done in time.
    """
    argv = ["git", *SAFE, *arguments]
    env = environment() | {"GIT_DIR": str(repo.gitdir), "GIT_CONFIG_GLOBAL": os.devnull}
    said = call(argv, env, repo, given=given, most=most, patience=PATIENCE)
    return said.out if said.code in (0, None) else None


def call(
    argv: Sequence[str],
    env: Mapping[str, str],
    repo: Repo,
    *,
    most: int,
    patience: float,
    given: bytes = b"",
    with_errors: bool = False,
) -> asking.Said:
    """As `asking.ask`. Raises GitFailed."""
    try:
        return asking.ask(
            argv, env, most=most, patience=patience, cwd=repo.files or repo.gitdir, given=given, alone=True,
            with_errors=with_errors,
        )  # fmt: skip
    except asking.NoAnswer:
        raise GitFailed(f"git did not answer in {patience:.0f} s") from None
    except FileNotFoundError:
        raise GitFailed("git is not installed, or the repo is gone") from None
    except OSError as error:
        raise GitFailed(f"git cannot be run: {display_line(error.strerror or str(error), 200)}") from None


def environment() -> dict[str, str]:
    """This process's own, without what would lead git elsewhere or let it ask somebody."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "SSH_ASKPASS"))}
    return ours | {
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",  # which git knows from 2.44 on; before, no protocol is left to fetch with
        "GIT_ALLOW_PROTOCOL": "none",  # settings could not say so: those of the repo for one protocol would win
        "GIT_LITERAL_PATHSPECS": "1",
        "SSH_ASKPASS_REQUIRE": "never",
    }
