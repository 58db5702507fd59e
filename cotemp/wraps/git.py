"""What git shows a person of a repo, asked so that nothing that lies in the repo is run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from ..asking import NoAnswer, ask
from ..chat.cowrap import RepoState
from ..transaction.git import SAFE, environment

__all__ = ["PATIENCE", "folded", "look"]

PATIENCE = 20.0
"""Seconds that one question to git may take."""
_MOST = 1024 * 1024
"""Bytes of an answer that are read: who writes a repo chooses how long its names and subjects are."""
STATUS_LINES = 200
"""Lines of a status that are kept."""

_PLAIN = (
    "-c", "color.ui=false", "-c", "color.status=false", "-c", "column.ui=never", "-c", "column.status=never",
    "-c", "log.showSignature=false", "-c", "status.submoduleSummary=false",
)  # fmt: skip
"""A repo's own settings may ask for colours and for programs: gpg to check signatures, git in each submodule."""
_FILTERS = r"^filter\..*\.(clean|smudge|process|required)$"


class _Said(NamedTuple):
    code: int | None
    """None: it said more than is read."""
    out: str


class _Silent(Exception):
    """Git is missing, took too long, or would run what lies in the repo; the text says which."""


def look(path: Path, commits: int = 30) -> RepoState:
    """What git says of the repo at `path`; no error is raised: it is told in the answer."""
    shown = folded(path)
    state = RepoState(shown, path.name or shown)
    if not path.is_dir():
        return RepoState(shown, path.name, is_there=False)
    try:
        return _looked(path, state, commits)
    except _Silent as error:
        return RepoState(shown, state.name, error=str(error))


def folded(path: Path) -> str:
    """`path`, with `~` for the user's home: the name of a user is nobody else's business."""
    try:
        return os.path.join("~", path.relative_to(Path.home()))
    except (ValueError, RuntimeError):
        return str(path)


def _looked(path: Path, state: RepoState, commits: int) -> RepoState:
    silenced = _silenced(path)
    asked = ["status", "-sb", "--ignore-submodules=dirty"]
    status = _ask(path, asked, silenced)
    if status.code:
        why = _ask(path, asked, silenced, with_errors=True)
        return RepoState(state.path, state.name, error=_first_line(why.out))
    log = _ask(
        path, ["log", "--oneline", "--decorate", "--graph", "--no-color", f"--max-count={commits}"], silenced
    )  # an empty repo has none, and git calls that an error
    return RepoState(state.path, state.name, _branch(path, silenced), _kept(status.out), "" if log.code else log.out)


def _branch(path: Path, silenced: dict[str, str]) -> str:
    on = _ask(path, ["branch", "--show-current"], silenced)
    if on.code == 0 and on.out.strip():
        return on.out.strip()
    at = _ask(path, ["rev-parse", "--short", "HEAD"], silenced)
    return f"(detached at {at.out.strip()})" if at.code == 0 else ""


def _silenced(path: Path) -> dict[str, str]:
    """Variables that switch off the filters which the repo's settings name: `status` would run them over its files."""
    listed = _ask(path, ["config", "-z", "--name-only", "--get-regexp", _FILTERS], {})
    if listed.code not in (0, 1) or "\ufffd" in listed.out:  # one that is not named exactly would be run
        raise _Silent("its settings name filters that cannot be switched off")
    names = sorted(set(filter(None, listed.out.split("\0"))))
    found = {"GIT_CONFIG_COUNT": str(len(names))} if names else {}
    for number, name in enumerate(names):
        found[f"GIT_CONFIG_KEY_{number}"] = name
        found[f"GIT_CONFIG_VALUE_{number}"] = "false" if name.endswith(".required") else ""
    return found


def _ask(path: Path, arguments: list[str], more: dict[str, str], *, with_errors: bool = False) -> _Said:
    argv = ["git", "--no-pager", "--no-replace-objects", *SAFE, *_PLAIN, *arguments]
    try:
        said = ask(argv, environment() | more, most=_MOST, patience=PATIENCE, cwd=path, with_errors=with_errors)
    except FileNotFoundError:
        raise _Silent("git is not installed") from None
    except NoAnswer:
        raise _Silent(f"git did not answer within {PATIENCE:g} s") from None
    except OSError as error:
        raise _Silent(f"git cannot be asked here: {error.strerror}") from None
    return _Said(said.code, said.out.decode("utf-8", "replace").replace("\r\n", "\n").rstrip("\n"))


def _first_line(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "git said no")
    return first.removeprefix("fatal: ")


def _kept(status: str) -> str:
    lines = status.split("\n")
    more = len(lines) - STATUS_LINES
    return "\n".join([*lines[:STATUS_LINES], f"... and {more} more"]) if more > 0 else status
