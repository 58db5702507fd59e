"""What is said of a real opencode is what it does, in every state, with its API and from the screen alone."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from cotemp.agents.states import Composer, Reading, State
from cotemp.detect import Subject, read
from tests.waiting import eventually

from .model_server import ModelServer
from .program import AGENT, Opencode
from .walk import walk

pytestmark = [pytest.mark.opencode, pytest.mark.timeout(600)]  # all wait for one walk

TRUTH = {
    "idle-new": (State.IDLE, Composer.EMPTY),
    "draft": (State.IDLE, Composer.DRAFT),
    "idle-emptied": (State.IDLE, Composer.EMPTY),
    "busy": (State.BUSY, Composer.EMPTY),
    "busy-with-draft": (State.BUSY, Composer.DRAFT),
    "idle-after-turn": (State.IDLE, Composer.EMPTY),
    "draft-after-turn": (State.IDLE, Composer.DRAFT),
    "palette": (State.IDLE, Composer.COVERED),
    "blocked-permission": (State.BLOCKED, Composer.COVERED),
    "blocked-second-option": (State.BLOCKED, Composer.COVERED),
    "blocked-always": (State.BLOCKED, Composer.COVERED),
    "idle-rejected": (State.IDLE, Composer.EMPTY),
    "limited-retry": (State.LIMITED, Composer.EMPTY),
    "limited-with-draft": (State.LIMITED, Composer.DRAFT),
    "limited-half-interrupted": (State.LIMITED, Composer.EMPTY),
    "idle-interrupted": (State.IDLE, Composer.EMPTY),
    "idle-resumed": (State.IDLE, Composer.EMPTY),
    "killed": (State.DEAD, None),
}


@dataclass(frozen=True)
class Moment:
    """What was said at one moment: with the program's API, and from the screen alone; the session that it was in."""

    api: Reading
    screen: Reading
    session: str | None


Moments = dict[str, Moment]


@pytest.fixture(scope="module")
def moments(program: Opencode, model: ModelServer) -> Moments:
    """Everything that was said on one walk through all states."""
    seen: Moments = {}
    for name in walk(program, model):
        seen[name] = _moment(program, list(seen.values()), program.api("/session"))
    os.kill(program.host.look()[AGENT].pid, signal.SIGKILL)
    eventually(lambda: AGENT not in (panes := program.host.look()) or panes[AGENT].dead)
    seen["killed"] = _moment(program, list(seen.values()), [])
    return seen


def _moment(program: Opencode, before: list[Moment], sessions: list[dict[str, str]]) -> Moment:
    pane = program.host.look().get(AGENT)
    assert program.plan.backend is not None
    subject = Subject(
        backend=program.plan.backend,
        pane=pane,
        screen=program.screen() if pane else None,
        workdir=program.plan.cwd,
        env=program.plan.env,
        session_id=program.plan.session_id,
    )
    with_api = replace(subject, port=program.plan.port, previous=before[-1].api if before else None)
    alone = replace(subject, previous=before[-1].screen if before else None)

    def told() -> Reading | None:
        reading = read(with_api, datetime.now(UTC))
        return reading if reading.session_id or not sessions else None  # a busy machine: it did not answer in time

    reading = eventually(told, 20, "its API answers")
    assert reading is not None
    return Moment(reading, read(alone, datetime.now(UTC)), sessions[0]["id"] if sessions else None)


@pytest.mark.parametrize("source", ["api", "screen"])
@pytest.mark.parametrize("name", TRUTH)
def test_state_and_composer(moments: Moments, name: str, source: str) -> None:
    """Each state is told as what it is, and so is what stands in the composer."""
    reading: Reading = getattr(moments[name], source)
    state, composer = TRUTH[name]
    assert reading.state == state, reading
    assert composer in (None, reading.composer), reading


def test_nothing_contradicts(moments: Moments) -> None:
    """API and screen of a program that lives never contradict each other."""
    living = {name: moment.api.against for name, moment in moments.items() if name != "killed"}
    assert {name: against for name, against in living.items() if against} == {}


def test_session_id(moments: Moments) -> None:
    """The id of the conversation is that of the program's own list, and the same after it was resumed by it."""
    assert moments["idle-new"].api.session_id is None
    assert moments["busy"].api.session_id == moments["busy"].session
    assert moments["idle-resumed"].api.session_id == moments["busy"].session


def test_limit_ends_when_the_program_says(moments: Moments) -> None:
    """A limit's end is known to the minute from both, and that opencode goes on by itself then."""
    moment = moments["limited-retry"]
    for reading in (moment.api, moment.screen):
        assert reading.limit is not None
        assert reading.limit.resumes_itself
        assert reading.limit.until is not None
        assert 8 * 60 < (reading.limit.until - reading.evidence.at).total_seconds() < 12 * 60


def test_context_is_known(moments: Moments) -> None:
    """How full the context is stands on the screen after a turn."""
    assert moments["idle-after-turn"].api.context_pct == 2
