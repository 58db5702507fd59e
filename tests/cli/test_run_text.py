"""The list of runs fits the terminal that it is shown on."""

from __future__ import annotations

import pytest

from cotemp.cli.paint import plain, width
from cotemp.cli.run_text import run_list
from cotemp.messages.run import Outcome
from cotemp.runs.row import RunRow

START, END = "2026-11-21T09:15:02.000Z", "2026-11-21T09:15:02.346Z"
ROWS = [
    RunRow("20261121-101502-28216-k3f9", "co-migrate", title, "pwsh", outcome, START, END, 1, reason, None)
    for title, outcome, reason in (
        ("DO-Smoke", Outcome.PASSED, None),
        ("Check every table of the old database against the new one", Outcome.TIMED_OUT, "it took more than 30 min"),
        ("日本語" * 12, Outcome.FAILED, "exit code 3"),
    )
]


def lines(room: int) -> list[str]:
    return [plain(line) for line in run_list(ROWS, room)]


@pytest.mark.parametrize("room", [60, 72, 80, 100, 140, 200])
def test_no_line_is_longer_than_the_terminal(room: int) -> None:
    """However long titles and reasons are, each run takes one line; its id and its outcome are always there."""
    shown = lines(room)
    assert len(shown) == 4
    assert max(map(width, shown)) <= room
    assert all("20261121-101502-28216-k3f9" in line for line in shown[1:])
    assert [word in line for word, line in zip(("passed", "timed out", "failed"), shown[1:], strict=True)] == [True] * 3


def test_what_the_id_tells_goes_first() -> None:
    """A narrow terminal loses the engine, the time and the session before it loses the title."""
    assert lines(200)[0].split() == ["run", "session", "outcome", "started", "took", "engine", "title"]
    assert lines(80)[0].split() == ["run", "session", "outcome", "title"]
    assert lines(60)[0].split() == ["run", "outcome", "title"]
    assert "DO-Smoke" in lines(60)[1]


def test_a_file_gets_all_of_it() -> None:
    """Where nobody looks, nothing is cut away but what no line should have."""
    assert "it took more than 30 min" in lines(0)[2]
    assert "pwsh" in lines(0)[2]
