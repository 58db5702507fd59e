"""What the daemon last saw of each agent, as `status` reads it."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from cotemp.agents import seen
from cotemp.agents.places import AgentPlaces
from cotemp.agents.seen import Board, SeenEvidence, SeenRow, read_seen
from cotemp.places import Places
from cotemp.times import utc

NOW = datetime(2026, 11, 21, 9, 20, tzinfo=UTC)


def row(agent: str = "Builder", state: str = "idle", at: datetime = NOW, age: float = 2) -> SeenRow:
    return SeenRow(
        agent=agent, kind="loop", state=state, since=utc(NOW), phase="pvfix", backend="claude", model="sonnet",
        context_pct=62, evidence=SeenEvidence(source="title", age_s=age, quote="✳ idle"), limited_until=None,
        next=None, at=utc(at),
    )  # fmt: skip


def test_what_was_seen_is_shown_with_its_age(places: Places) -> None:
    """An hour after the daemon died, its evidence is an hour old."""
    board = Board(places)
    board.write(row())
    board.write(row("adversary"))
    found = read_seen(places, NOW + timedelta(hours=1))
    assert [one["agent"] for one in found] == ["adversary", "Builder"]
    evidence = found[1]["evidence"]
    assert evidence
    assert evidence["age_s"] == 3602
    assert evidence["at"] == "2026-11-21T09:19:58.000Z"


def test_a_row_that_says_nothing_new_is_not_written(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fifty idle agents cost next to nothing: only a change is written at once, and a sign of life now and then."""
    board, file = Board(places), AgentPlaces.of(places).seen("builder")
    written = []
    for one in (row(), row(at=NOW + timedelta(seconds=1), age=0), row(state="busy")):
        board.write(one)
        written.append(file.stat().st_mtime_ns)
    assert written[0] == written[1] != written[2]
    monkeypatch.setattr(seen, "REFRESH", 0.0)
    board.write(row(state="busy", at=NOW + timedelta(seconds=9)))
    assert read_seen(places, NOW)[0]["at"] == "2026-11-21T09:20:09.000Z"


def test_an_agent_that_is_gone_is_not_shown(places: Places) -> None:
    """One that was taken out of the settings disappears from `status`."""
    board = Board(places)
    board.write(row())
    board.remove("builder")
    board.remove("never-there")
    assert read_seen(places, NOW) == []


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"agent": 3}', b"[" * 70_000, b'{"at": "x", "evidence": null}'])
def test_a_damaged_row_is_left_out(places: Places, data: bytes) -> None:
    """A file that cannot be believed never keeps `status` from showing the others."""
    board = Board(places)
    board.write(row("a"))
    board.write(row("b"))
    AgentPlaces.of(places).seen("a").write_bytes(data)
    assert [one["agent"] for one in read_seen(places, NOW)] == ["b"]


def test_nothing_was_seen_at_first(places: Places) -> None:
    """A home without agents is no error."""
    assert read_seen(places) == []


def test_reading_is_light() -> None:
    """`status` loads no validation to show agents."""
    code = "import cotemp.agents.seen, sys; print('pydantic' in sys.modules, 'hashlib' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], encoding="utf-8").split() == ["False", "False"]
