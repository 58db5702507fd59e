"""Whether a ref may have moved, told without git: a few small files, read or only dated."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from ..store.mailbox import NotPlain, read_plain
from .git import Repo, ask

__all__ = ["mark", "resolve"]

_SPELLINGS = ("{}", "refs/{}", "refs/tags/{}", "refs/heads/{}", "refs/remotes/{}", "refs/remotes/{}/HEAD")
_STORES = ("packed-refs", "reftable/tables.list")
"""Files that hold many refs: they are dated, not read."""
_LEADS = 5
"""How often one ref may stand for another."""


def mark(repo: Repo, ref: str) -> tuple[object, ...]:
    """A value that changes whenever `ref` moves (and at times when it does not). A few dozen microseconds."""
    name = re.split(r"[~^:]|@\{", ref)[0]
    found: list[object] = []
    for spelled in _SPELLINGS:
        found += _followed(repo, spelled.format("HEAD" if name == "@" else name))
    found += [_dated(folder / store) for folder in {repo.gitdir, repo.common} for store in _STORES]
    return tuple(found)


def resolve(repo: Repo, ref: str) -> str | None:
    """The commit that `ref` names now; None when there is none. Raises GitFailed."""
    said = ask(repo, ["rev-parse", "--verify", "--quiet", "--end-of-options", ref + "^{commit}"], most=1024)
    return said.decode("ascii", "replace").strip() if said else None


def _followed(repo: Repo, name: str) -> Iterator[bytes | None]:
    for _ in range(_LEADS):
        value = _value(repo.gitdir / name)
        if value is None and repo.common != repo.gitdir:
            value = _value(repo.common / name)
        yield value
        if not (value and value.startswith(b"ref:")):
            return
        name = os.fsdecode(value[4:].strip())


def _value(path: Path) -> bytes | None:
    try:
        return read_plain(path, 1024)[0]
    except (OSError, ValueError, NotPlain):
        return None


def _dated(path: Path) -> tuple[int, int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
