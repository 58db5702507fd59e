"""What a sender sees of a note to an agent: queued, then rung, then read."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from cotemp.agents.record import AgentRecord, Told
from cotemp.agents.store import Kept, Store
from cotemp.cli.entry import run
from cotemp.cli.table import TABLE
from cotemp.notes import read, send, sent, state_of, states_of, told
from cotemp.places import Places, SessionPlaces
from cotemp.times import local_now

RUNG = datetime(2026, 11, 21, 9, 31, tzinfo=UTC)


@pytest.fixture
def builder(places: Places) -> SessionPlaces:
    """The session of an agent."""
    session = places.session("builder")
    session.make()
    return session


def keep(places: Places, *names: str, at: datetime | None = RUNG) -> None:
    """The supervisor told the agent of the notes `names`."""
    store = Store(places)
    store.save(store.load(), Kept({"builder": AgentRecord("builder", told_notes=Told(names, 1, at))}))


def test_a_note_to_an_agent_is_queued_rung_and_read(places: Places, builder: SessionPlaces) -> None:
    """The sender learns when the agent was told of the note, and when it has read it."""
    name = send(places, "builder", "x", "co-me", local_now()).name
    told_of = partial(told, places, "builder")
    assert state_of(builder, name, told_of).said(RUNG) == "not read yet"  # no agent of that name was ever started
    keep(places)
    assert state_of(builder, name, told_of).said(RUNG).startswith("queued")
    keep(places, name)
    assert state_of(builder, name, told_of).said(RUNG) == "rung at 09:31, not read yet"
    assert (
        state_of(builder, name, told_of).said(RUNG + timedelta(days=1))
        == "rung on 2026-11-21 at 09:31, not read yet"
    )  # fmt: skip
    list(read(builder, "builder", "test"))
    assert state_of(builder, name, told_of).said(local_now()).startswith("read at")


def test_who_waits_sees_each_step(places: Places, builder: SessionPlaces) -> None:
    """`send --wait` tells that the bell was rung before it tells that the note was read."""
    name = send(places, "builder", "x", "co-me", local_now()).name
    keep(places)
    steps: Iterator[partial[None]] = iter((partial(keep, places, name), partial(_read, builder)))
    seen = []
    for state in states_of(builder, name, 20, partial(told, places, "builder")):
        seen.append(state)
        if step := next(steps, None):
            threading.Timer(0.05, step).start()
    assert [state.fate.value for state in seen] == ["unread", "unread", "read"]
    assert [state.bell and state.bell.rung for state in seen] == [None, RUNG, None]


def _read(session: SessionPlaces) -> None:
    list(read(session, "builder", "test"))


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"told_notes": 1}', b'{"told_notes": {"names": 3}}'])
def test_a_record_that_cannot_be_read_tells_nothing(places: Places, builder: SessionPlaces, data: bytes) -> None:
    """A damaged record never keeps a sender from seeing its notes."""
    send(places, "builder", "x", "co-me", local_now())
    keep(places)
    (places.state / "agents" / "builder" / "record.json").write_bytes(data)
    (found,) = sent(places, "co-me")
    assert found.state.bell is None


def test_sent_tells_of_bells_in_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Programs read `bell` and `rung_at`; they are null for a session that is no agent."""
    places = Places.at(tmp_path / "home")  # with its state where the command line looks for it
    monkeypatch.setenv("COTEMP_HOME", str(places.home))
    places.make_state()
    name = send(places, "builder", "x", "co-me", local_now(), create=True).name
    send(places, "co-other", "x", "co-me", local_now() + timedelta(seconds=1), create=True)
    keep(places, name)
    assert run(["sent", "co-me", "--json"], TABLE) == 0
    rows = json.loads(capsys.readouterr().out)["notes"]
    assert [(row["state"], row["bell"], row["rung_at"]) for row in rows] == [
        ("unread", "rung", "2026-11-21T09:31:00.000Z"),
        ("unread", None, None),
    ]
