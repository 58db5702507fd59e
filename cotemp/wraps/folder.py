"""Taking in a folder of a stranger, under the rules for archives."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from itertools import islice
from pathlib import Path

from ..places import is_link, storage_failed
from ..store.mailbox import NotPlain, read_plain
from .archive import Source
from .hostile import MAX_BYTES, MAX_FILES, Entry, RefusedIntake, check, plain_name

__all__ = ["listed"]


def listed(root: Path, rename: Callable[[str], str] = str) -> tuple[list[Entry], Source]:
    """What is in a folder, checked, and its files; `rename` gives each the path that it gets.

    Raises RefusedIntake for a link, for what is no file, for names and sizes as in archives; StorageFailed.
    """
    entries: list[Entry] = []
    paths: list[tuple[str, Path, int]] = []
    for path, found in _walk(root):
        raw = path.relative_to(root).as_posix()
        is_folder = stat.S_ISDIR(found.st_mode)
        name = rename(plain_name(_text(raw)))
        entries.append(Entry(name, 0 if is_folder else found.st_size, is_folder=is_folder))
        if not is_folder:
            paths.append((name, path, found.st_size))
    check(entries)
    return entries, _files(paths)


def _walk(root: Path) -> list[tuple[Path, os.stat_result]]:
    """Everything below `root`; nothing is followed."""
    found: list[tuple[Path, os.stat_result]] = []
    folders = [root]
    while folders:
        try:
            with os.scandir(folders.pop()) as listing:
                here = [(Path(one.path), os.lstat(one.path)) for one in islice(listing, MAX_FILES + 1)]
        except OSError as error:
            raise storage_failed(root, error) from error
        for path, status in sorted(here):
            if is_link(path) or not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
                raise RefusedIntake(f"{_text(path.name)!r} is a link, or no file")
            if stat.S_ISDIR(status.st_mode):
                folders.append(path)
        found += here
        if len(found) > MAX_FILES:
            raise RefusedIntake(f"it has more than {MAX_FILES:,} files")
    return found


def _text(name: str) -> str:
    """`name` with a sign where it is no text."""
    return os.fsencode(name).decode("utf-8", "replace")


def _files(paths: list[tuple[str, Path, int]]) -> Source:
    left = MAX_BYTES
    for name, path, size in paths:
        try:
            data, _ = read_plain(path, min(size, left) + 1)
        except NotPlain as error:
            raise RefusedIntake(f"{name!r} became {error.kind}") from error
        except OSError as error:
            raise storage_failed(path, error) from error
        if len(data) > size:
            raise RefusedIntake(f"{name!r} grew while it was read")
        left -= len(data)
        yield name, data
