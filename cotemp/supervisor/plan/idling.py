"""What time brings to an agent that has nothing to do: it is told to go on, or to compact its context."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from ...agents.record import BellKind
from ...agents.states import State
from ...times import show_duration
from . import bells
from .accounts import backend_of
from .case import Case
from .model import Deed, Next

__all__ = ["ROOM", "compact", "go_on"]

LONGEST_WAIT = timedelta(days=7)
"""An agent that says it waits for longer is asked again then."""
NO_WORK = timedelta(minutes=1)
"""An agent that was told to go on and idles again so soon has not gone on."""
RESTARTS_SINCE = timedelta(hours=12)
LONGEST = timedelta(hours=4)
AGAIN = timedelta(minutes=30)
"""After which a full context is told of again."""
ROOM = 15
"""Percent points below `context_max` at which a context counts as compacted."""


def go_on(it: Case) -> Next | None:
    """It idles past the time that it named, or for too long: it is told to go on; when that does not help, restarted.

    Restarts of this kind are no crashes: they cost nothing of the budget, and each next one comes after twice the time.
    """
    after = it.set.idles_for
    if it.state is not State.IDLE or after is None or not it.set.watch.nudge:
        return None
    idle, until, nudged = timedelta(seconds=after), it.waits_until, it.record.nudged
    since = max(it.seen.since, it.world.began or it.now)  # who comes back has to learn first who waits for what
    if until and until > max(since, nudged or since):
        at = min(until, max(since, nudged or since) + LONGEST_WAIT)
        return it.next("waits", "WAITING-UNTIL passes", "nudge", at, lambda: _nudge(it))
    if nudged is None or since - nudged > NO_WORK:
        return it.next(
            "idles", f"it has idled for {show_duration(after)} then", "nudge", since + idle, lambda: _nudge(it)
        )
    return _restart(it, nudged, idle) if it.set.watch.heal else None


def _nudge(it: Case) -> Deed:
    return Deed(bells.queue(it.record, f"nudge:{it.record.bell_count + 1}", BellKind.NUDGE, "", it.now))


def _restart(it: Case, nudged: datetime, idle: timedelta) -> Next:
    lately = tuple(one for one in it.record.idle_restarts if one > it.now - RESTARTS_SINCE)
    at = max(nudged, it.world.began or nudged) + max(idle, min(idle * 2 ** min(len(lately), 10), LONGEST))
    why = "it went on idling after it was told to go on"
    return it.next(
        "idles", why, "restart", at, lambda: it.launch(why, replace(it.record, idle_restarts=(*lately, it.now)))
    )


def compact(it: Case) -> Next | None:
    """Its context is nearly full."""
    reading, told = it.seen.reading, it.record.compacted
    if it.state is not State.IDLE or reading is None or reading.context_pct is None or not it.set.watch.nudge:
        return None
    if reading.context_pct < it.set.watch.context_max:
        return None
    why = f"its context is {reading.context_pct} % full"
    return it.next("context", why, "compact", told + AGAIN if told else it.now, lambda: _compacted(it))


def _compacted(it: Case) -> Deed:
    backend, record = backend_of(it.world, it.name), replace(it.record, compacted=it.now)
    command = backend.compact if backend else ""
    return Deed(bells.queue(record, f"compact:{record.bell_count + 1}", BellKind.COMPACT, command, it.now))
