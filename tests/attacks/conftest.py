"""The lair of each test; a machine that cannot hold a DO to anything cannot show anything here."""

from __future__ import annotations

from pathlib import Path

import pytest

from cotemp.sandbox import Missing, find
from tests.conftest import STRICT

from .lair import Lair


@pytest.fixture
def lair(nobody_home: Path) -> Lair:
    """A user's machine with an enforcer that works."""
    lair = Lair(nobody_home)
    found = find(lair.places.state.parent)
    if isinstance(found, Missing):
        if STRICT:
            pytest.fail(found.why)
        pytest.skip(found.why)
    return lair
