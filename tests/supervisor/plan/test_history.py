"""Days on a fake clock: everything that happens, happens once, and nothing else does."""

from __future__ import annotations

import pytest

from .history import days
from .machine import Machine


def test_a_day() -> None:
    """Commits ring once, wakes come every hour, phases go on, the dead come back, the weekly task runs."""
    is_in_order(days(1, every=5.0), number=1)


@pytest.mark.slow
def test_three_days() -> None:
    """The same goes on for three days, with all that a daemon may forget meanwhile."""
    is_in_order(days(3), number=3)


def is_in_order(machine: Machine, number: int) -> None:
    """What happened is what should have happened."""
    happened = machine.happened
    commits = {key: times for key, times in happened.items() if " commit " in key}
    assert set(commits.values()) == {1}
    assert len(commits) == 48 * number - 1
    assert happened["ring orchestrator wake /p/wake.txt"] == 24 * number - 1
    assert len(machine.world.sequence.done) == (48 * number - 1) // 20
    assert happened["start upgrader None"] == (number + 6) // 7
    assert happened["start orchestrator None"] == 1
    assert machine.world.agents["builder"].record.quarantined is None
    assert sum(happened.values()) < 350 * number, happened.most_common()
