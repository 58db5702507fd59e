"""A bell reaches an idle agent with an empty composer, whole and once; in every other case nothing is pressed."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import UTC, timedelta

import pytest

from cotemp.agents.states import State
from cotemp.supervisor.fleet.ringing import Glance, Rung, ring
from cotemp.supervisor.plan.model import Outcome
from cotemp.times import local_now
from tests.waiting import eventually

from .conftest import Agent
from .fleets import FAST

TEXT = "[cotemp 7] A commit for you has arrived: git fetch, then git show 0123abcd"


def rung(agent: Agent, *, again: bool = False, text: str = TEXT) -> Rung:
    return ring(agent.line, text, 0.05, FAST, again=again)


def test_an_idle_agent_hears_it_once(agent: Agent) -> None:
    """What is typed arrives as one prompt, letter by letter, and counts only when it was sent."""
    assert rung(agent) == Rung(Outcome.DONE)
    assert agent.mock.prompts() == [TEXT]


def test_a_long_text_that_wraps(agent: Agent) -> None:
    """A text longer than a line of the terminal is known again, however the program wraps it."""
    text = "[cotemp 8] " + "read the plan again before you go on. " * 9
    assert rung(agent, text=text.strip()).outcome is Outcome.DONE
    assert agent.mock.prompts() == [text.strip()]


LIMIT = f"limit {local_now().astimezone(UTC) + timedelta(hours=3):%I%p} (UTC)"


@pytest.mark.parametrize("command", ["busy", "ask", "draft rm -rf /", "palette", LIMIT, "starting"])
def test_nobody_else_is_disturbed(agent: Agent, command: str) -> None:
    """Who works, asks a human, has a draft or a list on the screen, or is limited, gets no key at all."""
    agent.mock.do(command)
    assert rung(agent).outcome is Outcome.NOT_NOW
    agent.mock.do("idle")
    assert agent.mock.turns() == []


def test_a_suggestion_is_not_sent(agent: Agent) -> None:
    """Our text goes in the place of a dim suggestion, which itself is never sent."""
    agent.mock.do("suggest delete everything")
    assert rung(agent).outcome is Outcome.DONE
    assert [turn["kind"] for turn in agent.mock.turns()] == ["prompt"]


def test_a_program_that_swallows_enter(agent: Agent) -> None:
    """Enter is pressed again, at most three times in all."""
    agent.mock.do("slow-enter 3")
    assert rung(agent).outcome is Outcome.DONE
    assert agent.mock.prompts() == [TEXT]


def test_a_program_that_never_takes_it(agent: Agent) -> None:
    """After three tries it is unconfirmed: no success is claimed, and the text is left where it is."""
    agent.mock.do("slow-enter 9")
    assert rung(agent).outcome is Outcome.UNCONFIRMED
    assert agent.mock.prompts() == []


def test_a_program_that_loses_letters(agent: Agent) -> None:
    """What arrived in parts is not sent."""
    agent.mock.do("eat 5")
    assert rung(agent).outcome is Outcome.UNCONFIRMED
    assert agent.mock.turns() == []
    assert TEXT[5:] in agent.host.screen("builder")


def test_our_own_text_gets_its_enter(agent: Agent) -> None:
    """A text of ours that a daemon left in the composer when it was killed is sent, and not typed twice."""
    agent.line.type(TEXT)
    agent.see("0123abcd")
    assert rung(agent, again=True) == Rung(Outcome.DONE)
    assert agent.mock.prompts() == [TEXT]


def test_what_was_sent_before_a_crash(agent: Agent) -> None:
    """A bell that stands on the screen already is not rung again, also while the agent works at it."""
    assert rung(agent).outcome is Outcome.DONE
    agent.mock.do("busy")
    assert rung(agent, again=True).outcome is Outcome.DONE
    agent.mock.do("idle")
    assert agent.mock.prompts() == [TEXT]


def test_somebody_scrolls(agent: Agent) -> None:
    """While a human scrolls in the terminal, keys would go astray: none are sent."""
    tmux = list(agent.host.attach("builder"))
    subprocess.run([*tmux[: tmux.index("attach-session")], "copy-mode", "-t", "=builder:"], check=True)
    assert rung(agent) == Rung(Outcome.NOT_NOW, "somebody scrolls in its terminal")
    agent.host.leave_mode("builder")
    assert rung(agent).outcome is Outcome.DONE


class Human:
    """A line on which a human begins to type at a chosen moment."""

    def __init__(self, agent: Agent, when: str, keys: Callable[[], None]) -> None:
        self._line, self._when, self._keys = agent.line, when, keys

    def see(self, text: str) -> Glance:
        return self._line.see(text)

    def stands(self, text: str) -> bool:
        return self._line.stands(text)

    def type(self, text: str) -> None:
        if self._when == "before":
            self._keys()
        self._line.type(text)
        if self._when == "after":
            self._keys()

    def enter(self) -> None:
        self._line.enter()


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_human_begins_to_type_meanwhile(agent: Agent, when: str) -> None:
    """Text that mixes ours with a human's is left alone: it is not sent, and not deleted."""
    line = Human(agent, when, lambda: agent.host.type("builder", "wait"))
    assert ring(line, TEXT, 0.05, FAST).outcome is Outcome.UNCONFIRMED
    assert agent.mock.turns() == []
    eventually(lambda: "wait" in agent.host.screen("builder"))


def test_a_dead_one(agent: Agent) -> None:
    """Nothing is typed into the terminal of a program that ended."""
    agent.mock.tell("die 3")
    eventually(lambda: agent.host.look()["builder"].dead)
    assert rung(agent) == Rung(Outcome.NOT_NOW, "it does not run")
    assert not agent.is_(State.IDLE)
