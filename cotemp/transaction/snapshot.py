"""Where no overlay can be had: a private copy of the repo, below a limit of files and bytes."""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from . import git
from .failures import NotPossible
from .keeping import Kept
from .tree import BLOCK, Tree, parent_of

__all__ = ["Limits", "take"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is copied at most; `size` in bytes."""

    files: int = 20_000
    size: int = 512 * 1024 * 1024


def take(tree: Tree, kept: Kept, limits: Limits) -> None:
    """Copy the repo into `kept.copy`, and remember each file of the copy.

    All of it when it is below `limits`; else what git has, what it would add, and `.git` itself, without
    the ignored files. Raises NotPossible when even that is too much.
    """
    wanted = _everything(tree, limits)
    if wanted is None:
        wanted = _seen_by_git(tree, limits)
    os.mkdir(kept.copy, 0o700)
    with Tree(kept.copy) as copy:
        made: set[str] = {""}
        for path in wanted:
            _make_folders(copy, path if tree.is_folder(path) else parent_of(path), made)
            _copy(tree, copy, path)
        for folder in sorted(made, key=len, reverse=True):
            _finish_folder(tree, copy, folder)
        kept.save_shown_files({path: _mark(copy, path) for path in {*wanted, *made} if copy.stat(path)})


def _everything(tree: Tree, limits: Limits) -> list[str] | None:
    """All paths of the repo, folders included; None when they are beyond the limits."""
    found, size, waiting = [], 0, [""]
    while waiting:
        folder = waiting.pop()
        for name in tree.names(folder):
            path = f"{folder}/{name}" if folder else name
            status = tree.stat(path)
            if status is None:
                continue
            if stat.S_ISDIR(status.st_mode):
                waiting.append(path)
            size += status.st_size if stat.S_ISREG(status.st_mode) else 0
            found.append(path)
            if len(found) > limits.files or size > limits.size:
                return None
    return found


def _seen_by_git(tree: Tree, limits: Limits) -> list[str]:
    seen = git.visible(Path(tree.root)) if git.has_git(tree) else None
    if seen is None:
        raise NotPossible(f"it holds more than {limits.files} files or {limits.size // 2**20} MiB")
    found = [*seen, *tree.walk(".git")]
    if len(found) > limits.files or sum(_size(tree, path) for path in found) > limits.size:
        raise NotPossible(f"what git has of it is more than {limits.files} files or {limits.size // 2**20} MiB")
    return found


def _size(tree: Tree, path: str) -> int:
    found = tree.stat(path)
    return found.st_size if found else 0


def _make_folders(copy: Tree, folder: str, made: set[str]) -> None:
    parts = folder.split("/") if folder else []
    for end in range(1, len(parts) + 1):
        path = "/".join(parts[:end])
        if path not in made:
            with copy.place(path) as (fd, name):
                os.mkdir(name, 0o700, dir_fd=fd)
            made.add(path)


def _copy(tree: Tree, copy: Tree, path: str) -> None:
    found = tree.stat(path)
    if found is None:
        return
    with tree.place(path) as (source, name), copy.place(path) as (target, _):
        if stat.S_ISDIR(found.st_mode):
            return
        if stat.S_ISLNK(found.st_mode):
            os.symlink(os.readlink(name, dir_fd=source), name, dir_fd=target)
        elif stat.S_ISREG(found.st_mode):
            _copy_file(tree, path, found, target)


def _copy_file(tree: Tree, path: str, found: os.stat_result, folder: int) -> None:
    name = path.rpartition("/")[2]
    new = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600, dir_fd=folder)
    with tree.open(path) as source, os.fdopen(new, "wb") as target:
        while block := source.read(BLOCK):
            target.write(block)
        if sys.platform != "win32":
            os.fchmod(new, stat.S_IMODE(found.st_mode) & 0o777)
    os.utime(name, ns=(found.st_atime_ns, found.st_mtime_ns), dir_fd=folder, follow_symlinks=False)


def _finish_folder(tree: Tree, copy: Tree, path: str) -> None:
    found = tree.stat(path)
    if found is not None and path:
        with copy.place(path) as (fd, name):
            os.chmod(name, stat.S_IMODE(found.st_mode), dir_fd=fd)


def _mark(copy: Tree, path: str) -> tuple[int, int]:
    found = copy.stat(path)
    return (found.st_ino, found.st_ctime_ns) if found else (0, 0)
