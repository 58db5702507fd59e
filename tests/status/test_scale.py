"""Many sessions cost little more than few."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from cotemp.status import folders, snapshot
from cotemp.times import local_now
from tests.benchmarks.status import plant


def test_a_hundred_sessions_are_listed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many logs there are, the second look lists only the few sessions whose turn it is."""
    places = plant(tmp_path, 100, logs=3)
    now = local_now() + timedelta(seconds=3)
    before = snapshot(places, now)
    listed = []
    real = folders._look

    def look(root: str, extensions: tuple[str, ...]) -> folders.Contents:
        listed.append(root)
        return real(root, extensions)

    monkeypatch.setattr(folders, "_look", look)
    assert snapshot(places, now) == before
    assert len(listed) == folders.CHECKED
    assert len(before.sessions) == 100
