"""What a DO does to its repo arrives whole, and can be taken back whole; the same for both kinds of view."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cotemp import transaction
from cotemp.errors import AnswerIsNo
from cotemp.transaction import Verdict
from tests.conftest import need

from .worlds import DESTRUCTIVE, WRITES, World, digest_of

OBJECTS = (".git/objects",)

STORIES: dict[str, tuple[str, bool, tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    # name: script, may be applied without destructive consent, created, changed, deleted
    "nothing": ("cat a.txt", True, (), (), ()),
    "edit": ("echo more >>a.txt", True, (), ("a.txt",), ()),
    "touch": ("touch a.txt; chmod 644 a.txt", True, (), (), ()),
    "create": ("mkdir -p x/y; echo n >x/y/new.txt", True, ("x/y/new.txt",), (), ()),
    "empty folder": ("mkdir -p x/y", True, ("x/y/",), (), ()),
    "delete": ("rm d/e/f.txt", False, (), (), ("d/e/f.txt",)),
    "delete a folder": ("rm -r d", False, (), (), ("d/e/f.txt", "d/g.txt")),
    "rename": ("mv a.txt b.txt", False, ("b.txt",), (), ("a.txt",)),
    "rename a folder": ("mv d n", False, ("n/e/f.txt", "n/g.txt"), (), ("d/e/f.txt", "d/g.txt")),
    "executable": ("chmod 755 a.txt", True, (), ("a.txt",), ()),
    "private": ("chmod 600 a.txt d/g.txt; echo x >>a.txt", True, (), ("a.txt", "d/g.txt"), ()),
    "closed folder": ("mkdir c; echo x >c/x; chmod 555 c", True, ("c/x",), (), ()),
    "in a closed folder": ("chmod 755 closed; echo x >closed/new; rm closed/old; chmod 555 closed", False,
                           ("closed/new",), (), ("closed/old",)),
    "a secret file": ("chmod 000 a.txt; echo x >n; chmod 000 n; mkdir m; chmod 000 m", True,
                      ("m/", "n"), ("a.txt",), ()),
    "link": ("ln -s /etc/passwd l; ln -s ../a.txt d/up", True, ("d/up", "l"), (), ()),
    "other link": ("ln -sfn elsewhere old-link", True, (), ("old-link",), ()),
    "file becomes folder": ("rm a.txt; mkdir a.txt; echo x >a.txt/x", True, ("a.txt/x",), ("a.txt/",), ()),
    "folder becomes file": ("rm -r d; echo x >d", False, (), ("d/",), ("d/e/f.txt", "d/g.txt")),
    "folder becomes link": ("rm -r d; ln -s /tmp d", False, (), ("d/",), ("d/e/f.txt", "d/g.txt")),
    "link becomes folder": ("rm old-link; mkdir old-link; echo x >old-link/x", True,
                            ("old-link/x",), ("old-link/",), ()),
    "folder made anew": ("rm -r d; mkdir d; echo n >d/n.txt", False, ("d/n.txt",), (), ("d/e/f.txt", "d/g.txt")),
    "hard links": ("ln a.txt hard; echo x >>hard", True, ("hard",), ("a.txt",), ()),
    "sparse": ("truncate -s 3M holes; echo end >>holes", True, ("holes",), (), ()),
    "odd names": (r"""printf x >"$(printf 'a\nb\033[31m')"; printf y >"$(printf 'caf\303\251 \377 \342\200\256')" """,
                  True, (r'"a\nb\033[31m"', r'"café \377 \342\200\256"'), (), ()),
    "commit": ("echo x >>a.txt; git add -A; git commit -qm two", True, (), ("a.txt",), ()),
    "new branch": ("git switch -qc topic; echo x >n; git add n; git commit -qm n", True, ("n",), (), ()),
    "amend": ("git commit -q --amend -m other", False, (), (), ()),
    "reset": ("git reset -q --hard HEAD~1", False, (), ("a.txt",), ()),
    "deleted tag": ("git tag -d v1", False, (), (), ()),
    "deleted branch": ("git branch -qD side", False, (), (), ()),
    "moved tag": ("echo x >>a.txt; git commit -qam n; git tag -f v1", False, (), ("a.txt",), ()),
    "overwrites what git has not": ("echo x >notes.txt", False, (), ("notes.txt",), ()),
    "a cache of a tool": ("mkdir -p __pycache__; echo 2 >__pycache__/a.pyc", True, (), ("__pycache__/a.pyc",), ()),
}  # fmt: skip


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repo with two commits, a branch, a tag, a link, an untracked file and a cache."""
    need("git")
    world = World(tmp_path_factory.mktemp("settled"))
    world.write({"a.txt": "zero\n", "d/e/f.txt": "f\n", "d/g.txt": "g\n"})
    os.symlink("a.txt", world.repo / "old-link")
    world.commit_all()
    world.write({"a.txt": "one\n"})
    world.commit_all("two")
    world.git("branch", "side")
    world.git("tag", "v1")
    world.write({"notes.txt": "mine\n", "__pycache__/a.pyc": "1", "closed/old": "old"})
    (world.repo / "closed").chmod(0o555)
    return world.repo


