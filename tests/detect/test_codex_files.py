"""What Codex writes: the rollout of a conversation, and which of several it is."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cotemp.agents.backends import SHIPPED
from cotemp.agents.states import State
from cotemp.detect.codex import claim
from cotemp.detect.ladder import Life, Standing
from cotemp.detect.subject import Claim, Subject

from .stage import NOW

ONE, TWO = "01a1ff96-0ef9-7b71-9327-8577f96e7b66", "01a1ff98-be7d-7cd0-a2e5-7f38c0e4982a"
STARTED = NOW - timedelta(hours=1)


class Home:
    """A CODEX_HOME."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.day = folder / "sessions" / "2026" / "11" / "21"
        self.day.mkdir(parents=True)

    def wrote(self, sid: str, *events: dict[str, Any], began: datetime = NOW, **meta: Any) -> None:
        """Write the rollout of a conversation; every event is a minute old."""
        told = {"id": sid, "cwd": "/srv/ci", "timestamp": stamp(began)} | meta
        lines = [{"timestamp": stamp(began), "type": "session_meta", "payload": told}]
        lines += [
            {"timestamp": stamp(NOW - timedelta(minutes=1)), "type": "event_msg", "payload": one} for one in events
        ]
        file = self.day / f"rollout-2026-11-21T19-29-46-{sid}.jsonl"
        file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")

    def ask(self, session_id: str | None = None, now: datetime = NOW) -> Claim | None:
        """What the rollout of an agent that works in `/srv/ci` says."""
        subject = Subject(
            backend=SHIPPED["codex"],
            env={"CODEX_HOME": str(self.folder)},
            workdir=Path("/srv/ci"),
            session_id=session_id,
        )
        return claim(subject, Standing(Life.ALIVE, "", (1,), STARTED), now)


def stamp(when: datetime) -> str:
    """As Codex spells it."""
    return when.isoformat().replace("+00:00", "Z")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty one."""
    return Home(tmp_path)


EVENTS: dict[str, tuple[dict[str, Any], State | None]] = {
    "started": ({"type": "task_started"}, State.BUSY),
    "complete": ({"type": "task_complete", "last_agent_message": "done"}, State.IDLE),
    "aborted": ({"type": "turn_aborted", "reason": "interrupted"}, State.IDLE),
    "command": ({"type": "exec_approval_request"}, State.BLOCKED),
    "patch": ({"type": "apply_patch_approval_request"}, State.BLOCKED),
    "error": ({"type": "error", "message": "stream disconnected"}, State.IDLE),
    "limit": ({"type": "error", "message": "You've hit your usage limit. Try again in 3h."}, State.LIMITED),
    "limit, at the end": (
        {"type": "task_complete", "error": {"message": "exceeded retry limit, last status: 429 Too Many Requests"}},
        State.LIMITED,
    ),
    "limit, over": ({"type": "error", "message": "You've hit your usage limit.", "resets_at": 1795280000}, State.IDLE),
    "something else": ({"type": "agent_message", "message": "usage limit"}, None),
    "none": ({}, None),
}


@pytest.mark.parametrize(("event", "state"), EVENTS.values(), ids=EVENTS)
def test_the_last_event_tells_the_state(home: Home, event: dict[str, Any], state: State | None) -> None:
    """Turns that begin, end, ask, or meet a limit."""
    home.wrote(ONE, event, {"type": "item_completed"})
    told = home.ask(ONE)
    assert told is not None
    assert told.state == state
    assert told.session_id == ONE


def test_what_an_earlier_program_began_is_no_work(home: Home) -> None:
    """A turn that died with its program is not busy for ever."""
    home.wrote(ONE, {"type": "task_started"})
    told = home.ask(ONE, now=NOW + timedelta(hours=2))
    assert told is not None
    assert told.state is None


def test_the_only_conversation_of_this_run_is_found(home: Home) -> None:
    """In its folder, since it was started; subagents, other folders and older ones do not count."""
    home.wrote(ONE, {"type": "task_started"})
    home.wrote(TWO, {"type": "task_complete"}, began=STARTED - timedelta(days=1))
    home.wrote(TWO.replace("a", "b"), {"type": "task_complete"}, cwd="/elsewhere")
    home.wrote(TWO.replace("a", "c"), {"type": "task_complete"}, thread_source="subagent")
    told = home.ask()
    assert told is not None
    assert (told.session_id, told.state) == (ONE, State.BUSY)


def test_of_several_conversations_none_is_taken_for_the_last(home: Home) -> None:
    """Two agents in one folder are never mixed up."""
    home.wrote(ONE, {"type": "task_started"})
    home.wrote(TWO, {"type": "task_complete"})
    assert home.ask() is None
    told = home.ask(TWO)
    assert told is not None
    assert told.state == State.IDLE


def test_the_context_is_counted_by_the_program(home: Home) -> None:
    """Tokens of the last request, of the window that the model has."""
    info = {"last_token_usage": {"total_tokens": 128_000}, "model_context_window": 256_000}
    home.wrote(ONE, {"type": "token_count", "info": info}, {"type": "task_complete"})
    told = home.ask(ONE)
    assert told is not None
    assert told.context_pct == 50


def test_damaged_rollouts_are_no_evidence(home: Home) -> None:
    """Whatever stands in them."""
    for number, junk in enumerate((b"", b"\xff\n", b"[]\n{}\n", b'{"type": "event_msg", "payload": 7}\n')):
        (home.day / f"rollout-2026-11-21T19-29-4{number}-{ONE}.jsonl").write_bytes(junk)
    told = home.ask(ONE)
    assert told is None or told.state is None
