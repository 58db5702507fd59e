"""The session that the tests of this folder work in."""

from __future__ import annotations

import pytest

from cotemp.places import Places, SessionPlaces


@pytest.fixture
def session(places: Places) -> SessionPlaces:
    """A session of the home."""
    made = places.session("co-migrate")
    made.make()
    return made
