"""Whatever is killed when: the repo is wholly as before or wholly changed, and nothing of ours is left in it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cotemp import transaction
from cotemp.errors import StorageFailed
from tests.conftest import need

from .worlds import World, digest_of

SCRIPT = """
rm -r gone; rm file-to-folder; mkdir -p file-to-folder/x; echo x >file-to-folder/x/y
rm -r folder-to-file; echo x >folder-to-file; ln -sfn other link; ln -s new new-link
echo x >>changed; chmod 755 mode; mkdir -p new/deep; echo x >new/deep/file; git add -A; git commit -qm two
"""
KILLER = """
import os, signal, sys
from pathlib import Path
from cotemp import transaction
from cotemp.transaction import applying, keeping, swapping

def watched(function):
    def call(*args, **kwargs):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*args, **kwargs)
    return call

for line in sys.stdin:
    act, at, run_dir = line.rstrip().split(" ", 2)
    pid = os.fork()
    if not pid:
        left = int(at)
        for name in "open rename replace unlink rmdir mkdir symlink chmod utime fsync sync".split():
            setattr(os, name, watched(getattr(os, name)))
        getattr(transaction, act)(Path(run_dir))
        os._exit(0)
    print(os.waitpid(pid, 0)[1], flush=True)
"""
Acted = Callable[[str, int], int]


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A repo that has everything which the script changes."""
    if sys.platform == "win32":
        pytest.skip("this system has no copy-on-write view of a folder")
    need("git")
    world = World(tmp_path, "snapshot")
    world.write({
        "gone/a/b": "b", "gone/c": "c", "file-to-folder": "f", "folder-to-file/a": "a", "folder-to-file/b/c": "c",
        "changed": "old\n", "mode": "m", "untouched": "u",
    })  # fmt: skip
    os.symlink("elsewhere", world.repo / "link")
    world.commit_all()
    return world


@pytest.fixture
def acted(world: World) -> Iterator[Acted]:
    """Apply, undo or recover in a process that is killed before its call number `at` that changes or opens a file.

    Returns how it ended: 0, or the signal.
    """
    command = [sys.executable, "-c", KILLER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as killer:
        assert killer.stdin
        assert killer.stdout
        asked, told = killer.stdin, killer.stdout

        def act(what: str, at: int) -> int:
            asked.write(f"{what} {at} {world.run_dir}\n")
            asked.flush()
            return int(told.readline())

        yield act
        asked.close()


def of(world: World, *, objects: bool = True) -> dict[str, str]:
    return digest_of(world.repo, without=() if objects else (".git/objects",))


def kill_everywhere(world: World, acted: Acted, act: str, step: int) -> None:
    """Kill `act` at every `step`-th of its calls, recover each time (itself killed once), and look at the repo."""
    before = of(world, objects=False)
    at, outcomes = 0, set()
    while ended := acted(act, at):
        assert ended == signal.SIGKILL
        acted("recover", 3 + at % 11)
        transaction.recover(world.run_dir)
        assert transaction.recover(world.run_dir) is None, "once is enough"
        now = transaction.standing(world.run_dir)
        outcomes.add(now)
        assert not list(world.repo.rglob(".cotemp-*")), f"left at {at}"
        if (now == "applied") == (act == "apply"):  # finished: take it back, for the next kill
            assert of(world, objects=False) != before
            (transaction.undo if act == "apply" else again)(world.run_dir)
            if act == "apply":
                break_the_seal(world)
        assert of(world, objects=False) == before, f"killed at {at}"
        at += step
    assert len(outcomes) == 2, f"both ways were seen: {outcomes}"


def again(run_dir: Path) -> None:
    """Apply what was undone."""
    (run_dir / "transaction" / "journal.json").unlink()
    forget_times(run_dir)
    transaction.apply(run_dir)


def break_the_seal(world: World) -> None:
    """Let an undone run be applied once more, for the next kill."""
    (world.run_dir / "transaction" / "journal.json").unlink()
    forget_times(world.run_dir)


def forget_times(run_dir: Path) -> None:
    """What we put back ourselves is no change by others."""
    base = run_dir / "transaction" / "base.json"
    base.write_text(json.dumps({**json.loads(base.read_text()), "began": time.time_ns() + 10**12}))


@pytest.mark.parametrize("step", [19, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("act", ["apply", "undo"])
def test_killed(world: World, acted: Acted, act: str, step: int) -> None:
    """Killed anywhere while applying or undoing, a run's changes are there wholly or not at all."""
    world.do(SCRIPT)
    forget_objects(world)
    if act == "undo":
        transaction.apply(world.run_dir)
    kill_everywhere(world, acted, act, step)


def _copy_new(source: str, target: str) -> None:
    if not os.path.exists(target):
        shutil.copy2(source, target)


def forget_objects(world: World) -> None:
    """Git's new objects stay when a run is undone, so they are there from the start."""
    source = world.run_dir / "transaction" / "copy" / ".git" / "objects"
    there = world.repo / ".git" / "objects"
    shutil.copytree(source, there, dirs_exist_ok=True, copy_function=_copy_new)
    (world.run_dir / "transaction" / "changes.json").unlink(missing_ok=True)
    transaction.seal(world.run_dir)


class Killed(BaseException):
    """Ends everything, as a kill does."""


def dying(monkeypatch: pytest.MonkeyPatch, name: str, calls: int, error: BaseException) -> None:
    """Let the call of `os.<name>` after so many raise `error`, once."""
    real, left = getattr(os, name), calls

    def call(*args: Any, **kwargs: Any) -> Any:
        nonlocal left
        left -= 1
        if left == -1:
            raise error
        return real(*args, **kwargs)

    monkeypatch.setattr(os, name, call)


def test_somebody_else_works_after_the_crash(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path was changed by the user between crash and recovery: all others are taken back, that one is the user's."""
    world.do(SCRIPT)
    before = of(world, objects=False)
    with monkeypatch.context() as patched:
        dying(patched, "rmdir", 3, Killed())
        with pytest.raises(Killed):
            transaction.apply(world.run_dir)
    assert transaction.standing(world.run_dir) == "applying"
    assert (world.repo / "file-to-folder" / "x" / "y").exists()
    (world.repo / "changed").write_text("mine")
    (world.repo / "file-to-folder" / "x" / "mine").write_text("mine")
    recovered = transaction.recover(world.run_dir)
    assert recovered == transaction.Recovered("apply", "rolled back", ("changed", "file-to-folder/x"))
    assert (world.repo / "changed").read_text() == "mine"
    assert (world.repo / "file-to-folder" / "x" / "mine").read_text() == "mine"
    mine = ("changed", "file-to-folder")
    assert {k: v for k, v in of(world, objects=False).items() if not k.startswith(mine)} == {
        k: v for k, v in before.items() if not k.startswith(mine)
    }
    assert transaction.recover(world.run_dir) is None


def test_the_disk_refuses(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk refuses in the middle: the repo is as before, and the changes can be applied later."""
    world.do("echo x >>changed; echo x >n1; echo x >n2; rm gone/c")
    before = of(world)
    with monkeypatch.context() as patched:
        dying(patched, "rename", 1, OSError(28, "No space left on device"))
        with pytest.raises(StorageFailed):
            transaction.apply(world.run_dir)
    assert of(world) == before
    assert transaction.standing(world.run_dir) == "sealed"
