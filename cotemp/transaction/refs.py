"""Which branches, tags and HEAD a run moved, and whether history was left behind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from . import git
from .model import Kind, RefMove, Step
from .tree import Tree

__all__ = ["moved"]

_REFS = ".git/refs/"


def moved(repo: Tree, new: Tree, steps: Sequence[Step]) -> tuple[RefMove, ...]:
    """The refs of the repo that differ once `steps` are taken, HEAD first. `new` holds the new content."""
    touched = {step.path: step for step in steps if step.path.startswith(".git/")}
    if not touched:
        return ()

    def read(path: str) -> bytes | None:
        step = touched.get(path)
        if step is None:
            return repo.read(path)
        return new.read(path) if step.after.kind is Kind.FILE else None

    loose = set(repo.walk(".git/refs"))
    later = {p for p in loose if p not in touched} | {
        p for p, s in touched.items() if p.startswith(_REFS) and s.after.kind is Kind.FILE
    }
    old, now = git.refs_in(repo.read, loose), git.refs_in(read, later)
    heads = git.head(repo.read), git.head(read)
    found = [("HEAD", *heads)] if heads[0] != heads[1] else []
    found += [(n, old.get(n), now.get(n)) for n in sorted({*old, *now}) if old.get(n) != now.get(n)]
    objects = Path(new.root, ".git", "objects")
    return tuple(RefMove(name, a, b, _is_forward(repo, name, a, b, objects)) for name, a, b in found)


def _is_forward(repo: Tree, name: str, old: str | None, new: str | None, objects: Path) -> bool:
    """True when everything that `old` led to can still be reached; a tag never moves."""
    if old is None:
        return True
    if new is None:
        return False
    if name == "HEAD" and old.startswith("ref: "):
        return True  # another branch was checked out, or none: the branches themselves are looked at one by one
    if re.match("refs/tags/", name):
        return False
    return git.is_ancestor(Path(repo.root), old, new, objects)
