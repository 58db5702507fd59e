"""What in a repo must be guarded: its `.env*` files, and the git folders at every depth. Found by walking it.

A folder that has not changed since the last walk is not listed again, so that a watcher pays for a big repo once.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

__all__ = ["SECONDS", "Found", "git_parts", "walk"]

SECONDS = 2.0
"""How long one walk may take."""
_SETTLED_NS = 2_000_000_000
"""A folder that changed so recently may change again without a new time: its listing is not kept."""
_ENTRIES = 200_000
"""Listings that are kept, of all repos together."""
_NOT_ENTERED = frozenset(("node_modules", ".git"))


@dataclass(frozen=True, slots=True)
class Found:
    """Files called `.env*`, and things called `.git`; `complete`: every folder was looked into."""

    env_files: tuple[Path, ...] = ()
    git: tuple[Path, ...] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True)
class _Listing:
    """Whole paths: the same texts are the keys of what is known below."""

    changed: int
    folders: tuple[str, ...]
    env_files: tuple[str, ...]
    has_git: bool


_known: dict[str, _Listing] = {}


def walk(repo: Path, seconds: float = SECONDS) -> Found:
    """Look through `repo` for at most `seconds`; a folder that we cannot enter is left out: no run can either."""
    deadline = time.monotonic() + seconds
    env_files: list[Path] = []
    git: list[Path] = []
    waiting = [os.fspath(repo)]
    while waiting:
        if time.monotonic() > deadline:
            return Found(tuple(env_files), tuple(git), complete=False)
        folder = waiting.pop()
        listing = _listing(folder)
        if not listing:
            continue
        waiting += listing.folders
        env_files += map(Path, listing.env_files)
        git += [Path(folder, ".git")] if listing.has_git else []
    return Found(tuple(env_files), tuple(git))


def _listing(folder: str) -> _Listing | None:
    known = _known.get(folder)
    try:
        changed = os.stat(folder).st_ctime_ns  # its mtime can be set back by whoever unpacks or synchronizes files
        if known and known.changed == changed:
            return known
        fresh = _list(folder, changed)
    except OSError:
        _known.pop(folder, None)
        return None
    if time.time_ns() - changed > _SETTLED_NS and len(_known) < _ENTRIES:
        _known[folder] = fresh
    return fresh


def _list(folder: str, changed: int) -> _Listing:
    folders: list[str] = []
    env_files: list[str] = []
    has_git = False
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if name == ".git":
                has_git = True
            elif entry.is_dir(follow_symlinks=False):
                if name not in _NOT_ENTERED:
                    folders.append(entry.path)
            elif name.startswith(".env") and entry.is_file():
                env_files.append(entry.path)
    return _Listing(changed, tuple(folders), tuple(env_files), has_git)


def git_parts(git: Path) -> list[Path]:
    """`hooks` and `config` of a git folder, and of the submodules it holds, as far as they exist."""
    parts = [path for name in ("hooks", "config", "config.worktree") if (path := git / name).exists()]
    modules = git / "modules"
    if not modules.is_dir():
        return parts
    for folder, folders, files in os.walk(modules):
        if "HEAD" in files:  # a git folder of its own
            parts += git_parts(Path(folder))
            folders.clear()
    return parts
