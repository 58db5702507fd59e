"""The repo and the user's own work in it always win: what meets them is not applied, or not undone."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cotemp import transaction
from cotemp.transaction import Conflict, NotPossible, Overlap
from cotemp.transaction.snapshot import Limits

from .worlds import World, digest_of


def replaced_by_a_link(folder: Path, there: Path) -> None:
    folder.rename(there)
    folder.symlink_to(there)


MEANWHILE: dict[str, tuple[Callable[[World], object], str, set[str]]] = {
    "edited": (lambda w: w.write({"a.txt": "mine"}), "echo x >>a.txt", {"a.txt"}),
    "edited to the same": (lambda w: w.write({"a.txt": "a\n"}), "echo x >>a.txt", {"a.txt"}),
    "deleted": (lambda w: (w.repo / "a.txt").unlink(), "echo x >>a.txt", {"a.txt"}),
    "both create": (lambda w: w.write({"n.txt": "mine"}), "echo x >n.txt", {"n.txt"}),
    "modes": (lambda w: (w.repo / "a.txt").chmod(0o600), "rm a.txt", {"a.txt"}),
    "new in a deleted folder": (lambda w: w.write({"d/new.txt": "mine"}), "rm -r d", {"d", "d/new.txt"}),
    "edited below a deleted folder": (lambda w: w.write({"d/g.txt": "mine"}), "rm -r d", {"d/g.txt"}),
    "commit": (lambda w: w.write({"z": "z"}).commit_all("z"), "echo x >>a.txt", {".git/index", ".git/refs"}),
    "branch": (lambda w: w.git("branch", "mine"), "echo x >>a.txt", {".git/refs"}),
    "switch": (lambda w: w.git("switch", "-q", "side"), "echo x >>a.txt", {".git/HEAD"}),
    "staged": (lambda w: w.write({"z": "z"}).git("add", "z"), "echo x >>a.txt", {".git/index"}),
    "both commit": (
        lambda w: w.write({"z": "z"}).commit_all("z"),
        "echo x >>a.txt; git commit -qam x",
        {".git/index", ".git/refs", ".git/refs/heads/main", ".git/logs/HEAD", ".git/logs/refs/heads/main",
         ".git/COMMIT_EDITMSG"},
    ),
}  # fmt: skip


def settled(world: World) -> None:
    world.write({"a.txt": "a\n", "d/g.txt": "g\n", "other.txt": "other\n"})
    world.commit_all()
    world.git("branch", "side")


@pytest.mark.parametrize("name", MEANWHILE)
def test_meanwhile(world: World, name: str) -> None:
    """The repo changed while the DO ran, where it matters: nothing is applied, the paths are named, both are kept."""
    act, script, paths = MEANWHILE[name]
    settled(world)
    prepared = world.prepare()
    world.inside(prepared, script)
    act(world)
    transaction.seal(world.run_dir)
    before = digest_of(world.repo)
    with pytest.raises(Conflict) as told:
        transaction.apply(world.run_dir)
    assert told.value.paths
    assert set(told.value.paths) <= paths
    assert digest_of(world.repo) == before
    assert transaction.standing(world.run_dir) == "sealed"


def test_harmless_meanwhile(world: World) -> None:
    """What the user does elsewhere in the repo, `git status` and a repacked repo included, is no conflict."""
    settled(world)
    world.do("echo x >>a.txt; git commit -qam x")
    world.write({"d/mine.txt": "mine", "other.txt": "mine\n"})
    (world.repo / "d" / "g.txt").touch()
    world.git("status")
    transaction.apply(world.run_dir)
    assert world.git("log", "--format=%s") == "x\none"
    assert (world.repo / "other.txt").read_text() == "mine\n"


def test_replaced(world: World) -> None:
    """Another folder stands where the repo was: it is not the one that the DO saw."""
    settled(world)
    world.do("echo x >>a.txt")
    world.repo.rename(world.root / "old")
    world.repo.mkdir()
    with pytest.raises(Conflict) as told:
        transaction.apply(world.run_dir)
    assert told.value.paths == (str(world.repo),)


SINCE: dict[str, tuple[str, Callable[[World], object], set[str]]] = {
    "edited again": ("echo x >>a.txt", lambda w: w.write({"a.txt": "mine"}), {"a.txt"}),
    "put back": ("rm a.txt", lambda w: w.write({"a.txt": "mine"}), {"a.txt"}),
    "new in a new folder": ("mkdir n; echo x >n/x", lambda w: w.write({"n/mine": "mine"}), {"n"}),
    "new commit": (
        "echo x >>a.txt; git commit -qam x",
        lambda w: w.write({"z": "z"}).commit_all("z"),
        {".git/COMMIT_EDITMSG", ".git/index", ".git/logs/HEAD", ".git/logs/refs/heads/main", ".git/refs/heads/main"},
    ),
    "staged": ("echo x >>a.txt; git add a.txt", lambda w: w.write({"z": "z"}).git("add", "z"), {".git/index"}),
    "parent is a link": (
        "rm d/g.txt",
        lambda w: replaced_by_a_link(w.repo / "d", w.root / "d"),
        {"d/g.txt"},
    ),
}


@pytest.mark.parametrize("name", SINCE)
def test_since(world: World, name: str) -> None:
    """What was changed again since the run is not undone: the paths are named, and nothing is touched."""
    script, act, paths = SINCE[name]
    settled(world)
    world.do(script)
    transaction.apply(world.run_dir)
    act(world)
    before = digest_of(world.repo)
    with pytest.raises(Overlap) as told:
        transaction.undo(world.run_dir)
    assert set(told.value.paths) == paths
    assert digest_of(world.repo) == before


def test_undone_beside_other_work(world: World) -> None:
    """Work elsewhere in the repo, and `git status`, do not stand in the way of undoing."""
    settled(world)
    world.do("echo x >>a.txt; git commit -qam x")
    transaction.apply(world.run_dir)
    world.write({"other.txt": "mine\n"})
    (world.repo / "d" / "g.txt").touch()
    world.git("status")
    transaction.undo(world.run_dir)
    assert world.git("log", "--format=%s") == "one"
    assert world.git("status", "--short") == "M other.txt"
    assert (world.repo / "a.txt").read_text() == "a\n"


def test_times(world: World) -> None:
    """A file has the time at which the DO wrote it; undone, it has its old time again."""
    world.write({"a.txt": "a"})
    os.utime(world.repo / "a.txt", ns=(10**18, 10**18))
    world.do("echo x >>a.txt; touch -d 2020-02-02T02:02:02Z a.txt")
    transaction.apply(world.run_dir)
    assert (world.repo / "a.txt").stat().st_mtime == 1580608922
    transaction.undo(world.run_dir)
    assert (world.repo / "a.txt").stat().st_mtime_ns == 10**18


@pytest.mark.parametrize("world", ["snapshot"], indirect=True)  # an overlay copies nothing
def test_too_much_to_copy(world: World) -> None:
    """A folder that is too large to copy is not worked on at all; of a git repo, ignored files need not be copied."""
    world.write({"a.txt": "a", "ignored/1": "1" * 5000, "ignored/2": "2", ".gitignore": "ignored\n"})
    with pytest.raises(NotPossible, match="more than 3 files"):
        transaction.prepare(world.run_dir, world.repo, overlay=False, limits=Limits(files=3))
    assert transaction.standing(world.run_dir) == "none"
    world.commit_all()
    size = sum(path.lstat().st_size for path in (world.repo / ".git").rglob("*") if path.is_file()) + 500
    prepared = transaction.prepare(world.run_dir, world.repo, overlay=False, limits=Limits(size=size))
    assert prepared.copy is not None
    assert not (prepared.copy / "ignored").exists()
    world.inside(prepared, "echo x >>a.txt; mkdir ignored; echo mine >ignored/1")
    changes = transaction.seal(world.run_dir)
    assert (changes.changed, changes.deleted) == (("a.txt", "ignored/1"), ())
    assert changes.untracked == {"ignored/1"}, "what was not shown is not lost without a word"


def test_objects_stay(world: World) -> None:
    """What git's object store got stays when a run is undone: the user's own branch may use it by then."""
    settled(world)
    world.do("echo x >>a.txt; git commit -qam x")
    transaction.apply(world.run_dir)
    commit = world.git("rev-parse", "HEAD")
    transaction.undo(world.run_dir)
    assert world.git("log", "-1", "--format=%s", commit) == "x"
