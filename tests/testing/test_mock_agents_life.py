"""The mock agent starts, ends, freezes, and takes up what was said, as agent programs do."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from cotemp.errors import TookTooLong
from cotemp.testing import MockAgent
from tests.waiting import eventually

from .conftest import COMPOSER, SESSION, Start


def test_wedged_agent_reads_nothing(start: Start) -> None:
    """A wedged agent lives, looks busy, and takes neither commands nor keys."""
    agent = start()
    agent.mock.do("busy")
    agent.mock.do("wedge")
    before = agent.terminal.screen()
    agent.terminal.type("hello?")
    with pytest.raises(TookTooLong):
        agent.mock.do("idle", seconds=0.5)
    assert agent.terminal.screen() == before
    assert "esc to interrupt)" in before
    os.kill(agent.pid, signal.SIGTERM)
    assert agent.ended() == 128 + signal.SIGTERM


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc which signals are ignored")
def test_deaf_agent_has_to_be_killed(start: Start) -> None:
    """A wedged agent may ignore that it is asked to end."""
    agent = start()
    agent.mock.do("wedge deaf")
    agent.terminal.press("Enter")
    eventually(lambda: _ignores_term(agent.pid))
    os.kill(agent.pid, signal.SIGTERM)
    os.kill(agent.pid, signal.SIGKILL)
    assert agent.ended() == 128 + signal.SIGKILL


def _ignores_term(pid: int) -> bool:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    mask = next(line.split()[1] for line in lines if line.startswith("SigIgn"))
    return bool(int(mask, 16) >> (signal.SIGTERM - 1) & 1)


def test_clean_exit_leaves_no_session_file(start: Start) -> None:
    """Two C-c end it; its session file goes, and its end is noted down."""
    agent = start()
    agent.terminal.press("C-c")
    agent.terminal.press("C-c")
    assert agent.ended() == 0
    assert agent.mock.said() is None
    assert agent.mock.life()[-1] == agent.mock.life()[-1] | {"event": "died", "code": 0}


def test_crash_leaves_its_session_file(start: Start) -> None:
    """After a crash the exit code is the one it was told, and the session file names a pid that is dead."""
    agent = start()
    agent.mock.do("die 3")
    assert agent.ended() == 3
    assert agent.status() == "idle"


def test_resumes_a_conversation(start: Start) -> None:
    """`--resume` shows what was said; the id stays the same."""
    first = start("--session-id", SESSION, "remember the cat")
    first.see("Done.")
    first.mock.do("die 1")
    first.ended()
    second = start("--resume", SESSION)
    second.see("> remember the cat")
    assert [(one["session_id"], one["resumed"]) for one in second.mock.starts()] == [(SESSION, False), (SESSION, True)]
    assert second.mock.prompts() == ["remember the cat"]


def test_forgotten_conversation_cannot_be_resumed(start: Start, mock: MockAgent) -> None:
    """An id that it does not know ends it at once, with a sentence on the screen."""
    start("--session-id", SESSION).mock.do("die 0")
    mock.tell("forget")
    agent = start("--resume", SESSION, ready="No conversation found with session ID: " + SESSION)
    assert agent.ended() == 1


def test_new_conversation_needs_a_new_id(start: Start) -> None:
    """A start with the id of an old conversation fails, as claude's does."""
    start("--session-id", SESSION).mock.do("die 0")
    assert start("--session-id", SESSION, ready="already in use").ended() == 1


def test_every_start_may_fail(start: Start, mock: MockAgent) -> None:
    """A crash loop: each start ends at once, until told otherwise."""
    mock.at_each_start("die 4")
    assert [start(ready="").ended() for _ in range(2)] == [4, 4]
    mock.at_each_start()
    start()


def test_start_may_take_long(start: Start, mock: MockAgent) -> None:
    """While it starts there is no composer and no session file."""
    mock.at_each_start("starting")
    agent = start(ready="Starting…")
    assert agent.mock.said() is None
    assert not agent.shows(COMPOSER)
    agent.mock.do("idle")
    agent.see(COMPOSER)
    assert agent.status() == "idle"


def test_first_prompt_and_names_of_the_environment_are_kept(start: Start) -> None:
    """A test can see with what it was started; values of the environment stay out of it."""
    agent = start("--model", "sonnet", "read the plan")
    agent.see("Done.")
    (begun,) = agent.mock.starts()
    assert (begun["model"], begun["prompt"], begun["resumed"]) == ("sonnet", "read the plan", False)
    assert "MOCK_AGENT_STATE" in begun["environment"]
    assert agent.mock.prompts() == ["read the plan"]
