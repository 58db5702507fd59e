"""Real screens of opencode, seen in three ways: the screen alone, with its API, and the API alone."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cotemp.agents.backends import SHIPPED
from cotemp.agents.states import Composer, State
from cotemp.detect.opencode import Answers, read
from cotemp.detect.subject import Subject

from .stage import NOW, api, look, screen_of, truth_of

IDLE, BUSY, BLOCKED, LIMITED, UNKNOWN = State.IDLE, State.BUSY, State.BLOCKED, State.LIMITED, State.UNKNOWN
EMPTY, DRAFT, COVERED = Composer.EMPTY, Composer.DRAFT, Composer.COVERED

STATES = {  # by the first word of a screen's name: by the screen alone; with the API, or by that alone
    "idle": (IDLE, IDLE),
    "draft": (IDLE, IDLE),
    "busy": (BUSY, BUSY),
    "palette": (UNKNOWN, IDLE),
    "blocked": (BLOCKED, BLOCKED),
    "limited": (LIMITED, LIMITED),
}
FOLDERS = ("opencode-1.18.33", "opencode-80x24", "opencode-120x40", "opencode-250x50")
CASES = [(folder, *row[:3]) for folder in FOLDERS for row in truth_of(folder)]


def composer_in(name: str) -> Composer:
    """What the composer of a screen of that name is."""
    if name.startswith(("blocked", "palette")):
        return COVERED
    return DRAFT if "draft" in name else EMPTY


def answers(told: str) -> dict[str, Any]:
    """What the program said at that moment; a list that was cut short held one permission."""
    status, end = json.JSONDecoder().raw_decode(told)
    try:
        asked = json.loads(told[end:])
    except ValueError:
        asked = [{"id": "per_1", "sessionID": next(iter(status)), "permission": "bash"}]
    return {"/session/status": status, "/permission": asked, "/session": []}


@pytest.mark.parametrize(("folder", "name", "title", "told"), CASES, ids=lambda value: str(value)[:24])
def test_real_screens_are_read_by_themselves_and_beside_the_api(folder: str, name: str, title: str, told: str) -> None:
    """Whatever can be asked, the state is the true one, and only an empty composer is called empty."""
    (by_screen, by_api), composer = STATES[name.partition("-")[0]], composer_in(name)
    screen = screen_of(folder, name)
    alone = look("opencode", screen, title)
    assert (alone.state, alone.composer) == (by_screen, composer)
    with api(answers(told)) as server:
        both = look("opencode", screen, title, port=server.port)
        blind = look("opencode", None, title, port=server.port)
    assert (both.state, both.composer) == (by_api, composer)
    assert (blind.state, blind.composer) == (by_api, Composer.UNKNOWN)


def test_a_contradiction_is_told_in_both_words() -> None:
    """A screen that still shows a retry while the program says that it waits is unknown, and both are quoted."""
    screen = screen_of("opencode-120x40", "limited-retry")
    with api({"/session/status": {}, "/permission": [], "/session": []}) as server:
        reading = look("opencode", screen, port=server.port)
    assert reading.state == UNKNOWN
    assert "no session is busy" in reading.evidence.quote
    assert "screen: " in reading.evidence.quote
    assert [one.source for one in reading.against] == ["screen"]


def test_a_limit_of_opencode_has_its_own_end_and_resumes_by_itself() -> None:
    """The time is the program's own, and nobody has to wake it."""
    then = NOW + timedelta(minutes=9)
    retry = {"ses_1": {"type": "retry", "attempt": 1, "message": "usage limit", "next": then.timestamp() * 1000}}
    with api({"/session/status": retry, "/permission": [], "/session": []}) as server:
        reading = look("opencode", screen_of("opencode-80x24", "limited-retry"), port=server.port)
    assert reading.limit is not None
    assert reading.limit.until == then
    assert reading.limit.resumes_itself


def test_a_limit_on_the_screen_alone_ends_when_it_says() -> None:
    """`retrying in 2s` is counted from now."""
    limit = look("opencode", screen_of("opencode-1.18.33", "limited-retry")).limit
    assert limit is not None
    assert limit.until == NOW + timedelta(seconds=2)
    assert limit.resumes_itself


def session(sid: str, created: datetime, parent: str | None = None, folder: str = "/srv/ci") -> dict[str, Any]:
    """A session as `GET /session` lists it."""
    times = {"created": created.timestamp() * 1000, "updated": created.timestamp() * 1000}
    return {"id": sid, "directory": folder, "time": times} | ({"parentID": parent} if parent else {})


def test_a_subagents_session_never_takes_the_place_of_the_conversation() -> None:
    """The id for resuming is the root's, exactly, though its child is newer and busy."""
    sessions = [session("ses_child", NOW, "ses_root"), session("ses_root", NOW), session("ses_other", NOW)]
    told = {"/session/status": {"ses_child": {"type": "busy"}}, "/permission": [], "/session": sessions}
    with api(told) as server:
        reading = look("opencode", None, port=server.port, session_id="ses_root")
    assert (reading.state, reading.session_id) == (BUSY, "ses_root")


def test_another_conversation_of_the_same_server_says_nothing_about_this_one() -> None:
    """Only the known conversation and its children count."""
    sessions = [session("ses_root", NOW), session("ses_other", NOW)]
    told = {"/session/status": {"ses_other": {"type": "busy"}}, "/permission": [], "/session": sessions}
    with api(told) as server:
        assert look("opencode", None, port=server.port, session_id="ses_root").state == IDLE


def test_of_several_conversations_none_is_taken_for_the_last() -> None:
    """Without a known id, two candidates give none; one that is older than the program is no candidate."""
    old, new, newer = (session(f"ses_{n}", NOW + timedelta(days=n)) for n in (-3, 1, 2))
    subject = Subject(backend=SHIPPED["opencode"], workdir=Path("/srv/ci"))
    one = read(Answers({}, [], [old, new]), subject, NOW, NOW)
    two = read(Answers({}, [], [old, new, newer]), subject, NOW, NOW)
    assert (one.session_id, two.session_id) == ("ses_1", None)


def test_a_known_conversation_is_not_looked_for() -> None:
    """The list of all conversations, which may be long, is asked for only when it is needed."""
    with api({"/session/status": {"ses_1": {"type": "busy"}}, "/permission": [], "/session": []}) as server:
        look("opencode", None, port=server.port, session_id="ses_1")
        assert server.asked == ["/session/status", "/permission"]
        look("opencode", None, port=server.port)
        assert server.asked[2:] == ["/session/status", "/permission", "/session"]


@pytest.mark.parametrize("answer", ["", "[]", "null", "{", "<html>", '{"ses_1": 7}', "[" * 5000], ids=repr)
def test_answers_that_make_no_sense_are_no_evidence(answer: str) -> None:
    """A server that is something else, or breaks, leaves the screen to tell."""
    paths = ("/session/status", "/permission", "/session")
    with api(dict.fromkeys(paths, answer)) as server:
        reading = look("opencode", screen_of("opencode-80x24", "busy"), port=server.port)
    assert reading.state in (BUSY, UNKNOWN)


def test_nobody_there_is_no_evidence() -> None:
    """A port on which nothing listens costs nothing but the refusal."""
    with api({}) as server:
        port = server.port
    assert look("opencode", screen_of("opencode-80x24", "busy"), port=port).state == BUSY


def test_the_context_stands_in_the_footer() -> None:
    """Its own count, in per cent."""
    assert look("opencode", screen_of("opencode-80x24", "idle-after-turn")).context_pct == 2
