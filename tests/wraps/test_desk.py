"""What the paste desk tells: how much a chat was given since its bootstrap, and what it has not acknowledged."""

from __future__ import annotations

from datetime import datetime, timedelta

from cotemp import pastes
from cotemp.chat.paste import Kind, Paste, new_id
from cotemp.places import Places
from cotemp.times import local_now
from cotemp.wraps import NOBODY, Pasted, PasteDesk

NOW = local_now()


def put(places: Places, minutes: float, kind: Kind = Kind.NOTE, length: int = 10, session: str = "co-x") -> str:
    """Put a paste on the desk that was pasted so many minutes from now."""
    at: datetime = NOW + timedelta(minutes=minutes)
    desk = pastes.Desk(places, lambda: at)
    paste = Paste(id_ := new_id(), kind, session, "a title", "x" * length, f"ACK {id_}", at)
    desk.make(paste, "generic", lambda text: text)
    desk.happened(id_, "pasted")
    return id_


def test_what_was_pasted_since_the_bootstrap(places: Places) -> None:
    """A bootstrap begins anew; each part of a long paste counts, and other sessions do not."""
    desk = PasteDesk(places, NOW)
    assert desk.pasted("co-x") is None
    put(places, -90, length=20_000)
    put(places, -80)
    before = PasteDesk(places, NOW).pasted("co-x")
    assert before
    assert before.turns > 3
    assert before.characters > 20_000
    put(places, -60, Kind.BOOTSTRAP)
    put(places, -50)
    put(places, -40, session="co-y")
    since = PasteDesk(places, NOW).pasted("CO-X")
    assert since
    assert since.turns == 2
    assert since.characters < 2_000


def test_what_only_waits_was_not_pasted(places: Places) -> None:
    """What a human has not pasted yet burdens no chat."""
    desk = pastes.Desk(places)
    desk.make(Paste(new_id(), Kind.NOTE, "co-x", "t", "x", "", NOW), "generic", lambda text: text)
    assert PasteDesk(places, NOW).pasted("co-x") is None


def test_what_was_not_acknowledged(places: Places) -> None:
    """It is told until its ACK comes."""
    id_ = put(places, -5)
    (line,) = PasteDesk(places, NOW).open_acks("co-x")
    assert id_ in line
    pastes.Desk(places).happened(id_, "acknowledged")
    assert PasteDesk(places, NOW).open_acks("co-x") == ()
    assert PasteDesk(places, NOW).pasted("co-x") != Pasted(0, 0)


def test_without_a_desk() -> None:
    """Nobody counts, and nothing is open."""
    assert (NOBODY.pasted("co-x"), NOBODY.open_acks("co-x")) == (None, ())
