"""What happens to an agent next: an ordered table of rules, of which the first that applies decides.

`status`, `why` and `step` all ask here, so that what is told is what is done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from ...agents.states import State
from .case import Case
from .healing import dead, relaunched, starting, unknown, wedged
from .idling import compact, go_on
from .limiting import parked
from .model import Next, World
from .noting import unread
from .phasing import drained, in_phase
from .ringing import held_by_draft, waiting_bell
from .stopping import (
    asks_human,
    everything_stopped,
    forgotten,
    in_use,
    quarantined,
    stopped,
    troubled,
    under_way,
    unseen,
    unwanted,
)
from .tasking import service, task, task_done, task_left
from .waking import wake

__all__ = ["outlook"]

Rule = Callable[[Case], Next | None]

FIRST: tuple[Rule, ...] = (
    everything_stopped,
    under_way,
    forgotten,
    stopped,
    unwanted,
    unseen,
    quarantined,
    troubled,
    asks_human,
    parked,
    in_use,
    service,
    relaunched,
    task,
    dead,
    starting,
    unknown,
    in_phase,
    drained,
    waiting_bell,
    task_done,
    held_by_draft,
)
"""The first of these that applies says what happens next, whatever time would bring."""

SOONEST: tuple[Rule, ...] = (wedged, wake, task_left, compact, unread, go_on)
"""What time brings to an agent that works or waits: the soonest of these."""


def outlook(world: World, agent: str, now: datetime) -> Next:
    """What happens to `agent` next, when, and why, as far as it is known now."""
    it = Case(world, agent, now)
    found = _first(it) or _soonest(it)
    retry = it.agent.retry
    if retry and found.do and found.do.act and retry > now:
        return replace(found, at=retry, do=None, why=f"{found.why}; it did not work just now")
    return found


def _first(it: Case) -> Next | None:
    for rule in FIRST:
        found = rule(it)
        if found is not None:
            return found
    return None


def _soonest(it: Case) -> Next:
    found = [one for rule in SOONEST if (one := rule(it))]
    dated = [one for one in found if one.at]
    if dated:
        return min(dated, key=lambda one: one.at or it.now)
    return found[0] if found else it.next("quiet", "it works" if it.state is State.BUSY else "nothing waits for it")
