"""Control groups of both kinds, in a folder that stands for the system's."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from cotemp.sandbox import Limits, memory
from cotemp.sandbox.entering import enter
from cotemp.sandbox.memory import Group, Groups, _old, _unified
from tests.waiting import eventually


def test_a_delegated_group_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """v2: the nearest folder above us that hands memory down and that we may write."""
    monkeypatch.setattr(memory, "_MOUNTED", tmp_path)
    app = tmp_path / "user.slice" / "app.slice"
    (app / "cotemp.service").mkdir(parents=True)
    (tmp_path / "cgroup.controllers").write_text("memory pids\n")
    (app / "cotemp.service" / "cgroup.subtree_control").write_text("\n")
    (app / "cgroup.subtree_control").write_text("memory pids\n")
    (app / "cgroup.procs").touch()
    lines = [["0", "", "/user.slice/app.slice/cotemp.service"]]
    assert list(_unified(lines)) == [Group(app, ("memory.max", "memory.swap.max"), "pids.max", waits=True)]
    (app / "cgroup.subtree_control").write_text("cpu\n")
    assert list(_unified(lines)) == []


def test_old_hierarchies_are_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """v1: below our own group in each."""
    monkeypatch.setattr(memory, "_MOUNTED", tmp_path)
    found = list(_old([["4", "memory", "/ours"], ["8", "pids", "/"], ["1", "cpu", "/"]]))
    assert [group.parent for group in found] == [tmp_path / "memory" / "ours", tmp_path / "pids"]


def test_a_group_gets_its_limits_or_is_not_made(tmp_path: Path) -> None:
    """All or none: a limit that cannot be set is never claimed."""
    made = Groups((Group(tmp_path, processes="pids.max"),)).make("r", Limits(processes=7))
    assert (made[0] / "pids.max").read_text() == "7"
    with pytest.raises(OSError, match="nowhere"):
        Groups((Group(tmp_path), Group(tmp_path / "nowhere"))).make("s", Limits())
    assert not (tmp_path / "cotemp-s").exists()


def test_a_run_joins_as_its_hierarchy_lets_it(tmp_path: Path) -> None:
    """v1 by the one thread that a new process has, which the kernel moves at once; v2 knows whole processes only."""
    old, unified = tmp_path / "v1", tmp_path / "v2"
    for group, files in ((old, ("tasks", "cgroup.procs")), (unified, ("cgroup.procs",))):
        group.mkdir()
        for file in files:
            (group / file).touch()
    enter((), None, None, (str(old), str(unified)), ())
    assert [(old / "tasks").read_text(), (old / "cgroup.procs").read_text()] == ["0", ""]
    assert (unified / "cgroup.procs").read_text() == "0"


@pytest.mark.parametrize("waits", [True, False])
def test_the_wait_begins_early_where_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, waits: bool
) -> None:
    """v2: we move to where we are, and leave no thread behind; v1 has nothing to begin."""
    monkeypatch.setattr(memory, "_MOUNTED", tmp_path)
    monkeypatch.setattr(memory, "_memberships", lambda: [["0", "", "/ours"]])
    (tmp_path / "cgroup.controllers").touch()
    (tmp_path / "ours").mkdir()
    procs = tmp_path / "ours" / "cgroup.procs"
    procs.touch()
    Groups((Group(tmp_path, waits=waits),)).warm_up()
    eventually(lambda: not any(one.name == "control group" for one in threading.enumerate()), what="the thread ends")
    assert procs.read_text() == ("0" if waits else "")


def test_without_a_thread_the_run_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is full of threads still starts runs."""

    def full(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", full)
    Groups((Group(Path("/nowhere"), waits=True),)).warm_up()
