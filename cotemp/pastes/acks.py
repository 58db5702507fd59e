"""ACKs: what was given out, what was acknowledged with what, and what is overdue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from ..messages.ack import Ack
from ..times import parse_utc, utc
from . import letters
from .desk import Desk
from .record import Record

if TYPE_CHECKING:
    from ..chat.understanding.acks import Given, Judged

__all__ = ["PATIENCE", "Due", "accept", "due", "given", "history", "remind", "unanswered"]

PATIENCE = {
    "urgent": timedelta(minutes=30),
    "high": timedelta(hours=2),
    "normal": timedelta(days=1),
    "low": timedelta(days=3),
}
"""After how long an ACK is overdue, by priority; any other word counts as normal."""


@dataclass(frozen=True, slots=True)
class Due:
    """An ACK that is asked for. `since`: when it was pasted, else made; `until`: when it is overdue."""

    record: Record
    since: datetime
    until: datetime
    state: Literal["open", "overdue", "done"]

    @property
    def reminded(self) -> bool:
        """True when somebody was told that it is overdue."""
        return self.record.last("reminded") is not None

    def json(self) -> dict[str, Any]:
        """For programs."""
        record, done = self.record, self.record.last("acknowledged")
        return {
            "id": record.about or record.id,
            "paste": record.id,
            "session": record.session,
            "kind": record.kind.value,
            "title": record.title,
            "priority": record.priority,
            "state": self.state,
            "since": utc(self.since),
            "due": utc(self.until),
            "acknowledged": done["at"] if done else None,
            "standing": done.get("standing") if done else None,
            "references": done.get("references", []) if done else [],
        }


def due(records: Iterable[Record], now: datetime) -> list[Due]:
    """Every ACK that is, or was, asked for: overdue ones first, then open ones, then those that are done."""
    found = [_due(record, now) for record in records if record.asks_ack and record.state != "dropped"]
    order = ("overdue", "open", "done")
    return sorted(found, key=lambda one: (order.index(one.state), one.until))


def _due(record: Record, now: datetime) -> Due:
    pasted = record.last("pasted")
    since = parse_utc(pasted["at"]) if pasted else record.created
    until = since + PATIENCE.get(record.priority.casefold(), PATIENCE["normal"])
    if record.state == "acknowledged":
        return Due(record, since, until, "done")
    return Due(record, since, until, "overdue" if now >= until else "open")


def unanswered(records: Iterable[Record], session: str, now: datetime) -> Iterator[str]:
    """What a session's chat has not acknowledged, a line each: for whoever wraps it up."""
    for one in due(records, now):
        if one.state != "done" and one.record.session.casefold() == session.casefold():
            asked = one.record.about or one.record.id
            yield f"{asked} ({one.record.kind}, {one.state} since {utc(one.since)}): {one.record.title}"


def remind(desk: Desk, now: datetime, session: str | None = None) -> list[Due]:
    """What is overdue (in one session) and nobody was told of; each is told once. Raises HeldByOther, StorageFailed."""
    late = [one for one in due(desk.listing(session).records, now) if one.state == "overdue" and not one.reminded]
    for one in late:
        desk.happened(one.record.id, "reminded")
    return late


def given(records: Iterable[Record], successor: Callable[[str], str]) -> dict[str, Given]:
    """The ids that were given out, by which they may be acknowledged; a closed session's belong to its `successor`."""
    from ..chat.understanding.acks import Given  # answers are understood by 50 ms of patterns: lists do without

    found: dict[str, Given] = {}
    for record in records:
        if record.state != "dropped":
            one = Given(successor(record.session), record.state == "acknowledged")
            found[record.id] = one
            if record.asks_ack and record.about:
                found[record.about] = one
    return found


def accept(desk: Desk, judged: Judged) -> Record | None:
    """Record an ACK that is good; None for any other. A message's JSON gets its `ack`, and a receipt.

    Raises HeldByOther, StorageFailed. Done twice, the second time mends what a crash left undone.
    """
    from ..chat.references import Standing
    from ..chat.understanding.acks import Verdict

    if judged.verdict not in (Verdict.DONE, Verdict.AGAIN):
        return None
    ident = judged.ack.id
    record = next((one for one in desk.listing().records if ident in (one.id, one.about)), None)
    if record is None:
        return None
    if judged.verdict is Verdict.DONE:
        standing = Standing.VERIFIED if judged.standing is Standing.VERIFIED else Standing.CLAIMED
        values = [str(reference) for reference, _ in judged.references]
        record = desk.happened(record.id, "acknowledged", standing=standing.value, references=values)
    if record.about and record.state == "acknowledged":
        letters.acknowledge(desk.places, record)
    return record


def history(records: Iterable[Record]) -> list[Ack]:
    """The same for those who tell what happened, oldest first."""
    found = []
    for record in records:
        done = record.last("acknowledged")
        if record.asks_ack and record.state != "dropped":
            found.append(
                Ack(
                    id=record.id,
                    session=record.session,
                    kind=record.kind.value,
                    title=record.title,
                    offered=record.created,
                    acknowledged=parse_utc(done["at"]) if done else None,
                    references=tuple(done.get("references", ())) if done else (),
                    standing=done.get("standing", "") if done else "",
                )
            )
    return sorted(found, key=lambda ack: ack.offered)
