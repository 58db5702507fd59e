"""Wakes: when one is due, and that each is served once; those that were missed, once together."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from ...agents.record import BellKind
from ...errors import BadConfig
from . import bells
from .case import Case
from .model import Deed, Next

if TYPE_CHECKING:
    from ...config import Wake

__all__ = ["due_wake", "next_wake", "prompt_of", "wake"]


def wake(it: Case) -> Next | None:
    """A wake of an agent that lives in a terminal: a bell. After the last phase there are none."""
    at = next_wake(it)
    if at is None or it.set.kind == "task" or it.world.sequence.complete:
        return None
    return it.next("wake", "its scheduled wake", "wake", at, lambda: _woken(it))


def _woken(it: Case) -> Deed:
    due = due_wake(it) or it.now
    record = replace(it.record, served_wake=due)
    if not bells.waits(record, BellKind.WAKE):  # one that still waits is for this one, too
        record = bells.queue(record, f"wake:{due.isoformat()}", BellKind.WAKE, prompt_of(it.set.wake), it.now)
    return Deed(record)


def prompt_of(wake: Wake | None) -> str:
    """The file that is to be read on a wake; "" when there is none."""
    return str(wake.prompt) if wake and wake.prompt else ""


def next_wake(it: Case) -> datetime | None:
    """When the next wake is, or was, due; None when it is never woken (again)."""
    last = _last_served(it)
    return _next(it.set.wake, last) if it.set.wake and last else None


def due_wake(it: Case) -> datetime | None:
    """The due time of the last wake that is due and was not served."""
    at, last = next_wake(it), _last_served(it)
    if at is None or at > it.now or it.set.wake is None or last is None:
        return None
    from ...schedule import missed

    return missed(it.set.wake, last, it.now) or at


def _last_served(it: Case) -> datetime | None:
    """The time from which wakes count; of an agent that was taken over, its start."""
    launched = it.record.launched
    return it.record.served_wake or (launched.at if launched else None)


@lru_cache(512)
def _next(wake: Wake, after: datetime) -> datetime | None:
    from ...schedule import next_due

    try:
        return next_due(wake, after)
    except BadConfig:  # a zone that this machine has lost: told when the settings are read again
        return None
