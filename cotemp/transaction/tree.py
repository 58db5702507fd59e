"""A folder held open, whose paths are walked one real folder at a time: no link is ever followed."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from .model import UNREADABLE, Kind, Node

__all__ = ["BLOCK", "Tree", "attribute", "copy_whole", "folders_above", "node_mode", "node_of", "parent_of"]

BLOCK = 1024 * 1024
"""How much of a file is held in memory at once, in bytes."""

_NOT_THERE = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}

if sys.platform == "win32":
    _READ = _FOLDER = os.O_RDONLY
else:
    _READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    _FOLDER = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_DIRECTORY


def parent_of(path: str) -> str:
    """The folder of a relative path; "" is the root."""
    return path.rpartition("/")[0]


def folders_above(path: str) -> Iterator[str]:
    """The folders on the way to `path`, the nearest first, without the root."""
    while path := parent_of(path):
        yield path


class Tree:
    """The folder `root`; every path is relative to it, with `/` between its parts, and "" is the root itself.

    Raises OSError when `root` is no real folder.
    """

    def __init__(self, root: Path | str) -> None:
        self.root = os.fspath(root)
        self.fd = os.open(self.root, _FOLDER)
        self.status = os.fstat(self.fd)

    def close(self) -> None:
        """Let go of the folder."""
        os.close(self.fd)

    def __enter__(self) -> Tree:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextlib.contextmanager
    def folder(self, path: str) -> Iterator[int]:
        """A descriptor of a folder below. Raises OSError when a part of `path` is missing, or no real folder."""
        fd = os.dup(self.fd)
        try:
            for part in path.split("/") if path else ():
                below = os.open(part, _FOLDER, dir_fd=fd)
                os.close(fd)
                fd = below
            yield fd
        finally:
            os.close(fd)

    @contextlib.contextmanager
    def place(self, path: str) -> Iterator[tuple[int, str]]:
        """A descriptor of the folder that holds `path`, and its name there."""
        folder, _, name = path.rpartition("/")
        with self.folder(folder) as fd:
            yield fd, name

    def stat(self, path: str) -> os.stat_result | None:
        """What is at `path` itself; None for nothing, also where a part of the way is no real folder."""
        if not path:
            return self.status
        try:
            with self.place(path) as (fd, name):
                return os.lstat(name, dir_fd=fd)
        except OSError as error:
            if error.errno in _NOT_THERE:
                return None
            raise

    def is_folder(self, path: str) -> bool:
        """True for a real folder that is reached over real folders."""
        found = self.stat(path)
        return found is not None and stat.S_ISDIR(found.st_mode)

    def changed_ns(self, folder: str) -> int:
        """When an entry of a folder was last added or removed, in nanoseconds; 0 when it is no real folder."""
        try:
            with self.folder(folder) as fd:
                return os.fstat(fd).st_ctime_ns
        except OSError as error:
            if error.errno in _NOT_THERE:
                return 0
            raise

    def names(self, path: str) -> list[str]:
        """The names in a folder, sorted; none when it is no real folder."""
        try:
            with self.folder(path) as fd:
                return sorted(os.listdir(fd))
        except OSError as error:
            if error.errno in _NOT_THERE:
                return []
            raise

    def walk(self, path: str) -> Iterator[str]:
        """All paths below a folder that are no folders themselves."""
        waiting = [path]
        while waiting:
            folder = waiting.pop()
            for name in self.names(folder):
                child = f"{folder}/{name}" if folder else name
                if self.is_folder(child):
                    waiting.append(child)
                else:
                    yield child

    @contextlib.contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        """A regular file, for reading. Raises OSError for anything else."""
        with self.place(path) as (fd, name):
            descriptor = os.open(name, _READ, dir_fd=fd)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise OSError(errno.EINVAL, "no regular file", path)
            yield file

    def read(self, path: str, most: int = 64 * BLOCK) -> bytes | None:
        """At most `most` bytes of a regular file; None when there is none."""
        found = self.stat(path)
        if found is None or not stat.S_ISREG(found.st_mode):
            return None
        with self.open(path) as file:
            return file.read(most)

    def node(self, path: str) -> Node:
        """What is at `path`, a file's digest included."""
        found = self.stat(path)
        if found is None:
            return Node()
        kind = self._kind(found)
        digest, target = "", ""
        if kind is Kind.FILE:
            digest = self._digest(path)
        elif kind is Kind.LINK:
            with self.place(path) as (fd, name):
                target = os.readlink(name, dir_fd=fd)
        return node_of(found, kind, digest, target)

    def _digest(self, path: str) -> str:
        try:
            with self.open(path) as file:
                return _digest(file)
        except PermissionError:
            return UNREADABLE

    def _kind(self, found: os.stat_result) -> Kind:
        if found.st_dev != self.status.st_dev and not stat.S_ISLNK(found.st_mode):
            return Kind.OTHER  # mounted there: a view of the root does not show it
        kinds = {stat.S_IFREG: Kind.FILE, stat.S_IFDIR: Kind.FOLDER, stat.S_IFLNK: Kind.LINK}
        return kinds.get(stat.S_IFMT(found.st_mode), Kind.OTHER)

    def make_accessible(self, path: str, found: os.stat_result) -> None:
        """Let us read a file, or enter a folder, whose modes say no: only in a tree that is ours alone."""
        wanted = 0o700 if stat.S_ISDIR(found.st_mode) else 0o400
        if self._kind(found) not in (Kind.FILE, Kind.FOLDER) or found.st_mode & wanted == wanted:
            return
        with self.place(path) as (fd, name):
            os.chmod(name, stat.S_IMODE(found.st_mode) | wanted, dir_fd=fd)

    def attribute(self, path: str, name: str) -> bytes | None:
        """An extended attribute of a file or folder; None where it has none of that name."""
        with self.place(path) as (fd, last):
            return attribute(f"/proc/self/fd/{fd}/{last}", name)


def node_mode(found: os.stat_result) -> int:
    """The modes of a file or folder; those of a link mean nothing."""
    return 0 if stat.S_ISLNK(found.st_mode) else stat.S_IMODE(found.st_mode)


def node_of(found: os.stat_result, kind: Kind, digest: str, target: str) -> Node:
    """A node from what the system says of it."""
    size = found.st_size if kind is Kind.FILE else 0
    return Node(kind, node_mode(found), size, digest, target, found.st_mtime_ns, found.st_uid, found.st_gid)


def attribute(path: str, name: str) -> bytes | None:
    """An extended attribute of what is at `path` itself; None where it has none of that name."""
    if sys.platform != "linux":
        return None
    try:
        return os.getxattr(path, name, follow_symlinks=False)
    except OSError as error:
        if error.errno in (errno.ENODATA, errno.ENOTSUP, errno.EPERM):
            return None
        raise


def _digest(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while block := file.read(BLOCK):
        digest.update(block)
    return digest.hexdigest()


def copy_whole(source: BinaryIO, target: BinaryIO) -> str:
    """Copy, leaving holes where there are only zeros; returns the SHA-256 of what was read."""
    digest, size = hashlib.sha256(), 0
    while block := source.read(BLOCK):
        digest.update(block)
        size += len(block)
        if block.count(0) == len(block):
            target.seek(len(block), os.SEEK_CUR)
        else:
            target.write(block)
    target.truncate(size)
    return digest.hexdigest()
