"""A home of its own for each test of the bridge."""

from __future__ import annotations

from pathlib import Path

import pytest

from cotemp.places import Places


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """The home that the environment names, with the two sessions of the original."""
    monkeypatch.setenv("COTEMP_HOME", str(tmp_path / "CoTemp"))
    monkeypatch.delenv("COSESSION_ID", raising=False)
    places = Places.at(tmp_path / "CoTemp")
    for sid in ("co-planning", "co-migrate"):
        places.session(sid).make()
    return places
