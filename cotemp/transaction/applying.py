"""Applies what a run changed to its repo, takes it back, and finishes either after a crash.

apply    conflicts? -> preimages -> journal "staging" -> new files beside -> "swapping" -> renames -> "done"
undo     the same steps the other way round, from the preimages
recover  after a crash while "staging": our temporary files go, nothing happened;
         while "swapping": finished, or taken back when somebody else changed one of the paths
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from ..errors import AnswerIsNo, CotempError, RefusedByPolicy
from ..places import storage_failed
from . import git
from .checking import conflicts, foreign, overlaps
from .failures import Conflict, Overlap
from .keeping import Kept, sync_folder
from .model import Base, Changes, Kind, Step
from .swapping import ONE_BY_ONE, Way, sync_everything
from .tree import Tree, copy_whole, folders_above

__all__ = ["Recovered", "Standing", "apply", "recover", "standing", "undo"]

Standing = Literal["none", "open", "sealed", "applying", "applied", "undoing", "undone"]


@dataclass(frozen=True, slots=True)
class Recovered:
    """What recovery did with an `act` ("apply" or "undo") that a crash cut off: "finished" or "rolled back".

    `left` are paths that somebody else changed in between: they are as that somebody left them.
    """

    act: str
    did: str
    left: tuple[str, ...] = ()


def standing(run_dir: Path) -> Standing:
    """How far the transaction of a run has come; "none" when it had none, "applying" and "undoing" after a crash."""
    kept = Kept.of(run_dir)
    if not (kept.folder / "base.json").exists():
        return "none"
    journal = kept.journal()
    if journal is None:
        return "sealed" if (kept.folder / "changes.json").exists() else "open"
    if journal.phase != "done":
        return "applying" if journal.act == "apply" else "undoing"
    return "applied" if journal.act == "apply" else "undone"


def apply(run_dir: Path) -> Changes:
    """Apply the sealed changes to the repo: all of them, or none.

    Raises Conflict when the repo changed since the run began, RefusedByPolicy when the changes may never be
    applied, AnswerIsNo when they were already, StorageFailed when the disk refuses: the repo is then as before.
    """
    with _opened(run_dir) as work:
        work.must_stand("sealed")
        if work.changes.problems:
            raise RefusedByPolicy(f"these changes may never be applied: {work.changes.problems[0]}", "see: cotemp diff")
        found = conflicts(work.forward, work.base, work.kept) + list(work.changes.vanished)
        if found:
            raise Conflict(found)
        work.save_preimages()
        work.carry_out("apply")
        return work.changes


def undo(run_dir: Path) -> Changes:
    """Take back what was applied: all of it, or nothing. Objects that git has got stay, as others may use them by now.

    Raises Overlap when something was changed again since, AnswerIsNo when there is nothing to take back or
    it was taken back already.
    """
    with _opened(run_dir) as work:
        work.must_stand("applied")
        found = overlaps(work.backward, work.base, work.kept)
        if found:
            raise Overlap(found)
        work.carry_out("undo")
        return work.changes


def recover(run_dir: Path) -> Recovered | None:
    """Finish, or take back whole, what a crash cut off; None when nothing was."""
    if standing(run_dir) not in ("applying", "undoing"):
        return None
    with _opened(run_dir) as work:
        return work.recover()


class _Work:
    """An opened transaction: the repo is held open and locked against other transactions."""

    def __init__(self, kept: Kept, base: Base, changes: Changes, tree: Tree, new: Tree) -> None:
        self.kept = kept
        self.base = base
        self.changes = changes
        self.tree = tree
        self._new = new
        back = [step.reversed() for step in changes.steps]
        self.forward = Way(tree, changes.steps, self._new_content, kept.tag)
        self.backward = Way(tree, back, self._old_content, kept.tag, keeps_objects=True)

    def _new_content(self, step: Step) -> AbstractContextManager[BinaryIO]:
        return self._new.open(step.path)

    def _old_content(self, step: Step) -> AbstractContextManager[BinaryIO]:
        return open(self.kept.before / str(step.number), "rb")

    def must_stand(self, wanted: Standing) -> None:
        now = standing(self.kept.folder.parent)
        if now != wanted:
            raise AnswerIsNo(_SAID.get((wanted, now), f"the changes of this run are {now}"), "see: cotemp show RUN")

    def save_preimages(self) -> None:
        """Keep what will be overwritten or deleted. Raises Conflict for what changed in this very moment."""
        self.kept.before.mkdir(mode=0o700, exist_ok=True)
        saved = [s for s in self.changes.steps if s.before.kind is Kind.FILE and not s.before.same_content(s.after)]
        for step in saved:
            self._save_preimage(step, durable=len(saved) <= ONE_BY_ONE)
        if len(saved) > ONE_BY_ONE:
            sync_everything()
        sync_folder(self.kept.before)

    def _save_preimage(self, step: Step, *, durable: bool) -> None:
        target = self.kept.before / str(step.number)
        new = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(new, "wb") as file, self._found_content(step) as source:
            if copy_whole(source, file) != step.before.sha256:
                raise Conflict([step.path])
            file.flush()
            if durable:
                os.fsync(new)

    def _found_content(self, step: Step) -> AbstractContextManager[BinaryIO]:
        """What the run found: git may have written its index anew since, but not what it says."""
        return open(self.kept.index, "rb") if step.path == git.INDEX else self.tree.open(step.path)

    def carry_out(self, act: str) -> None:
        """Take all steps, or none. The journal tells how far it came, should we be killed."""
        way, back = self._ways(act)
        self.kept.write(act, "staging")
        try:
            way.stage()
            self.kept.write(act, "swapping")
            way.swap()
        except (OSError, CotempError) as error:
            self._take_back(way, back, act)
            raise _told(error, self.base.repo) from error
        self.kept.write(act, "done")

    def recover(self) -> Recovered:
        """What `recover` promises, for a journal that says "staging" or "swapping"."""
        journal = self.kept.journal()
        act, phase = (journal.act, journal.phase) if journal else ("apply", "staging")
        way, back = self._ways(act)
        if phase == "staging":
            way.clear()
            self._forget(act)
            return Recovered(act, "rolled back")
        left = foreign(self.tree, way.steps, self.base, self.kept)
        if not left:
            way.stage()
            way.swap()
            self.kept.write(act, "done")
            return Recovered(act, "finished")
        left |= foreign(self.tree, back.steps, self.base, self.kept)
        self._take_back(way, back.without({*left, *(above for path in left for above in folders_above(path))}), act)
        return Recovered(act, "rolled back", tuple(sorted(left)))

    def _ways(self, act: str) -> tuple[Way, Way]:
        return (self.forward, self.backward) if act == "apply" else (self.backward, self.forward)

    def _take_back(self, way: Way, back: Way, act: str) -> None:
        """Undo a part of `way`. Should the disk refuse that too, the journal stays for the next recovery."""
        with contextlib.suppress(OSError, CotempError):
            way.clear()
            back.stage()
            back.swap()
            self._forget(act)

    def _forget(self, act: str) -> None:
        """The journal as it was before `act`."""
        if act == "apply":
            self.kept.forget()
        else:
            self.kept.write("apply", "done")


_SAID: dict[tuple[str, str], str] = {
    ("sealed", "applied"): "the changes of this run were applied already",
    ("sealed", "undone"): "the changes of this run were applied and taken back",
    ("sealed", "open"): "this run has not ended yet",
    ("applied", "undone"): "the changes of this run were taken back already",
    ("applied", "sealed"): "the changes of this run were never applied",
    ("applied", "open"): "this run has not ended yet",
    ("sealed", "none"): "this run changed no repo",
    ("applied", "none"): "this run changed no repo",
}


@contextlib.contextmanager
def _opened(run_dir: Path) -> Iterator[_Work]:
    kept = Kept.of(run_dir)
    base, changes = kept.base(), kept.changes()
    if changes is None:
        raise AnswerIsNo(_SAID["sealed", "open"], "wait for it, or stop it: cotemp cancel RUN")
    try:
        tree = Tree(base.repo)
    except OSError as error:
        raise Conflict([base.repo]) from error
    with tree, Tree(kept.sealed) as new, kept.told():
        _lock(tree)
        yield _Work(kept, base, changes, tree, new)


def _lock(tree: Tree) -> None:
    """One transaction at a time in a repo; the lock goes when the repo is closed, or we are killed."""
    if sys.platform != "win32":
        import fcntl

        fcntl.flock(tree.fd, fcntl.LOCK_EX)


def _told(error: OSError | CotempError, repo: str) -> CotempError:
    return storage_failed(error.filename or repo, error) if isinstance(error, OSError) else error
