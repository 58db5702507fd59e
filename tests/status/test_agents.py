"""Agents in `status`: what the supervisor wrote down, and what is left of it when nobody looks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cotemp.agents.places import AgentPlaces
from cotemp.agents.seen import Board, SeenRow
from cotemp.cli.agents_text import agent_lines, phase_line
from cotemp.errors import UnknownTarget
from cotemp.places import Places, own_config_file
from cotemp.status import AgentStatus, PhaseStatus, Snapshot, only
from cotemp.status.model import Evidence, Next
from cotemp.store.claims import hold
from cotemp.store.identity import identify
from cotemp.times import local_now, utc

from .conftest import Look

CONFIG = """
schema = 1
[agents.builder]
kind = "loop"
backend = "claude"
model = "sonnet"
prompt_text = "build"
[agents.adversary]
kind = "loop"
backend = "claude"
prompt_text = "doubt"
[[phases]]
id = "pvfix"
plan = "plans/pvfix.md"
[[phases]]
id = "ghost"
plan = "plans/ghost.md"
status = "GHOST.md"
[checks.reach]
argv = ["true"]
[checks.quiet]
argv = ["true"]
shown = false
"""


@pytest.fixture
def config() -> Path:
    """Settings with two loops, two phases and two checks."""
    file = own_config_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(CONFIG)
    return file


def seen(places: Places, **keys: Any) -> None:
    """The supervisor wrote down what it saw of the builder."""
    row: dict[str, Any] = {
        "agent": "builder", "kind": "loop", "state": "idle", "since": utc(local_now()), "phase": "pvfix",
        "backend": "claude", "model": "opus", "context_pct": 62, "limited_until": None, "remark": "",
        "evidence": {"source": "claude-session-file", "age_s": 2.0, "quote": "status=idle"},
        "next": {"action": "nudge", "at": utc(local_now()), "why": "WAITING-UNTIL passes"}, "at": utc(local_now()),
    }  # fmt: skip
    Board(places).write(SeenRow(**(row | keys)))  # type: ignore[typeddict-item]


def of(found: Snapshot, name: str = "builder") -> AgentStatus:
    """The row of an agent."""
    (row,) = [row for row in found.agents if row.agent == name]
    return row


@pytest.mark.usefixtures("config")
class TestRows:
    def test_an_agent_that_never_ran_is_stopped(self, look: Look) -> None:
        """Every agent of the settings has a row, in their order, before anything was started."""
        found = look()
        assert [(row.agent, row.state, row.model) for row in found.agents] == [
            ("builder", "stopped", "sonnet"),
            ("adversary", "stopped", None),
        ]
        assert not found.attention

    def test_what_the_supervisor_saw(self, places: Places, look: Look) -> None:
        """While the daemon lives, its word counts: state, evidence, what comes next."""
        seen(places)
        with hold(places, "daemon", "the daemon"):
            row = of(look())
        assert (row.state, row.phase, row.model, row.context_pct) == ("idle", "pvfix", "opus", 62)
        assert (row.evidence.source, row.evidence.quote) == ("claude-session-file", "status=idle")
        assert row.next
        assert (row.next.action, row.next.why) == ("nudge", "WAITING-UNTIL passes")

    def test_nobody_looks(self, places: Places, look: Look) -> None:
        """Without a daemon an old word is no truth: the state is unknown, and one sentence says what to do."""
        seen(places, state="busy")
        found = look()
        assert (of(found).state, of(found).next) == ("unknown", None)
        assert "it was busy" in of(found).evidence.quote
        assert found.attention == ("nobody watches builder: the daemon is stopped: cotemp up",)

    @pytest.mark.parametrize("state", ["stopped", "quarantined", "done"])
    def test_what_lasts(self, places: Places, look: Look, state: str) -> None:
        """An agent that was stopped, left alone or is done stays so, whoever looks."""
        seen(places, state=state)
        assert of(look()).state == state

    def test_a_dead_process_is_dead(self, places: Places, look: Look) -> None:
        """Without a daemon, a process that is surely gone makes its agent dead."""
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        process = identify(child.pid)
        assert process
        seen(places, process={"pid": process.pid, "host": process.host, "start_token": process.start_token})
        assert of(look()).state == "unknown"
        child.communicate(b"\n")
        assert of(look()).state == "dead"

    @pytest.mark.parametrize(
        ("state", "sentence"),
        [
            ("blocked", "builder asks a human: cotemp attach builder"),
            (
                "quarantined",
                "builder is left alone after too many restarts: cotemp why builder, then cotemp resume builder",
            ),
            ("unknown", "nobody knows what builder does: cotemp why builder"),
        ],
    )
    def test_what_needs_a_human(self, places: Places, look: Look, state: str, sentence: str) -> None:
        """Each state that waits for a human is said with the command for it."""
        seen(places, state=state)
        with hold(places, "daemon", "the daemon"):
            assert look().attention == (sentence,)

    def test_a_damaged_row_is_no_row(self, places: Places, look: Look) -> None:
        """A file that cannot be believed says nothing."""
        seen(places)
        AgentPlaces.of(places).seen("builder").write_bytes(b'{"agent": 3')
        assert of(look()).evidence.quote == "it was never started"

    def test_an_agent_that_left_the_settings(self, places: Places, look: Look) -> None:
        """What still runs is shown, though agents.toml knows it no more."""
        seen(places, agent="stranger")
        with hold(places, "daemon", "the daemon"):
            assert of(look(), "stranger").state == "idle"

    def test_one_agent(self, look: Look) -> None:
        """`status builder` has that row alone; a misspelled name has its neighbours."""
        found = only(look(), ["Builder"])
        assert ([row.agent for row in found.agents], found.sessions) == (["builder"], ())
        with pytest.raises(UnknownTarget, match="builder"):
            only(look(), ["bilder"])

    def test_the_stop_file(self, places: Places, look: Look) -> None:
        """A file STOP in the home is said."""
        (places.home / "STOP").touch()
        assert look().attention == (f"everything is stopped by the file {places.home / 'STOP'}: cotemp resume",)


@pytest.mark.usefixtures("config")
class TestSequence:
    def test_before_it_begins(self, look: Look) -> None:
        """The first phase is the current one, with its plan and status file."""
        phase = look().phase
        assert phase
        assert (phase.id, phase.index, phase.count) == ("pvfix", 0, 2)
        assert (phase.plan, phase.status, phase.complete) == ("plans/pvfix.md", "STATUS-pvfix.md", False)

    def test_where_it_stands(self, places: Places, look: Look) -> None:
        """The index file says the current phase; its id counts, not its number."""
        _index(places, phase="ghost", index=7)
        phase = look().phase
        assert phase
        assert (phase.id, phase.index, phase.status) == ("ghost", 1, "GHOST.md")

    def test_an_added_phase(self, places: Places, look: Look) -> None:
        """A phase that was appended counts as one of the sequence."""
        _index(places, phase="late", index=2, added=[{"id": "late", "plan": "plans/late.md", "status": "S.md"}])
        phase = look().phase
        assert phase
        assert (phase.id, phase.index, phase.count, phase.plan) == ("late", 2, 3, "plans/late.md")

    def test_a_phase_that_is_gone(self, places: Places, look: Look) -> None:
        """A current phase that no longer stands in the settings is said."""
        _index(places, phase="gone", index=1)
        assert look().attention == ("the current phase gone is not in the settings any more: cotemp phase set",)

    def test_in_words(self) -> None:
        """The line names the phase, its place, its plan and its status file."""
        phase = PhaseStatus("pvfix", 0, 2, "plans/pvfix.md", "STATUS-pvfix.md", None, complete=False)
        assert phase_line(phase).replace("\x1b[1m", "").replace("\x1b[0m", "") == (
            "phase pvfix (1 of 2), plan plans/pvfix.md, status STATUS-pvfix.md"
        )


@pytest.mark.usefixtures("config")
def test_checks(places: Places, look: Look) -> None:
    """A check is shown; one that is not to be shown appears when it fails, and whatever fails needs a human."""
    found = [
        {"name": "reach", "ok": True, "at": utc(local_now()), "text": "host-1"},
        {"name": "quiet", "ok": False, "at": utc(local_now()), "text": "exit code 1"},
    ]
    AgentPlaces.of(places).checks.write_text(json.dumps({"schema": 1, "checks": found}))
    shown = look()
    assert [(check.name, check.ok) for check in shown.checks] == [("reach", True), ("quiet", False)]
    assert shown.attention == ("the check quiet fails: exit code 1",)


@pytest.mark.parametrize("room", [0, 60, 80, 100, 140, 200])
def test_the_table_fits(room: int) -> None:
    """No line is longer than the terminal, and who does what stands on each."""
    evidence = Evidence("claude-session-file", 2, "status=idle and a good many words more than that " * 2)
    following = Next("nudge", utc(local_now()), "WAITING-UNTIL passes")
    rows = [
        AgentStatus(name, "loop", "idle", None, "pvfix", "claude", "sonnet", 62, evidence, None, following, "")
        for name in ("builder", "adversary-with-a-long-name")
    ]
    lines = agent_lines(rows, local_now(), room)
    assert len(lines) == 3
    assert all("idle" in line for line in lines[1:])
    if room:
        assert max(len(_bare(line)) for line in lines) <= room
    else:
        assert "status=idle" in lines[1]


def _bare(line: str) -> str:
    for code in ("\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[33m"):
        line = line.replace(code, "")
    return line


def _index(places: Places, **keys: Any) -> None:
    file = AgentPlaces.of(places).index
    os.makedirs(file.parent, exist_ok=True)
    file.write_text(json.dumps({"schema": 1, "since": None, "done": [], "added": [], "complete": None} | keys))
