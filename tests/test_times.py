"""How times are told to people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cotemp.times import show_age

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.353, "just now"),
        (-5, "just now"),
        (1, "1 s ago"),
        (119, "119 s ago"),
        (300, "5 min ago"),
        (90000, "25 h ago"),
    ],
)
def test_how_long_ago_something_was(seconds: float, said: str) -> None:
    """Nobody counts an age in milliseconds, and a clock that was set back makes nothing happen in the future."""
    assert show_age(NOW - timedelta(seconds=seconds), NOW) == said
