"""Notes and DOs that wait in an agent's inbox: it is told once, and of unread notes again, at most three times."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ...agents.record import AgentRecord, Bell, BellKind, BellState, Told
from ...agents.states import State
from . import bells
from .case import Case
from .model import Agent, Deed, Next, Notes, NoteSeen

__all__ = ["noted", "told", "unread"]

AGAIN = timedelta(minutes=10)
"""Of idleness after which it is told of unread notes again."""
TIMES = 3


def noted(agent: Agent, event: Notes, now: datetime) -> Agent:
    """What waits now; a bell is queued for what nobody told of, one for all of it."""
    record = _counted(agent.record, BellKind.NOTES, "told_notes", _names(event.waiting, dos=False), now)
    record = _counted(record, BellKind.DOS, "told_dos", _names(event.waiting, dos=True), now)
    if record is agent.record and event.waiting == agent.notes:
        return agent
    return replace(agent, record=record, notes=event.waiting)


def _names(waiting: Iterable[NoteSeen], *, dos: bool) -> tuple[str, ...]:
    return tuple(one.name for one in waiting if one.is_do is dos)


def _counted(record: AgentRecord, kind: BellKind, key: str, waiting: tuple[str, ...], now: datetime) -> AgentRecord:
    before: Told = getattr(record, key)
    still = tuple(name for name in before.names if name in waiting)
    if still != before.names:
        left: dict[str, Any] = {key: replace(before, names=still) if still else Told()}
        record = replace(record, **left)
    if not waiting:
        return bells.drop(record, kind)
    if bells.waits(record, kind):
        return _recounted(record, kind, len(waiting))
    if set(waiting) == set(still):
        return record
    return bells.queue(record, f"{kind}:{record.bell_count + 1}", kind, str(len(waiting)), now)


def _recounted(record: AgentRecord, kind: BellKind, count: int) -> AgentRecord:
    """The bell that waits says how many there are now, unless it may have been typed already."""
    old = next((one for one in record.bells if one.kind is kind and one.state is BellState.QUEUED), None)
    if old is None or old.tries or old.subject == str(count):
        return record
    return bells.changed(record, old.number, subject=str(count))


def told(agent: Agent, record: AgentRecord, bell: Bell, now: datetime) -> AgentRecord:
    """`record` after a bell about notes or DOs was rung: all that waits was told of."""
    if bell.kind is BellKind.DOS:
        return replace(record, told_dos=Told(_names(agent.notes, dos=True), 1, now))
    if bell.kind is not BellKind.NOTES:
        return record
    names, before = _names(agent.notes, dos=False), record.told_notes
    times = before.times + 1 if set(names) <= set(before.names) else 1
    return replace(record, told_notes=Told(names, times, now))


def unread(it: Case) -> Next | None:
    """It was told of notes, has been idle for long, and has not read them."""
    before = it.record.told_notes
    if it.state is not State.IDLE or not before.names or before.at is None or before.times >= TIMES:
        return None
    if bells.waits(it.record, BellKind.NOTES):
        return None
    at = max(before.at, it.seen.since) + AGAIN
    return it.next("notes", "its notes are unread", "ring", at, lambda: _again(it, len(before.names)))


def _again(it: Case, count: int) -> Deed:
    id = f"{BellKind.NOTES}:{it.record.bell_count + 1}"  # noqa: A001
    return Deed(bells.queue(it.record, id, BellKind.NOTES, str(count), it.now))
