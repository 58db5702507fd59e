"""After a run: what it changed is read out of the overlay's upper layer or the private copy, and sealed.

The DO wrote every name in there, so nothing is followed and nothing is believed: what no DO may leave
becomes a problem, with which the transaction can never be applied.
"""

from __future__ import annotations

import dataclasses
import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path

from ..errors import DamagedData
from . import git
from .hostile import altered_object, beyond_recall, trouble
from .keeping import Kept, remove_folder
from .model import Base, Changes, Kind, Node, RefMove, Step
from .refs import moved
from .rules import is_cache, never
from .showing import shown
from .tree import Tree, node_mode, parent_of

__all__ = ["seal"]

_DEEPEST = 100
"""Folders below folders: no source tree is deeper, and every step down costs a descriptor."""
_OPAQUE = "user.overlay.opaque"
_WHITEOUT = "user.overlay.whiteout"
_ORIGIN = "user.overlay.origin"
_FORGED = ("user.overlay.redirect", "user.overlay.metacopy")


def seal(run_dir: Path) -> Changes:
    """What the run changed in its repo. Call it when every process of the run has ended; again, it says the same.

    The digests of all new content are written down: apply takes exactly these bytes. Raises NotFound
    for a run without a transaction, DamagedData when the repo is gone.
    """
    kept = Kept.of(run_dir)
    base = kept.base()
    known = kept.changes()
    if known is not None:
        return known
    with kept.told():
        if kept.work.exists():
            remove_folder(kept.work)
        os.chmod(kept.sealed, 0o700)
        with _repo(base) as repo, Tree(kept.sealed) as new:
            changes = _read(kept, base, repo, new)
    kept.save_changes(changes)
    return changes


def _repo(base: Base) -> Tree:
    try:
        return Tree(base.repo)
    except OSError as error:
        raise DamagedData(f"{base.repo} cannot be opened: {error.strerror}", "put it back, then try again") from error


def _read(kept: Kept, base: Base, repo: Tree, new: Tree) -> Changes:
    difference = _Difference(repo, new, base.began, kept.shown_files() if base.kind == "snapshot" else None)
    difference.read()
    difference.found.sort(key=lambda found: found[0])
    steps = tuple(_with_index(kept, Step(number, *found)) for number, found in enumerate(difference.found))
    refs: tuple[RefMove, ...] = ()
    if base.refs is not None:
        refs = moved(repo, new, steps)
    problems, vanished = tuple(difference.problems), tuple(difference.vanished)
    return Changes(base.kind, steps, refs, problems, _untracked(base, steps), vanished)


def _with_index(kept: Kept, step: Step) -> Step:
    """The step of git's index begins with the one that the run found: `git status` writes it anew at any moment."""
    if step.path != git.INDEX or step.before.kind is not Kind.FILE:
        return step
    with Tree(kept.folder) as own:
        found = own.node(kept.index.name)
    return dataclasses.replace(
        step, before=dataclasses.replace(step.before, sha256=found.sha256, size=found.size, mtime_ns=found.mtime_ns)
    )


def _untracked(base: Base, steps: tuple[Step, ...]) -> frozenset[str]:
    """What is overwritten or deleted although git does not have it."""
    lost = {s.path for s in steps if _loses(s) and not git_keeps(s.path)}
    if not lost:
        return frozenset()
    known = git.tracked(Path(base.repo)) or frozenset()
    return frozenset(path for path in lost - known if not is_cache(path))


def _loses(step: Step) -> bool:
    """True when the content, or the target of a link, that was there is not there any more."""
    return step.before.kind in (Kind.FILE, Kind.LINK, Kind.OTHER) and not step.before.same_content(step.after)


def git_keeps(path: str) -> bool:
    """True for git's own files, which have rules of their own."""
    return ".git" in path.split("/")


