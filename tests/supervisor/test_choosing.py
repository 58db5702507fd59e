"""In which host an agent is started, where its settings name none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest

from cotemp.agents.record import AgentRecord, Launched
from cotemp.config import Config
from cotemp.config.reading import applied
from cotemp.places import Places
from cotemp.supervisor.fleet.starting import parts_of_all
from cotemp.supervisor.plan import beginning

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """One agent, of which nobody says in which host."""
    table = f'[agents.a]\nkind = "persistent"\nbackend = "sh"\nworkdir = "{tmp_path.as_posix()}"\n'
    return applied(tmp_path / "agents.toml", table.encode())


def hosted(config: Config, places: Places, was: Literal["tmux", "pty"] | None = None) -> str:
    """The host in which the agent would be started, when it was last started in `was`."""
    record = AgentRecord("a")
    if was:
        record = replace(record, launched=Launched(at=NOW, host=was, phase=None, parts={"host": was}))
    return parts_of_all(config, beginning(config, [record]), places)["a"]["host"]


def test_without_tmux_it_is_ours(config: Config, places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without tmux can run every agent that does not ask for tmux."""
    monkeypatch.setenv("PATH", "")
    assert hosted(config, places) == "pty"


def test_who_runs_stays_where_it_is(config: Config, places: Places) -> None:
    """That tmux is installed, or missing in one shell's PATH, is no reason to restart anybody."""
    assert [hosted(config, places, "pty"), hosted(config, places, "tmux")] == ["pty", "tmux"]
