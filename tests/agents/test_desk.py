"""Requests: left by the command line, carried out at most once, answered."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cotemp.agents.desk import Desk, ask, new_request_id
from cotemp.agents.files import write
from cotemp.agents.places import AgentPlaces
from cotemp.agents.requests import Answer, Request, What
from cotemp.errors import DamagedData, NotFound, TookTooLong
from cotemp.places import Places
from cotemp.times import local_now

from ..waiting import eventually


def request(what: What = What.UP, **more: str) -> Request:
    return Request(new_request_id(), what, datetime.now(UTC), ("builder",), more)


@pytest.fixture
def desk(places: Places) -> Desk:
    desk = Desk(places)
    desk.open()
    return desk


@pytest.fixture
def folder(places: Places) -> Path:
    return AgentPlaces.of(places).requests


def leave(folder: Path, one: Request) -> Request:
    write(folder / f"{one.id}.json", one)
    return one


def served(desk: Desk, done: list[Request]) -> Callable[[], None]:
    """What wakes a daemon that carries out one request."""

    def serve() -> None:
        for one in desk.take():
            done.append(one)
            desk.answer(Answer(one.id, (f"{one.what} {one.args}",)))

    return lambda: threading.Thread(target=serve).start()


def test_a_request_is_answered(places: Places, desk: Desk, folder: Path) -> None:
    """Who asks gets the answer to what was asked, and nothing is left behind."""
    done: list[Request] = []
    wanted = request(What.PHASE, do="add", id="cf48")
    answer = ask(places, wanted, served(desk, done), 10)
    assert done == [wanted]
    assert answer == Answer(wanted.id, ("phase {'do': 'add', 'id': 'cf48'}",))
    assert os.listdir(folder) == []


def test_an_answer_that_cannot_be_read_is_told(places: Places, folder: Path) -> None:
    """Who asks learns that, and where to look; nothing is left behind."""
    wanted = request()

    def answer_badly() -> None:
        (folder / f"{wanted.id}.answer.json").write_text("{")

    with pytest.raises(DamagedData, match="no JSON"):
        ask(places, wanted, answer_badly, 10)
    assert [name for name in os.listdir(folder) if "answer" in name] == []


def test_requests_are_taken_in_order(desk: Desk, folder: Path) -> None:
    """What was asked first is done first, whatever the files are called."""
    now = datetime.now(UTC)
    asked = [leave(folder, replace(request(), at=now - timedelta(seconds=9 - i))) for i in range(5)]
    assert desk.take() == asked
    assert desk.take() == []


def test_without_a_daemon_the_request_is_withdrawn(places: Places, folder: Path) -> None:
    """A daemon that starts later does not do what somebody gave up on."""

    def nobody() -> None:
        raise NotFound("no daemon runs for this home")

    with pytest.raises(NotFound):
        ask(places, request(), nobody, 10)
    assert os.listdir(folder) == []


def test_who_waits_too_long_is_told_whether_it_was_done(places: Places, desk: Desk, folder: Path) -> None:
    """A request that nobody took is withdrawn; of one that was taken nobody may say that nothing was done."""
    with pytest.raises(TookTooLong, match="nothing was done"):
        ask(places, request(), lambda: None, 0.05)
    assert desk.take() == []
    taken: list[Request] = []
    with pytest.raises(TookTooLong, match="still at it"):
        ask(places, request(), lambda: taken.extend(desk.take()), 0.05)
    assert len(os.listdir(folder)) == 1


def test_a_crash_in_the_middle_does_nothing_twice(places: Places, desk: Desk, folder: Path) -> None:
    """The daemon died while it carried a request out: the next one answers that nobody knows, and does it not again."""
    one = leave(folder, request(What.PHASE, do="next"))
    assert desk.take() == [one]
    again = Desk(places)
    (answer,) = again.open()
    assert (answer.id, answer.exit_code) == (one.id, 70)
    assert "ended while it did this" in answer.problem
    assert again.take() == []
    assert os.listdir(folder) == [f"{one.id}.answer.json"]


def test_a_crash_after_the_answer_changes_nothing(places: Places, desk: Desk, folder: Path) -> None:
    """The answer that was written stays, and the request is put away."""
    one = leave(folder, request())
    desk.take()
    write(folder / f"{one.id}.answer.json", Answer(one.id, ("done",)))
    assert Desk(places).open() == []
    assert os.listdir(folder) == [f"{one.id}.answer.json"]


def test_a_request_that_has_an_answer_is_not_carried_out(desk: Desk, folder: Path) -> None:
    """Whatever puts a request back, it was done once."""
    one = leave(folder, request())
    desk.take()
    desk.answer(Answer(one.id))
    leave(folder, one)
    assert desk.take() == []


def test_an_old_request_is_answered_and_not_carried_out(desk: Desk, folder: Path) -> None:
    """Who asked yesterday and was killed does not move the sequence today."""
    leave(folder, replace(request(What.PHASE, do="next"), at=datetime.now(UTC) - timedelta(hours=1)))
    assert desk.take() == []
    (name,) = os.listdir(folder)
    assert name.endswith(".answer.json")


def test_answers_that_nobody_fetched_are_forgotten(places: Places, desk: Desk, folder: Path) -> None:
    """The folder does not grow for ever, and fresh answers stay."""
    for age in (10, 7200):
        one = leave(folder, request())
        desk.take()
        desk.answer(Answer(one.id))
        made = local_now().timestamp() - age
        os.utime(folder / f"{one.id}.answer.json", (made, made))
    Desk(places).open()
    assert len(os.listdir(folder)) == 1


@pytest.mark.parametrize("data", [b"", b"[]", b'{"id": "x", "what": "explode", "at": "2026-11-21T09:20:00Z"}'])
def test_what_is_no_request_is_set_aside(desk: Desk, folder: Path, data: bytes) -> None:
    """A damaged file keeps no other request waiting, and is told."""
    (folder / "x.json").write_bytes(data)
    one = leave(folder, request())
    assert desk.take() == [one]
    assert re.search(r"x\.json is no request: .*; it is kept as x\.json\.damaged-", desk.problems[0])
    assert desk.take() == []
    assert len(desk.problems) == 1


def test_a_request_under_another_name_is_none(desk: Desk, folder: Path) -> None:
    """A copy of a request is not carried out beside it."""
    one = request()
    write(folder / "copy.json", one)
    assert desk.take() == []
    assert "its name is not its id" in desk.problems[0]


def test_many_ask_at_once(places: Places, desk: Desk) -> None:
    """Ten terminals get ten answers, each to its own question."""
    wanted = [request(What.NUDGE, number=str(i)) for i in range(10)]
    answers: list[Answer] = []
    threads = [
        threading.Thread(target=lambda one=one: answers.append(ask(places, one, lambda: None, 20))) for one in wanted
    ]
    for thread in threads:
        thread.start()
    done: list[Request] = []

    def served_all() -> bool:
        for one in desk.take():
            done.append(one)
            desk.answer(Answer(one.id, (one.args["number"],)))
        return len(done) == len(wanted)

    eventually(served_all)
    for thread in threads:
        thread.join(20)
    told = {answer.id: answer.said[0] for answer in answers}
    assert told == {one.id: one.args["number"] for one in wanted}
