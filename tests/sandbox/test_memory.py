"""Control groups of both kinds, in a folder that stands for the system's."""

from __future__ import annotations

from pathlib import Path

import pytest

from cotemp.sandbox import Limits, memory
from cotemp.sandbox.memory import Group, Groups, _old, _unified


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
    assert list(_unified(lines)) == [Group(app, ("memory.max", "memory.swap.max"), "pids.max", app / "cotemp.service")]
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
