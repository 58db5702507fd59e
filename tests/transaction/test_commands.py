"""`cotemp diff` and `cotemp undo`: what a person sees of a run's changes, and takes back."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from cotemp import transaction
from cotemp.messages.do import Flags
from cotemp.messages.run import Ended, Outcome, Run
from cotemp.store.identity import this_process
from cotemp.store.ledger import Ledger
from cotemp.times import local_now
from tests.cli.real import here, home
from tests.conftest import need

from .worlds import World

RUN_ID = "20261121-101502-28216-k3f9"
SECRET = "ghp_" + "a1B2" * 9


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A repo, and a home whose state has room for its run."""
    need("git")
    if sys.platform == "win32":
        pytest.skip("this system has no copy-on-write view of a folder")
    for name in [n for n in os.environ if n.startswith("COTEMP_RUN")]:
        monkeypatch.delenv(name)
    assert here("init", "--sessions", "co-migrate").code == 0
    world = World(tmp_path, "snapshot")
    world.run_dir = home().runs / RUN_ID
    world.write({"a.txt": "one\ntwo\n", "gone.txt": "gone\n"})
    return world


def ran(world: World, script: str, state: str) -> None:
    """A run of that script, recorded as passed, with its changes in this state."""
    changes = world.do(script)
    now = local_now()
    run = Run(
        id=RUN_ID, session="co-migrate", do_file="DO_x.sh", sha256="0" * 64, base=f"DO_x-{RUN_ID}", host="h", title="X",
        queued=now, started=now, repo=str(world.repo), consent=Flags(writes=True),
    )  # fmt: skip
    if state == "applied":
        transaction.apply(world.run_dir)
    with Ledger(home()) as ledger:
        recorded(ledger, run, Ended(now, Outcome.PASSED, changes=changes.told(state)))


def recorded(ledger: Ledger, run: Run, ended: Ended) -> None:
    ledger.intend(run, this_process())
    ledger.conclude(run.id, ended)


def test_diff(world: World) -> None:
    """While it waits for a human, a run's difference is shown as a patch, and counted, without secrets."""
    ran(world, f"echo three >>a.txt; rm gone.txt; echo token={SECRET} >new.txt", "held")
    shown = here("diff", "last")
    assert shown.code == 0
    assert shown.out.startswith(
        "diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1,3 @@\n one\n two\n+three\n"
    )
    assert "deleted file mode 100644\n--- a/gone.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-gone\n" in shown.out
    assert SECRET not in shown.out
    assert "+token=[secret:" in shown.out
    counted = here("diff", "last", "--stat").out.splitlines()
    assert [line.split() for line in counted] == [
        ["a.txt", "+1", "-0"], ["gone.txt", "+0", "-1"], ["new.txt", "+1", "-0"],
    ]  # fmt: skip
    answer = here("diff", "last", "--json").json
    assert (answer["run_id"], answer["changes"]["state"]) == (RUN_ID, "held")
    assert answer["patch"] == shown.out


def test_diff_on_a_terminal(world: World) -> None:
    """On a terminal what could steer it is made visible, in names and in content."""
    from cotemp.cli.changes import _coloured

    ran(world, r"printf 'x\033[2Jy\n' >new; printf z >" + "\"$(printf 'n\\033[31m')\"", "held")
    lines = "\n".join(_coloured(here("diff", "last").out))
    assert "\x1b[2J" not in lines
    assert "+x\u241b[2Jy" in lines
    assert r"n\033[31m" in lines
    assert "\x1b[32m+x" in lines, "what is new is green"


def test_diff_of_nothing(world: World) -> None:
    """A run that changed no repo says so."""
    ran(world, "true", "none")
    transaction.drop(world.run_dir)
    assert here("diff", "last").code == 4


def test_undo(world: World) -> None:
    """Undoing asks, takes back, is recorded, and says so when it is asked for again."""
    ran(world, "echo three >>a.txt; rm gone.txt; echo n >new.txt", "applied")
    asked = here("undo", "last")
    assert asked.code == 5
    assert "taken: there is no terminal to ask on" in asked.err
    assert not (world.repo / "gone.txt").exists()
    undone = here("undo", "last", "--yes")
    assert undone.code == 0, undone.err
    assert undone.out.splitlines() == [
        f"undone: {RUN_ID} in {world.repo}",
        "  gone again: new.txt", "  as before: a.txt", "  there again: gone.txt",
    ]  # fmt: skip
    assert (world.repo / "a.txt").read_text() == "one\ntwo\n"
    assert sorted(os.listdir(world.repo)) == ["a.txt", "gone.txt"]
    assert here("show", "last", "--json").json["changes"]["state"] == "undone"
    again = here("undo", "last", "--yes")
    assert again.code == 1
    assert "taken back already" in again.err


def test_undo_where_something_changed(world: World) -> None:
    """What was changed again since is not overwritten: the path is named."""
    ran(world, "echo three >>a.txt", "applied")
    world.write({"a.txt": "mine"})
    said = here("undo", "last", "--yes")
    assert said.code == 1
    assert "a.txt" in said.err
    assert (world.repo / "a.txt").read_text() == "mine"
    assert here("show", "last", "--json").json["changes"]["state"] == "applied"


def test_undo_below_a_run(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run cannot undo another one."""
    ran(world, "echo three >>a.txt", "applied")
    monkeypatch.setenv("COTEMP_RUN_ID", RUN_ID)
    assert here("undo", "last", "--yes").code == 6
