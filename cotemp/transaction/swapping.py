"""Takes the steps in a repo so that a crash at any moment can be finished or taken back.

First every new file is written whole, and through to the disk, beside the place where it will be
(`stage`); only then are they renamed into place, and what shall go is deleted last (`swap`). Both may be
repeated: a step that was taken already is left as it is.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Container, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import BinaryIO

from ..errors import DamagedData
from .model import Kind, Node, Step
from .showing import shown
from .tree import Tree, copy_whole, folders_above, parent_of

__all__ = ["ONE_BY_ONE", "Way", "is_new_object", "sync_everything"]

ONE_BY_ONE = 64
"""Up to so many files are written through one by one; for more, one sync of everything is faster."""


@dataclass(frozen=True)
class Way:
    """Steps to take in `tree`; `content` opens the new content of a file, `tag` begins our temporary names.

    With `keeps_objects`, what git's object store holds is never deleted: somebody else may use it by now.
    """

    tree: Tree
    steps: Sequence[Step]
    content: Callable[[Step], AbstractContextManager[BinaryIO]]
    tag: str
    keeps_objects: bool = False
    _closed: dict[str, int] = field(default_factory=dict)

    def without(self, paths: Container[str]) -> Way:
        """The same but for some paths."""
        return replace(self, steps=[step for step in self.steps if step.path not in paths], _closed={})

    def stage(self) -> None:
        """Write every new file and link beside its place. Raises DamagedData when the kept content was changed."""
        self._open_folders()
        staged = [step for step in self.steps if self._is_staged(step)]
        for step in staged:
            self._write(step, durable=len(staged) <= ONE_BY_ONE)
        if len(staged) > ONE_BY_ONE:
            sync_everything()

    def swap(self) -> None:
        """Put everything into its place; the repo is wholly changed when this returns."""
        early, late = self._deletions()
        folders = [step for step in self.steps if step.after.kind is Kind.FOLDER]
        for step in early:
            self._delete(step)
        for step in folders:
            self._make_folder(step)
        for step in sorted(filter(_is_put, self.steps), key=_turn):
            self._put(step)
        for step in late:
            self._delete(step)
        for step in reversed(folders):
            self._finish_folder(step)
        self._close_folders({step.path for step in self.steps})
        self._sync_folders()

    def clear(self) -> None:
        """Remove what `stage` left."""
        for step in self.steps:
            with contextlib.suppress(OSError), self.tree.folder(self.anchor(step)) as fd:
                os.unlink(self._temporary(step), dir_fd=fd)
        self._close_folders(())

    def anchor(self, step: Step) -> str:
        """The nearest folder above a step that is there before and after: the new file waits in it."""
        new = self._new_folders
        folder = parent_of(step.path)
        while folder in new:
            folder = parent_of(folder)
        return folder

    # --- folders that nobody may write ---

    def _open_folders(self) -> None:
        """Let us work in folders whose modes say no, as their owner might; remembers those modes."""
        for path in sorted({parent_of(step.path) for step in self.steps}):
            found = self.tree.stat(path)
            if found is not None and path and self.tree.is_folder(path) and found.st_mode & 0o700 != 0o700:
                self._closed[path] = found.st_mode & 0o7777
                self.tree.make_accessible(path, found)

    def _close_folders(self, but: Container[str]) -> None:
        """Give the folders their modes back, but for those that a step has settled."""
        for path, mode in self._closed.items():
            if path not in but:
                with contextlib.suppress(FileNotFoundError, NotADirectoryError), self.tree.place(path) as (fd, name):
                    os.chmod(name, mode, dir_fd=fd)
        self._closed.clear()

    # --- staging ---

    @cached_property
    def _new_folders(self) -> set[str]:
        return {s.path for s in self.steps if s.after.kind is Kind.FOLDER and s.before.kind is not Kind.FOLDER}

    def _temporary(self, step: Step) -> str:
        return f"{self.tag}{step.number}"

    def _is_staged(self, step: Step) -> bool:
        if step.after.kind not in (Kind.FILE, Kind.LINK) or step.before.same_content(step.after):
            return False
        return not self.tree.node(step.path).same(step.after)

    def _write(self, step: Step, *, durable: bool) -> None:
        name = self._temporary(step)
        with self.tree.folder(self.anchor(step)) as fd:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name, dir_fd=fd)
            if step.after.kind is Kind.LINK:
                os.symlink(step.after.target, name, dir_fd=fd)
            else:
                self._write_file(step, fd, name, durable=durable)
            _give_to(step.after, name, fd)

    def _write_file(self, step: Step, folder: int, name: str, *, durable: bool) -> None:
        new = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600, dir_fd=folder)
        with os.fdopen(new, "wb") as file:
            with self.content(step) as source:
                if copy_whole(source, file) != step.after.sha256:
                    raise DamagedData(f"the kept content of {shown(step.path)} was changed", "nothing was done with it")
            file.flush()
            if durable:
                os.fsync(new)

    # --- swapping ---

    def _deletions(self) -> tuple[list[Step], list[Step]]:
        """Deepest first: those below a folder that turns into a file come early, all others last."""
        gone = [s for s in reversed(self.steps) if s.after.kind is Kind.ABSENT]
        if self.keeps_objects:
            gone = [s for s in gone if not is_new_object(s.reversed())]
        replaced = {s.path for s in self.steps if s.before.kind is Kind.FOLDER and _is_put(s)}
        early = [step for step in gone if any(above in replaced for above in folders_above(step.path))]
        return early, [step for step in gone if step not in early] if early else gone

    def _delete(self, step: Step) -> None:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError), self.tree.place(step.path) as (fd, name):
            _remove(step.before, name, fd)

    def _make_folder(self, step: Step) -> None:
        with self.tree.place(step.path) as (fd, name):
            if not self.tree.is_folder(step.path):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(name, dir_fd=fd)
                os.mkdir(name, 0o700, dir_fd=fd)
            else:
                os.chmod(name, step.after.mode | 0o700, dir_fd=fd)

    def _finish_folder(self, step: Step) -> None:
        with self.tree.place(step.path) as (fd, name):
            _give_to(step.after, name, fd)
            os.chmod(name, step.after.mode, dir_fd=fd)
            if step.before.kind is not Kind.FOLDER:
                os.utime(name, ns=(step.after.mtime_ns,) * 2, dir_fd=fd)

    def _put(self, step: Step) -> None:
        with self.tree.place(step.path) as (fd, name), self.tree.folder(self.anchor(step)) as waiting:
            if step.before.same_content(step.after):
                if os.stat(name, dir_fd=fd, follow_symlinks=False).st_mode & 0o7777 != step.after.mode:
                    os.chmod(name, step.after.mode, dir_fd=fd)  # else its ctime stays, by which we know our own work
                return
            if not _is_there(self._temporary(step), waiting):
                self._must_be_done(step)
                return
            if step.after.kind is Kind.FILE:
                _finish_file(step.after, self._temporary(step), waiting)
            if step.before.kind is Kind.FOLDER and self.tree.is_folder(step.path):
                os.rmdir(name, dir_fd=fd)
            os.rename(self._temporary(step), name, src_dir_fd=waiting, dst_dir_fd=fd)

    def _must_be_done(self, step: Step) -> None:
        if not self.tree.node(step.path).same(step.after):
            raise DamagedData(f"the new content of {shown(step.path)} is gone", "see: cotemp doctor")

    def _sync_folders(self) -> None:
        touched = {parent_of(step.path) for step in self.steps}
        if len(touched) > ONE_BY_ONE:
            sync_everything()
            return
        for path in touched:
            self._sync_folder(path)

    def _sync_folder(self, path: str) -> None:
        try:
            with self.tree.folder(path) as fd:
                os.fsync(fd)
        except (FileNotFoundError, NotADirectoryError):
            pass
        except PermissionError:  # closed, as the DO left it
            sync_everything()


def is_new_object(step: Step) -> bool:
    """True when a step adds an object of git, or a folder for some."""
    return step.before.kind is Kind.ABSENT and step.path.startswith(".git/objects/")


def _is_put(step: Step) -> bool:
    return step.after.kind in (Kind.FILE, Kind.LINK)


def _turn(step: Step) -> int:
    """Git's objects before what names them."""
    if step.path.startswith(".git/"):
        return 0 if step.path.startswith(".git/objects/") else 2
    return 1


def _is_there(name: str, folder: int) -> bool:
    try:
        os.lstat(name, dir_fd=folder)
    except FileNotFoundError:
        return False
    return True


def _remove(node: Node, name: str, folder: int) -> None:
    if node.kind is Kind.FOLDER:
        os.rmdir(name, dir_fd=folder)
    else:
        os.unlink(name, dir_fd=folder)


def _finish_file(node: Node, name: str, folder: int) -> None:
    os.chmod(name, node.mode, dir_fd=folder)
    os.utime(name, ns=(node.mtime_ns,) * 2, dir_fd=folder, follow_symlinks=False)


def _give_to(node: Node, name: str, folder: int) -> None:
    """A file keeps its owner. Only root can see to that, and only root changes files of others."""
    if sys.platform != "win32" and os.geteuid() == 0 and node.uid >= 0:
        os.chown(name, node.uid, node.gid, dir_fd=folder, follow_symlinks=False)


def sync_everything() -> None:
    """Wait until everything that was written is on the disk."""
    if sys.platform != "win32":
        os.sync()