@pytest.mark.parametrize("name", STORIES)
def test_story(world: World, settled: Path, name: str) -> None:
    """A run's changes are told, judged, applied as the DO saw them, and taken back to what was before."""
    script, harmless, created, changed, deleted = STORIES[name]
    world.filled_from(settled)
    before = digest_of(world.repo)
    prepared = world.prepare()
    world.inside(prepared, script)
    assert digest_of(world.repo) == before, "the repo itself is not touched while the DO runs"
    changes = transaction.seal(world.run_dir)
    assert (changes.created, changes.changed, changes.deleted) == (created, changed, deleted)
    assert transaction.seal(world.run_dir) == changes, "sealed once and for all"
    verdict = transaction.judge(changes, WRITES)
    assert verdict.kind == ("nothing" if not changes.steps else "apply" if harmless else "hold"), verdict
    assert transaction.judge(changes, DESTRUCTIVE).kind == ("apply" if changes.steps else "nothing")

    transaction.apply(world.run_dir)
    again = World(world.root / "again").filled_from(settled)
    again.inside(transaction.Prepared("snapshot", again.repo, copy=again.repo), script)
    assert digest_of(again.repo, without=(".git",)) == digest_of(world.repo, without=(".git",))
    assert world.git("fsck", "--no-dangling", "--no-progress") == ""
    with pytest.raises(AnswerIsNo, match="applied already"):
        transaction.apply(world.run_dir)

    transaction.undo(world.run_dir)
    assert digest_of(world.repo, without=OBJECTS) == {k: v for k, v in before.items() if not k.startswith(OBJECTS)}
    assert world.git("fsck", "--no-dangling", "--no-progress") == ""
    with pytest.raises(AnswerIsNo, match="taken back already"):
        transaction.undo(world.run_dir)


def test_dropped(world: World, settled: Path) -> None:
    """What is dropped leaves no trace, in the repo or in the run's folder."""
    world.filled_from(settled)
    before = digest_of(world.repo)
    world.do("rm -r d; echo x >>a.txt; git commit -qam x; mkdir -p p/q; touch p/q/r; chmod 000 p/q")
    transaction.drop(world.run_dir)
    assert digest_of(world.repo) == before
    assert list(world.run_dir.iterdir()) == []
    assert transaction.standing(world.run_dir) == "none"
    transaction.drop(world.run_dir)


def test_reasons(world: World, settled: Path) -> None:
    """A human is told what would be destroyed, and which history is left."""
    world.filled_from(settled)
    changes = world.do("rm d/g.txt; echo x >notes.txt; git commit -q --amend -m other; git tag -d v1")
    verdict = transaction.judge(changes, WRITES)
    assert verdict.reasons[:2] == (
        "it deletes d/g.txt, without consent to destroy",
        "it overwrites notes.txt, which git does not have, without consent to destroy",
    )
    old, new = world.git("rev-parse", "main"), changes.refs[0].new or ""
    assert verdict.reasons[2:] == (
        f"it rewrites the history of refs/heads/main: {old[:12]} -> {new[:12]}, without consent to destroy",
        f"it deletes refs/tags/v1: {old[:12]} -> (none), without consent to destroy",
    )
    assert isinstance(verdict, Verdict)