class _Difference:
    """Walks the new tree next to the repo. `shown`: what a private copy held at first; None for an overlay, where
    what is not in the new tree is unchanged."""

    def __init__(self, repo: Tree, new: Tree, began: int, shown_files: Mapping[str, list[int]] | None) -> None:
        self._repo = repo
        self._new = new
        self._began = began
        self._shown = shown_files
        self.found: list[tuple[str, Node, Node]] = []
        self.problems: list[str] = []
        self.vanished: list[str] = []

    def read(self) -> None:
        """Fill `found` and `problems`."""
        waiting = [("", self._shown is not None or self._is_opaque(""))]
        while waiting:
            folder, opaque = waiting.pop()
            if folder.count("/") > _DEEPEST:
                self.problems.append(f"{shown(folder[:100])}… is deeper than {_DEEPEST} folders")
                continue
            names = self._new.names(folder)
            try:
                waiting += [below for name in names if (below := self._entry(f"{folder}/{name}" if folder else name))]
                if opaque:
                    self._gone_below(folder, set(names))
            except PermissionError:  # never ours: what is new was opened
                self.problems.append(f"what {shown(folder) or 'the repo'} holds is closed to its owner")

    def _entry(self, path: str) -> tuple[str, bool] | None:
        """Take in one name of the new tree. A folder is given back, to be walked: its path, and if it is opaque."""
        status = self._new.stat(path)
        if status is None or self._is_unchanged(path, status):
            return None
        self._new.make_accessible(path, status)
        if self._is_whiteout(path, status):
            self._gone(path)
            return None
        before = self._repo.node(path)
        problem = trouble(path, status, before) or self._forged(path, status, before)
        if problem:
            self.problems.append(problem)
            return None
        if stat.S_ISDIR(status.st_mode):
            return self._folder(path, status, before)
        after = dataclasses.replace(self._new.node(path), mode=node_mode(status))
        if before.kind is Kind.FOLDER:
            self._gone_below(path, set())
        if before.kind is Kind.ABSENT and self._was_there(path):
            self.vanished.append(path)
        self._add(path, before, after)
        return None

    def _folder(self, path: str, status: os.stat_result, before: Node) -> tuple[str, bool]:
        after = Node(Kind.FOLDER, stat.S_IMODE(status.st_mode), mtime_ns=status.st_mtime_ns)
        self._add(path, before, after)
        return path, self._shown is not None or self._is_opaque(path)

    def _gone(self, path: str) -> None:
        before = self._repo.node(path)
        if before.kind is Kind.FOLDER:
            self._gone_below(path, set())
        if before.kind is Kind.OTHER:
            self.problems.append(f"{shown(path)} would be deleted, but it is no file, folder or link")
        elif self._shown is None or path in self._shown:
            self._add(path, before, Node())

    def _gone_below(self, folder: str, still: set[str]) -> None:
        if not self._repo.is_folder(folder):
            return
        for name in self._repo.names(folder):
            path = f"{folder}/{name}" if folder else name
            if name not in still and (self._shown is None or path in self._shown):
                self._gone(path)

    def _add(self, path: str, before: Node, after: Node) -> None:
        if before.same(after):
            return
        if problem := never(path) or altered_object(path, before, after) or beyond_recall(path, before, after):
            self.problems.append(problem)
        else:
            self.found.append((path, before, dataclasses.replace(after, uid=before.uid, gid=before.gid)))

    def _is_unchanged(self, path: str, status: os.stat_result) -> bool:
        """True for a file of a private copy that nobody has touched: no DO can set a file's ctime."""
        if self._shown is None or stat.S_ISDIR(status.st_mode):
            return False
        return self._shown.get(path) == [status.st_ino, status.st_ctime_ns]

    def _was_there(self, path: str) -> bool:
        """True when a file that the repo does not have was made from one of that name.

        An overlay says only that it was made from one of the repo's, which a rename also does; so it counts
        when somebody worked in that folder of the repo since.
        """
        if self._shown is not None:
            return path in self._shown
        return self._repo.changed_ns(parent_of(path)) >= self._began and self._new.attribute(path, _ORIGIN) is not None

    def _is_whiteout(self, path: str, status: os.stat_result) -> bool:
        if self._shown is not None or sys.platform == "win32":
            return False
        if stat.S_ISCHR(status.st_mode):
            return bool(status.st_rdev == 0)
        empty = stat.S_ISREG(status.st_mode) and status.st_size == 0
        return empty and self._new.attribute(path, _WHITEOUT) is not None

    def _is_opaque(self, path: str) -> bool:
        return self._new.attribute(path, _OPAQUE) == b"y"

    def _forged(self, path: str, status: os.stat_result, before: Node) -> str:
        """What no overlay of ours writes."""
        if self._shown is not None or stat.S_ISLNK(status.st_mode):
            return ""
        if any(self._new.attribute(path, name) is not None for name in _FORGED):
            return f"{shown(path)} claims that its content lies elsewhere"
        if stat.S_ISDIR(status.st_mode) and before.kind is Kind.LINK and not self._is_opaque(path):
            return f"{shown(path)} is a folder that was laid over a link"
        return ""
