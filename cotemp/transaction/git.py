"""What git says of a repo, asked so that nothing that a DO wrote is ever run or believed."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

from .tree import Tree

__all__ = [
    "INDEX",
    "SAFE",
    "Refs",
    "environment",
    "has_git",
    "head",
    "is_ancestor",
    "refs_in",
    "same_index",
    "seal_of_index",
    "tracked",
]

INDEX = ".git/index"

Refs = dict[str, str]
"""Name of each branch, tag and remote branch -> the object it points to, or `ref: <name>`."""

SAFE = (
    "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=", "-c", "safe.bareRepository=explicit",
    "-c", "core.commitGraph=false", "-c", "core.multiPackIndex=false", "-c", "protocol.allow=never",
)  # fmt: skip
"""Options for every call: nothing that lies in a repo is run, and nothing is fetched."""
_PACKED = re.compile(rb"^([0-9a-f]{40,64}) (refs/\S+)$", re.M)
_VALUE = re.compile(r"[0-9a-f]{40,64}|ref: \S+")
_PATIENCE = 60.0
"""Seconds that one question to git may take."""


def has_git(tree: Tree) -> bool:
    """True for a repo whose `.git` is a real folder; of a linked worktree git's own files lie elsewhere."""
    return tree.stat(".git/HEAD") is not None


def head(read: Callable[[str], bytes | None]) -> str | None:
    """What HEAD says: a commit, or `ref: refs/heads/…`; None where it says nothing that git would understand."""
    return _value(read(".git/HEAD"))


def refs_in(read: Callable[[str], bytes | None], loose: Iterable[str]) -> Refs:
    """All refs, from `packed-refs` and the `loose` files below `.git/refs`, whose paths are given."""
    packed = read(".git/packed-refs") or b""
    found = {os.fsdecode(name): value.decode() for value, name in _PACKED.findall(packed)}
    for path in loose:
        if value := _value(read(path)):
            found[path.removeprefix(".git/")] = value
    return found


def _value(data: bytes | None) -> str | None:
    text = (data or b"")[:1024].decode("utf-8", "surrogateescape").strip()
    return text if _VALUE.fullmatch(text) else None


def digest(refs: Refs) -> str:
    """One value for all refs, however git stores them."""
    lines = "".join(f"{value} {name}\n" for name, value in sorted(refs.items()))
    return hashlib.sha256(lines.encode("utf-8", "surrogateescape")).hexdigest()


def seal_of_index(tree: Tree) -> str | None:
    """Git's own checksum at the end of its index, with the size; None without an index, "" for what is no file."""
    found = tree.stat(INDEX)
    if found is None:
        return None
    if not stat.S_ISREG(found.st_mode):
        return ""
    with tree.open(INDEX) as file:
        file.seek(max(0, found.st_size - 20))
        return f"{found.st_size}:{file.read(20).hex()}"


def same_index(one: Path, other: Path, repo: Path) -> bool:
    """True when two index files hold the same entries: `git status` alone rewrites what it knows of file times."""
    first, second = (_run(repo, ["ls-files", "--stage", "-z"], {"GIT_INDEX_FILE": str(i)}) for i in (one, other))
    return first is not None and first == second


def tracked(repo: Path) -> frozenset[str] | None:
    """Paths in the index; None when git cannot tell."""
    listed = _run(repo, ["ls-files", "-z"])
    return None if listed is None else frozenset(map(os.fsdecode, filter(None, listed.split(b"\0"))))


def visible(repo: Path) -> list[str] | None:
    """Paths in the index, and untracked ones that are not ignored; None when git cannot tell."""
    listed = _run(repo, ["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
    return None if listed is None else sorted(set(map(os.fsdecode, filter(None, listed.split(b"\0")))))


def is_ancestor(repo: Path, old: str, new: str, objects: Path) -> bool:
    """True when `new` has `old` in its history, False when git cannot tell; `objects` holds further git objects."""
    if not (_is_object(old) and _is_object(new)):
        return False
    more = {"GIT_ALTERNATE_OBJECT_DIRECTORIES": _listed(objects)} if objects.is_dir() else {}
    return _run(repo, ["merge-base", "--is-ancestor", old, new], more) is not None


def _is_object(value: str) -> bool:
    return re.fullmatch("[0-9a-f]{40,64}", value) is not None


def _listed(path: Path) -> str:
    """One entry of a list that git splits at colons; quoted, it may hold any character."""
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _run(repo: Path, arguments: list[str], more: dict[str, str] | None = None) -> bytes | None:
    """What git says; None when it says no, or is not there."""
    gitdir = repo / ".git"
    where = {"GIT_DIR": str(gitdir), "GIT_WORK_TREE": str(repo)} if gitdir.is_dir() else {}
    try:
        done = subprocess.run(
            ["git", "--no-pager", "--no-replace-objects", *SAFE, *arguments],
            cwd=repo, env={**environment(), **where, **(more or {})}, stdin=subprocess.DEVNULL,
            capture_output=True, timeout=_PATIENCE, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout


def environment() -> dict[str, str]:
    """For every call: no settings but the repo's own, no locks, no questions."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C",
        "HOME": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",  # settings of the repo for one protocol would win over protocol.allow
    }
