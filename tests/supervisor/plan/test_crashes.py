"""The daemon is killed at every point of a change of phase and of the end: it comes to the same end, once."""

from __future__ import annotations

from itertools import count

import pytest

from cotemp.agents.requests import Request, What
from cotemp.agents.sequence import Ending
from cotemp.supervisor.plan.model import Commit, Requested, StatusSeen

from .machine import Machine, at_point
from .stories import HANDOFF, seed

CLAIM = Commit("a" * 40, "the claim", "adversary", "claim(")


def through_both_phases(machine: Machine) -> None:
    """Everything is brought up; a claim, the end of the first phase, the end of the second."""
    machine.take(Requested(Request("up", What.UP, machine.now), {}))
    if not machine.world.agents["builder"].record.wanted:  # whoever asked got no answer, and asks again
        machine.take(Requested(Request("up again", What.UP, machine.now), {}))
    machine.run(45, every=5)
    machine.commits = (CLAIM,)
    machine.run(30, every=5)
    machine.statuses["pvfix"] = StatusSeen("b1", done=True)
    machine.run(70, every=5)
    machine.statuses["pvcheck"] = StatusSeen("b2", done=True)
    machine.run(150, every=5)


def points() -> int:
    """How many steps change something."""
    seen = count()
    last = [0]

    def tally(moment: str, matters: bool) -> bool:
        if moment == "decided" and matters:
            last[0] = next(seen)
        return False

    through_both_phases(Machine(seed(handoff=HANDOFF), tally))
    return last[0] + 1


@pytest.mark.parametrize("moment", ["decided", "written", "acted"])
def test_killed_at_every_point(moment: str) -> None:
    """Each phase is left once, the claim is typed once, the end happens once; nothing is started twice at a time."""
    for number in range(points()):
        machine = Machine(seed(), at_point(number, moment))
        through_both_phases(machine)
        _is_the_same_end(machine, f"{moment} {number}")


def _is_the_same_end(machine: Machine, where: str) -> None:
    sequence, happened = machine.world.sequence, machine.happened
    assert sequence.done == ("pvfix", "pvcheck"), where
    assert sequence.complete, where
    assert sequence.complete.endings == tuple(Ending), where
    assert happened[f"ring adversary commit {CLAIM.sha}"] == 1, where
    assert happened["ring orchestrator last-wake /p/wake.txt"] == 1, where
    assert set(machine.programs) == {"orchestrator"}, where
    for key in ("MarkComplete", "Notify", "start builder pvcheck", "start adversary pvcheck"):
        assert 1 <= happened[key] <= 2, f"{where}: {key}"
    assert not machine.world.agents["orchestrator"].record.restarts, where
