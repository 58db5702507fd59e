"""The rule by which waiting bells are rung, one at a time, and what comes of a ring."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from ...agents.record import AgentRecord, Bell, BellKind, BellState
from ...agents.states import Composer, State
from . import bells
from .case import Case
from .model import Deed, Next, Outcome, Ring, Tell

__all__ = ["TRIES", "held_by_draft", "rung", "waiting_bell"]

SETTLE = 3.0
"""Seconds after a ring until the next one."""
CALM = 1.5
"""Seconds for which an agent must have been idle."""
TRIES = 3
STUCK = 60.0
"""Seconds after which an agent that shows its old limit, and no composer, is restarted instead of told to go on."""


def waiting_bell(it: Case) -> Next | None:
    """The first bell that waits is rung, when the agent can hear it."""
    bell = bells.first(it.record)
    if bell is None:
        return None
    action = {BellKind.WAKE: "wake", BellKind.NUDGE: "nudge", BellKind.COMPACT: "compact"}.get(bell.kind, "ring")
    why = f"bell {bell.number} ({bell.kind})"
    if it.state is State.LIMITED and bell.kind is BellKind.RESUME and it.composer is not Composer.EMPTY:
        return _stuck_at_limit(it, bell)
    if not _hears(it, bell):
        return None
    last = bells.last_rung(it.record)
    at = _calm(it, last)
    if last and it.seen.at <= last:
        return it.next("bell", f"{why}, after one more look", action, at)
    record = bells.changed(it.record, bell.number, state=BellState.RINGING)
    return it.next("bell", why, action, at, lambda: Deed(record, Ring(it.name, bell)))


def _hears(it: Case, bell: Bell) -> bool:
    if it.state is State.IDLE:
        # What stands in its composer may be the bell's own text: whoever rings looks whether it is.
        return it.composer is Composer.EMPTY or Ring(it.name, bell).again
    return it.state is State.LIMITED and bell.kind is BellKind.RESUME


def _calm(it: Case, last: datetime | None) -> datetime:
    at = it.seen.since + timedelta(seconds=CALM)
    return max(at, last + timedelta(seconds=SETTLE)) if last else at


def _stuck_at_limit(it: Case, bell: Bell) -> Next:
    if it.composer is Composer.DRAFT:
        return it.next("draft", "a draft stands in its composer: nothing is typed")
    why = "the usage limit is over, and its dialog is still there"
    return it.next("limit", why, "restart", bell.queued + timedelta(seconds=STUCK), lambda: it.launch(why))


def held_by_draft(it: Case) -> Next | None:
    """Nothing is typed to, or done about, an agent with something in its composer: a human may have left it there."""
    if it.state is not State.IDLE or it.composer is Composer.EMPTY:
        return None
    what = {Composer.DRAFT: "a draft stands in its composer", Composer.COVERED: "something covers its composer"}
    return it.next("draft", f"{what.get(it.composer, 'nobody knows what stands in its composer')}: nothing is typed")


def rung(record: AgentRecord, bell: Bell, outcome: Outcome, now: datetime) -> tuple[AgentRecord, tuple[Tell, ...]]:
    """What is kept after a ring, and what is told. A bell that is over stays as it is."""
    held = bells.known(record, bell.id)
    if held is None or held.state not in (BellState.QUEUED, BellState.RINGING):
        return record, ()
    if outcome is Outcome.DONE:
        return _heard(bells.changed(record, bell.number, state=BellState.RUNG, rung=now), bell, now), ()
    if outcome is Outcome.NOT_NOW:
        return bells.changed(record, bell.number, state=bell.state), ()  # as it was: it may have been typed before
    tries = held.tries + 1
    if tries < TRIES:
        return bells.changed(record, bell.number, state=BellState.QUEUED, tries=tries), ()
    kept = bells.changed(record, bell.number, state=BellState.UNCONFIRMED, tries=tries, rung=now)
    return _heard(kept, bell, now), (Tell(record.agent, f"bell {bell.number} ({bell.kind}) is unconfirmed"),)


def _heard(record: AgentRecord, bell: Bell, now: datetime) -> AgentRecord:
    return replace(record, nudged=now) if bell.kind is BellKind.NUDGE else record
