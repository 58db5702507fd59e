"""Random trees, random edits: applied is what the DO saw, undone is what was before, dropped is untouched."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cotemp import transaction
from cotemp.transaction.keeping import remove_folder

from .worlds import KINDS, World, bwrap, digest_of

PARTS = st.sampled_from(["a", "b", "c", "d e", "\u00e9"])
PATHS = st.lists(PARTS, min_size=1, max_size=3).map("/".join)
CONTENT = st.sampled_from(["", "x", "x\ny\n", "\0" * 5000])
ACTS = st.one_of(
    st.tuples(st.just("write"), PATHS, CONTENT),
    st.tuples(st.just("folder"), PATHS, st.just("")),
    st.tuples(st.just("link"), PATHS, PATHS),
    st.tuples(st.just("remove"), PATHS, st.just("")),
    st.tuples(st.just("mode"), PATHS, st.sampled_from(["755", "700", "750", "555"])),
    st.tuples(st.just("move"), PATHS, PATHS),
)
PROGRAM = """
import json, os, shutil, sys
for act, path, more in json.loads(sys.argv[1]):
    try:
        above = os.path.dirname(path)
        if act in ("write", "folder", "link") and above:
            os.makedirs(above, exist_ok=True)
        if act == "write":
            open(path, "w").write(more)
        elif act == "folder":
            os.mkdir(path)
        elif act == "link":
            os.symlink(more, path)
        elif act == "remove":
            shutil.rmtree(path) if os.path.isdir(path) and not os.path.islink(path) else os.unlink(path)
        elif act == "mode":
            os.path.islink(path) or os.chmod(path, int(more, 8))
        else:
            os.rename(path, more)
    except OSError:
        pass
"""


def script(acts: list[tuple[str, str, str]]) -> str:
    """The acts as a shell script; what cannot be done is left undone."""
    return shlex.join([sys.executable, "-ISc", PROGRAM, json.dumps(acts)])


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(first=st.lists(ACTS, max_size=12), then=st.lists(ACTS, min_size=1, max_size=12))
def test_any_tree(kind: str, first: list[tuple[str, str, str]], then: list[tuple[str, str, str]]) -> None:
    """Whatever the tree and whatever is done to it, no byte is lost, and none too many arrives."""
    if sys.platform == "win32":
        pytest.skip("this system has no copy-on-write view of a folder")
    if kind == "overlay":
        bwrap()
    root = Path(tempfile.mkdtemp(), "world")
    try:
        whatever(World(root, kind), script(first), script(then))
    finally:
        remove_folder(root)
        root.parent.rmdir()


def whatever(world: World, first: str, then: str) -> None:
    world.inside(transaction.Prepared("snapshot", world.repo, copy=world.repo), first)
    before = digest_of(world.repo)
    packed = world.inside(world.prepare(), f"{then}; tar -cf - .")
    seen = world.root / "seen"
    seen.mkdir()
    subprocess.run(["tar", "-xpf", "-"], cwd=seen, input=packed, check=True)
    assert transaction.seal(world.run_dir).problems == ()
    assert digest_of(world.repo) == before
    transaction.apply(world.run_dir)
    assert digest_of(world.repo) == digest_of(seen)
    transaction.undo(world.run_dir)
    assert digest_of(world.repo) == before
    transaction.drop(world.run_dir)
    assert digest_of(world.repo) == before
    assert not os.listdir(world.run_dir)
