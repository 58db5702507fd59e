"""Rules about programs that have died, hang, or are only starting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from ...agents.record import Quarantined
from ...agents.states import State
from ...times import show_duration
from .case import Case
from .model import Deed, Next, Notify, Tell

__all__ = ["dead", "gone_for_sure", "relaunched", "starting", "unknown", "wedged"]

FIRST, LONGEST = 2.0, 600.0
"""Seconds until a dead program is started again: doubled with each restart of the last hour, up to the longest."""
GRACE = 60.0
"""Seconds that a program may take until something can be told of it."""
DOUBTS = 5.0
"""Seconds for which a program must seem dead in a terminal that lives: text alone may mislead."""
_HOUR = timedelta(hours=1)


def relaunched(it: Case) -> Next | None:
    """Somebody asked for a (new) launch; that is no healing and costs nothing."""
    if it.record.relaunch is None:
        return None
    why = "its settings have changed" if it.alive else "it is asked for"
    return it.next("asked for", why, "restart" if it.alive else "start", it.now, lambda: it.launch(why))


def dead(it: Case) -> Next | None:
    """Its program is gone: it is started again, ever later, and not too often."""
    if it.state is not State.DEAD:
        return None
    if not it.set.watch.heal:
        return it.next("dead", f"its program has ended (heal = false); cotemp resume {it.name} starts it")
    if spent := _budget_spent(it):
        return spent
    at = it.seen.since + timedelta(seconds=delay(_lately(it.record.restarts, it.now - _HOUR)))
    sure = gone_for_sure(it)
    why = "its program has ended" if sure else "its program seems to have ended; one more look"
    return it.next("dead", why, "restart", at, (lambda: _healed(it, "its program had ended")) if sure else None)


def wedged(it: Case) -> Next | None:
    """It seems to work, but nothing on its screen has changed for long."""
    if it.state is not State.BUSY or not it.set.watch.heal:
        return None
    at = it.seen.still + timedelta(seconds=it.set.watch.wedged_after)
    if it.now < at:
        return it.next("wedged", "if nothing changes on its screen until then", "restart", at)
    if it.seen.at < at:
        return it.next("wedged", "nothing has changed on its screen for long; one more look", "restart", at)
    why = "nothing had changed on its screen for long"
    return _budget_spent(it) or it.next("wedged", why, "restart", at, lambda: _healed(it, why))


def starting(it: Case) -> Next | None:
    """It was just started: nothing can be told of it yet."""
    launched = it.record.launched
    if launched is None or it.state not in (State.STARTING, State.UNKNOWN) or it.passed(GRACE, launched.at):
        return None
    return it.next("starting", "it is starting", "look", launched.at + timedelta(seconds=GRACE), state=State.STARTING)


def unknown(it: Case) -> Next | None:
    """Nothing is done to what nobody understands."""
    if it.state not in (State.UNKNOWN, State.STARTING):
        return None
    against = it.seen.reading.against if it.seen.reading else ()
    why = "its sources contradict each other" if against else "nothing tells what it does"
    return it.next("unknown", f"{why}: it is left alone; cotemp attach {it.name}")


def gone_for_sure(it: Case) -> bool:
    """Whether a second look, or the system, says the same."""
    pane, seen_for = it.seen.pane, (it.seen.at - it.seen.since).total_seconds()
    if pane is None:
        return seen_for > 0
    return pane.dead or seen_for >= DOUBTS


def delay(restarts: Sequence[datetime]) -> float:
    """Seconds until the next one."""
    return min(FIRST * 2.0 ** min(len(restarts), 20), LONGEST)


def _lately(times: Sequence[datetime], since: datetime) -> tuple[datetime, ...]:
    return tuple(one for one in times if one > since)


def _healed(it: Case, why: str) -> Deed:
    kept = _lately(it.record.restarts, it.now - max(_HOUR, timedelta(seconds=it.set.restarts.within)))
    return it.launch(why, replace(it.record, restarts=(*kept, it.now)))


def _budget_spent(it: Case) -> Next | None:
    """The end of a crash loop."""
    most, within = it.set.restarts.max, it.set.restarts.within
    if len(_lately(it.record.restarts, it.now - timedelta(seconds=within))) < most:
        return None
    why = f"{most} restarts within {show_duration(within)} did not help"
    record = replace(it.record, quarantined=Quarantined(it.now, why))
    tell, notify = Tell(it.name, f"quarantined: {why}"), Notify(f"cotemp: {it.name} is quarantined", f"{why}.")
    return it.next("crash loop", why, "quarantine", it.now, lambda: Deed(record, say=(tell, notify)))
