"""Before a run: a copy-on-write view of the repo is laid out, and what the repo is now is written down."""

from __future__ import annotations

import os
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from . import git
from .failures import NotPossible
from .keeping import Kept, remove_folder
from .model import Base
from .showing import shown
from .snapshot import Limits, take
from .tree import Tree

__all__ = ["Prepared", "prepare", "repo_now"]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Where the DO may write. Overlay: `upper` and `work` belong to bubblewrap's `--overlay`; snapshot: `copy` is
    bound over the repo, readable and writable. The other paths are None."""

    kind: str
    repo: Path
    upper: Path | None = None
    work: Path | None = None
    copy: Path | None = None


def prepare(run_dir: Path, repo: Path, *, overlay: bool, limits: Limits | None = None) -> Prepared:
    """Lay out the view of `repo` (a real path) for the run whose own folder is `run_dir`.

    With `overlay` nothing is copied but git's index. Without, the repo is copied; `limits` say how much
    of it may be. Raises NotPossible when there is no safe way, StorageFailed when the disk refuses.
    """
    if sys.platform == "win32":
        raise NotPossible("this system has no copy-on-write view of a folder")
    kept = Kept.of(run_dir)
    if kept.folder.exists():
        remove_folder(kept.folder)
    kept.make()
    try:
        with kept.told(), _opened(repo) as tree:
            return _laid_out(kept, tree, repo, None if overlay else limits or Limits())
    except NotPossible:
        remove_folder(kept.folder)
        raise


def _laid_out(kept: Kept, tree: Tree, repo: Path, limits: Limits | None) -> Prepared:
    """An overlay, or with `limits` a copy."""
    try:
        base = repo_now(tree, "snapshot" if limits else "overlay")
        if base.index == "":
            raise NotPossible(f"{git.INDEX} is no file")
        if base.index is not None:
            _keep_index(repo / git.INDEX, kept.index)
        kept.save_base(base)
        if limits is None:
            return _overlay(kept, repo)
        take(tree, kept, limits)
    except PermissionError as error:  # a file of the repo: what is kept is our own
        raise NotPossible(f"{shown(str(error.filename))} in it cannot be read") from error
    return Prepared("snapshot", repo, copy=kept.copy)


def _opened(repo: Path) -> Tree:
    try:
        return Tree(repo)
    except OSError as error:
        raise NotPossible(f"{repo} cannot be opened: {error.strerror}") from error


def _keep_index(index: Path, kept: Path) -> None:
    """Git never writes into its index, it puts a new one in its place: so the old one needs no copy."""
    try:
        os.link(index, kept, follow_symlinks=False)
    except OSError:  # another file system, or one without hard links
        shutil.copyfile(index, kept, follow_symlinks=False)


def _overlay(kept: Kept, repo: Path) -> Prepared:
    for folder in (kept.upper, kept.work):
        os.mkdir(folder, 0o700)
    found = repo.stat()
    os.chmod(kept.upper, found.st_mode & 0o777)  # the root of the view has the mode of `upper`
    return Prepared("overlay", repo, upper=kept.upper, work=kept.work)


def repo_now(tree: Tree, kind: str) -> Base:
    """The repo as it is at this moment: which folder it is, and where git's HEAD, refs and index stand."""
    found = tree.status
    base = Base(tree.root, found.st_dev, found.st_ino, kind, time.time_ns())
    if not git.has_git(tree):
        return base
    refs = git.refs_in(tree.read, tree.walk(".git/refs"))
    return Base(
        tree.root, found.st_dev, found.st_ino, kind, base.began,
        git.head(tree.read) or "", git.digest(refs), git.seal_of_index(tree),
    )  # fmt: skip
