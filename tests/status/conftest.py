"""A home with sessions, and the snapshot of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cotemp.places import Places, SessionPlaces
from cotemp.status import SessionStatus, Snapshot, snapshot
from cotemp.times import local_now

Look = Callable[[], Snapshot]


@pytest.fixture
def session(places: Places) -> SessionPlaces:
    """One session of the home."""
    made = places.session("co-migrate")
    made.make()
    return made


@pytest.fixture
def look(places: Places) -> Look:
    """Take a snapshot now."""
    return lambda: snapshot(places, local_now())


@pytest.fixture
def row(look: Look) -> Callable[..., SessionStatus]:
    """The row of a session."""

    def found(sid: str = "co-migrate", **_: Any) -> SessionStatus:
        (one,) = [row for row in look().sessions if row.session == sid]
        return one

    return found
