"""Whether a repo is still what a transaction found: before applying, before undoing, after a crash."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from . import git
from .keeping import Kept
from .model import Base, Kind, Node, Step
from .swapping import Way, is_new_object
from .tree import Tree

__all__ = ["conflicts", "foreign", "overlaps"]


def conflicts(way: Way, base: Base, kept: Kept) -> list[str]:
    """Paths that changed since the run began and are in the way; the repo itself when it was replaced."""
    tree = way.tree
    if _is_replaced(tree, base):
        return [base.repo]
    inside = _children(way.steps)
    found = [s.path for s in way.steps if s.path != git.INDEX and (_shut(tree, s) or _is_touched(way, s, base, inside))]
    return sorted({*found, *_moved(tree, base, kept)})


def overlaps(way: Way, base: Base, kept: Kept) -> list[str]:
    """Paths that are not any more as the run left them; `way` leads back, so that is each step's `before`."""
    if _is_replaced(way.tree, base):
        return [base.repo]
    inside = _children(way.steps)
    found = []
    for step in way.steps:
        if is_new_object(step.reversed()) or _shut(way.tree, step):
            continue  # shut by the run itself, so nobody has changed it since
        if not _is_as(way, step, inside) and not _only_refreshed(step, base, kept):
            found.append(step.path)
    return found


def foreign(tree: Tree, steps: Sequence[Step], base: Base, kept: Kept) -> set[str]:
    """After a crash amid `steps`: the paths that are neither as they were nor as they shall be."""
    inside = _children(steps)
    seen = (s for s in steps if not _shut(tree, s))  # the run's folders are shut last of all
    odd = (s for s in seen if not _may_be(s, tree.node(s.path)) or _cannot_go(tree, s, inside))
    return {s.path for s in odd if not _only_refreshed(s, base, kept)}


def _shut(tree: Tree, step: Step) -> bool:
    """True where a folder on the way is closed to its owner, and so to us."""
    try:
        tree.stat(step.path)
    except PermissionError:
        return True
    return False


def _cannot_go(tree: Tree, step: Step, inside: dict[str, set[str]]) -> bool:
    """True for a folder that shall be no folder any more, and holds what no step speaks of."""
    return step.after.kind is not Kind.FOLDER and tree.is_folder(step.path) and _strangers(tree, step, inside)


def _may_be(step: Step, node: Node) -> bool:
    kinds = {step.before.kind, step.after.kind}
    if node.kind is Kind.FOLDER:
        return Kind.FOLDER in kinds  # its mode is set last
    if node.kind is Kind.ABSENT and Kind.FOLDER in kinds:
        return True  # between the two
    return node.same(step.before) or node.same(step.after)


def _is_replaced(tree: Tree, base: Base) -> bool:
    return (tree.status.st_dev, tree.status.st_ino) != (base.device, base.inode)


def _is_touched(way: Way, step: Step, base: Base, inside: dict[str, set[str]]) -> bool:
    if not _is_as(way, step, inside):
        return True
    found = way.tree.stat(step.path)
    return found is not None and not stat.S_ISDIR(found.st_mode) and found.st_ctime_ns >= base.began


def _is_as(way: Way, step: Step, inside: dict[str, set[str]]) -> bool:
    """True when the path is still each step's `before`, and the way to it is real folders."""
    if not way.tree.node(step.path).same(step.before):
        return False
    if step.before.kind is Kind.ABSENT:
        return way.tree.is_folder(way.anchor(step))
    leaves = step.before.kind is Kind.FOLDER and step.after.kind is not Kind.FOLDER
    return not (leaves and _strangers(way.tree, step, inside))


def _strangers(tree: Tree, step: Step, inside: dict[str, set[str]]) -> bool:
    """True when a folder holds what no step speaks of."""
    try:
        return not inside.get(step.path, set()).issuperset(tree.names(step.path))
    except PermissionError:  # closed as the run left it, so nobody has put anything there since
        return False


def _children(steps: Sequence[Step]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for step in steps:
        folder, _, name = step.path.rpartition("/")
        found.setdefault(folder, set()).add(name)
    return found


def _moved(tree: Tree, base: Base, kept: Kept) -> Iterator[str]:
    """What of git's HEAD, refs and index is not any more as it was when the run began."""
    if base.refs is None:
        return
    if (git.head(tree.read) or "") != base.head:
        yield ".git/HEAD"
    if git.digest(git.refs_in(tree.read, tree.walk(".git/refs"))) != base.refs:
        yield ".git/refs"
    if git.seal_of_index(tree) != base.index and not _is_same_index(kept.index, base):
        yield git.INDEX


def _only_refreshed(step: Step, base: Base, kept: Kept) -> bool:
    """True for git's index when it says the same as the one that the run found, or the one that it left."""
    return step.path == git.INDEX and any(_is_same_index(i, base) for i in (kept.sealed / git.INDEX, kept.index))


def _is_same_index(known: Path, base: Base) -> bool:
    now = Path(base.repo, git.INDEX)
    return known.is_file() and now.is_file() and git.same_index(known, now, Path(base.repo))
