"""The whole life of a real opencode under the supervisor, as a user has it: the command line, its daemon, tmux."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from cotemp.hosts import Host
from cotemp.hosts.choosing import choose
from cotemp.places import own_config_file
from cotemp.supervisor.logfile import log_file
from tests.cli.real import cotemp, end_daemon, here, home
from tests.conftest import need
from tests.waiting import eventually

from .binary import environment, write_config
from .model_server import Bash, Limited, ModelServer, Slow
from .program import AGENT, agents_toml, plain
from .walk import DRAFT

pytestmark = [pytest.mark.opencode, pytest.mark.timeout(900)]

PROMPT = "count the words"
GO_ON = "You were restarted. Go on where you were."
PATIENCE = 180.0
"""Seconds: on a busy machine opencode takes its time to show what is typed, and the bell is rung again then."""
NUDGE = "go on with your work"


class Life:
    """What a test does with the agent, and what it knows of it."""

    def __init__(self, model: ModelServer) -> None:
        self.model = model
        self.work = Slow()
        """Its first turn."""

    @property
    def host(self) -> Host:
        """Its terminal; a human's keys go this way, too."""
        return choose("tmux", home())

    def status(self) -> dict[str, Any]:
        """Its row in `status`."""
        (row,) = here("status", AGENT, "--json").json["agents"]
        return dict(row)

    def becomes(self, state: str) -> dict[str, Any]:
        """Wait until `status` says so; returns its row."""
        self._wait(lambda: self.status()["state"] == state, f"it is {state}")
        return self.status()

    def shown(self) -> str:
        """What stands on its screen."""
        return plain(self.host.screen(AGENT))

    def shows(self, text: str) -> None:
        """Wait until that stands there."""
        self._wait(lambda: text in self.shown(), f"it shows {text}")

    def nudge(self) -> None:
        """Ask for one more nudge."""
        assert cotemp("nudge", AGENT).code == 0

    def nudges(self) -> int:
        """How many have reached the model; one that it had to repeat counts once."""
        return len({one for one in self.model.asked if NUDGE in one})

    def asked(self, holds: Callable[[], bool], what: str) -> None:
        """Wait until that is true of what the model was asked."""
        self._wait(holds, what)

    def waits(self) -> None:
        """Wait until the daemon has looked at it a few times: what it would do, it has done."""
        for _ in range(3):
            self._is_looked_at()

    def _wait(self, holds: Callable[[], bool], what: str) -> None:
        try:
            eventually(holds, PATIENCE, what)
        except AssertionError as error:
            log = log_file(home()).read_text()
            raise AssertionError(f"{error}\n{here('why', AGENT).out}\n{self.model.asked}\n{log}") from None

    def _is_looked_at(self) -> None:
        before = self.status()["evidence"]["age_s"]
        eventually(lambda: self.status()["evidence"]["age_s"] != before, PATIENCE)


@pytest.fixture
def life(tmp_path: Path, nobody_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Life]:
    """A home with settings for one opencode; nothing of it outlives the test."""
    need("tmux")
    with ModelServer() as model:
        for name, value in environment(nobody_home).items():
            monkeypatch.setenv(name, value)
        write_config(nobody_home, model.url)
        cotemp("init")
        file = own_config_file()
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(agents_toml(tmp_path, kind="loop", prompt_text=PROMPT))
        yield Life(model)
        cotemp("stop-all")
        end_daemon()
        _leave_nothing(str(home().state), str(tmp_path))


def _leave_nothing(*marks: str) -> None:
    for process in psutil.process_iter(["pid"]):
        try:
            if process.pid != os.getpid() and any(mark in " ".join(process.cmdline()) for mark in marks):
                process.kill()
        except psutil.Error:
            pass


def test_whole_life(life: Life) -> None:
    """Started, at work, asking, drafted upon, limited, killed and resumed: told right, and nothing done to it twice."""
    starts_with_its_prompt(life)
    is_not_disturbed_at_work(life)
    keeps_its_question_for_a_human(life)
    keeps_a_draft(life)
    outlives_the_daemon(life)
    goes_on_by_itself_after_a_limit(life)
    is_resumed_by_its_id(life)
    stays_stopped(life)


def starts_with_its_prompt(life: Life) -> None:
    """`up` starts it, and its prompt is its first turn."""
    life.model.answer_with(life.work)
    assert cotemp("up", AGENT).code == 0
    life.becomes("busy")
    eventually(lambda: life.status()["evidence"]["source"] == "opencode-api", PATIENCE, "its own API tells")
    life.asked(lambda: life.model.asked == [PROMPT], "its prompt")


def is_not_disturbed_at_work(life: Life) -> None:
    """A nudge waits until it is idle, and comes once then."""
    life.nudge()
    life.waits()
    assert life.nudges() == 0
    life.work.enough.set()
    life.asked(lambda: life.nudges() == 1, "one nudge")
    life.becomes("idle")


def keeps_its_question_for_a_human(life: Life) -> None:
    """Nobody answers its question; what waits comes when a human did."""
    life.model.answer_with(Bash("touch notes.txt"))
    life.nudge()
    life.shows("Permission required")
    life.becomes("blocked")
    life.nudge()
    life.waits()
    assert "Permission required" in life.shown()
    assert life.nudges() == 2
    life.host.press(AGENT, "Escape")
    life.asked(lambda: life.nudges() == 3, "the nudge that waited")
    life.becomes("idle")


def keeps_a_draft(life: Life) -> None:
    """What a human typed stays as it is, unsent; the nudge comes when it is gone."""
    life.host.type(AGENT, DRAFT)
    life.shows(DRAFT)
    life.nudge()
    life.waits()
    assert DRAFT in life.shown()
    assert life.nudges() == 3
    life.host.press(AGENT, "C-u")
    life.asked(lambda: life.nudges() == 4, "the nudge that waited")
    assert not any(DRAFT in one for one in life.model.asked)
    life.becomes("idle")


def outlives_the_daemon(life: Life) -> None:
    """A daemon that was killed and comes back finds it as it is, and asks its API again."""
    before = life.host.look()[AGENT].pid, list(life.model.asked)
    end_daemon()
    assert cotemp("up", AGENT).code == 0
    life.waits()
    eventually(lambda: life.status()["evidence"]["source"] == "opencode-api", PATIENCE, "its own API tells")
    assert (life.host.look()[AGENT].pid, life.model.asked) == before


def goes_on_by_itself_after_a_limit(life: Life) -> None:
    """It is parked until the limit ends; opencode goes on by itself then, and nobody tells it to as well."""
    life.model.answer_with(Limited(after=12))
    life.nudge()
    row = life.becomes("limited")
    assert row["limited_until"] is not None
    before = len(life.model.asked)
    life.becomes("idle")
    life.waits()
    assert len(life.model.asked) == before + 1, life.model.asked
    assert life.nudges() == 5


def is_resumed_by_its_id(life: Life) -> None:
    """Killed, it goes on with the same conversation; its prompt is not given again."""
    os.kill(life.host.look()[AGENT].pid, signal.SIGKILL)
    life.asked(lambda: life.model.asked[-1:] == [GO_ON], "it was told to go on")
    life.shows(GO_ON)
    life.becomes("idle")
    assert "ses_" in " ".join(psutil.Process(life.host.look()[AGENT].pid).cmdline())
    assert life.model.asked.count(PROMPT) == 1
    assert life.model.asked.count(GO_ON) == 1


def stays_stopped(life: Life) -> None:
    """`down` ends it, and nothing starts it again."""
    assert cotemp("down", AGENT).code == 0
    life.becomes("stopped")
    assert AGENT not in life.host.look()
