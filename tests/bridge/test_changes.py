"""Held changes, decided about from PowerShell."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from cotemp.bridge.answering import Bridge
from cotemp.messages.do import Flags
from cotemp.places import Places
from cotemp.sandbox import Bubblewrap
from tests.dispatch.boards import drop_python, running
from tests.dispatch.repos import allowing, made_repo
from tests.sandbox.conftest import enforcer

from .driving import dying, key, line, serving

__all__ = ["enforcer"]


@pytest.fixture
def repo(enforcer: Bubblewrap, tmp_path: Path) -> Path:
    """A repo that DOs may write, on a machine that can confine them."""
    return made_repo(tmp_path / "repo").resolve()


def held(home: Places, repo: Path) -> str:
    """A run that deleted a file without consent to destroy: its changes are held."""
    home.make_state()
    with running(home, "co-migrate", config=allowing(repo)) as board:
        drop_python(home, "co-migrate", "import os; os.remove('old.txt')", repo=repo, consent=Flags(writes=True))
        return board.await_runs(1)[-1].run_id


def ask(method: str, **params: Any) -> Any:
    """The result of a call."""
    bridge = Bridge(os.environ)
    answer = json.loads(bridge.answer(method, params))
    bridge.close()
    return answer["result"]


@pytest.mark.parametrize(("method", "state"), [("run.approve", "applied"), ("run.deny", "dropped")])
@pytest.mark.parametrize("killed", [False, True])
def test_held_changes_come_in_or_go(home: Places, repo: Path, method: str, state: str, *, killed: bool) -> None:
    """Approve-CoRun applies them, Deny-CoRun drops them; also when the answer to that was lost."""
    run = held(home, repo)
    [waits] = ask("held.list")["held"]
    assert (waits["run_id"], waits["waits"]) == (run, "changes")
    assert "old.txt" in waits["reasons"][0]
    params = {"run": run, "request_key": key()}
    if killed:
        with serving(dying("cotemp.bridge.keys.Request.remember")) as server:
            server.write(line(method, params))
            assert server.answer() is None
    told = ask(method, **params)
    assert told["waits"] == "changes"
    assert ask("held.list")["held"] == []
    assert ask("run.show", run=run)["document"]["changes"]["state"] == state
    assert (repo / "old.txt").exists() == (state == "dropped")
