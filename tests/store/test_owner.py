"""Of the machines that share a synced home, one runs a session's DOs."""

from __future__ import annotations

import json

import pytest

from cotemp.errors import DamagedData, ForeignHost
from cotemp.places import Places, SessionPlaces
from cotemp.store.identity import host_id
from cotemp.store.owner import claim_session, owner, take


@pytest.fixture
def session(places: Places) -> SessionPlaces:
    session = places.session("co-x")
    session.make()
    return session


def test_the_first_machine_gets_it(session: SessionPlaces) -> None:
    """A session that nobody owns becomes ours when we first watch it."""
    assert owner(session) is None
    assert claim_session(session).host == host_id()
    assert claim_session(session) == owner(session)


def test_another_machine_keeps_it(session: SessionPlaces) -> None:
    """A session of another machine is refused, with the command that takes it."""
    session.owner.write_text(json.dumps({"schema": 1, "host": "feedbeef0123.a.1", "since": "2026-01-01T00:00:00.000Z"}))
    with pytest.raises(ForeignHost, match=r"feedbeef0123.*cotemp take co-x"):
        claim_session(session)
    assert take(session).is_here()
    assert claim_session(session).is_here()


def test_a_reboot_does_not_change_the_owner(session: SessionPlaces) -> None:
    """The same machine, started anew, still owns its sessions."""
    machine = host_id().split(".")[0]
    session.owner.write_text(json.dumps({"host": f"{machine}.earlier.1", "since": "2026-01-01T00:00:00.000Z"}))
    assert claim_session(session).is_here()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"host": 1}', "\x00"])
def test_a_damaged_record_is_not_guessed_at(session: SessionPlaces, text: str) -> None:
    """Where nobody can tell who owns a session, nobody takes it without being asked."""
    session.owner.write_text(text)
    with pytest.raises(DamagedData, match="cotemp take co-x"):
        claim_session(session)
