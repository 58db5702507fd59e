"""Finding what was changed in the ledger behind its back: in the chain of events, or in what the events tell of."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from .chain import NOTHING, Tip, entry_digest, read_head
from .rows import EVERYTHING, canonical, fingerprint

if TYPE_CHECKING:
    from . import Ledger

__all__ = ["Broken", "verify"]

_DECISIONS = ("approved", "denied", "granted")


class Broken(NamedTuple):
    """The first event that is not as it was written, or that does not fit to what it tells of.

    `kind` and `run_id` are None where nobody can tell; `what` says what differs, as half a sentence.
    """

    seq: int
    kind: str | None
    run_id: str | None
    what: str


Ask = Callable[..., Iterator[tuple[Any, ...]]]
"""One query of the ledger, its rows one by one."""


def verify(ledger: Ledger) -> Broken | None:
    """The first place where something is wrong; None: nowhere. 100 000 events take about a second."""
    head = ledger.head  # before the ledger: it may be behind, never ahead
    known = read_head(head) if head else None
    with ledger.still() as ask:
        broken = chain(_events(ask), _head(ask, head, known), _runs(ask), _gone(ask), _decisions(ask), _children(ask))
        return next(broken, None)


def _events(ask: Ask) -> Iterator[Broken]:
    """Each event has the next number, its own digest, and that of the one before."""
    last = Tip(0, NOTHING)
    for *values, digest in ask("SELECT * FROM events ORDER BY seq"):
        seq, kind, run_id, previous = values[0], values[3], values[2], values[6]
        if seq != last.seq + 1:
            yield Broken(last.seq + 1, None, None, f"events {last.seq + 1} to {seq - 1} are missing")
        elif entry_digest(tuple(values)) != digest:
            yield Broken(seq, kind, run_id, "it was changed: it has not the digest that it carries")
        elif previous != last.digest:
            yield Broken(seq, kind, run_id, "it does not follow the event before it: one was changed, moved or put in")
        last = Tip(seq, digest)


def _head(ask: Ask, head: Path | None, known: Tip | None) -> Iterator[Broken]:
    """The chain leads to, or over, what the head file remembers."""
    last = next(ask("SELECT max(seq) FROM events"))[0] or 0
    if head is None:
        return
    if known is None:
        if last:
            yield Broken(last, None, None, f"nobody can tell whether it is the last one: {head} is missing or damaged")
        return
    if known.seq > last:
        yield Broken(last + 1, None, None, f"events {last + 1} to {known.seq} are missing: {head} knows of them")
    elif known.seq and not next(ask("SELECT 1 FROM events WHERE seq=? AND digest=?", *known), None):
        kind, run_id = next(ask("SELECT kind, run_id FROM events WHERE seq=?", known.seq))
        yield Broken(known.seq, kind, run_id, f"it is not the one that {head} knows: the chain was written anew")


def _runs(ask: Ask) -> Iterator[Broken]:
    """Each run is as its last event says."""
    columns = ", ".join(f"r.{name.strip()}" for name in EVERYTHING.split(","))
    query = (
        f"SELECT e.seq, e.kind, r.run_id, e.data, {columns} FROM runs r LEFT JOIN events e "  # noqa: S608
        "ON e.seq=(SELECT max(seq) FROM events WHERE run_id=r.run_id)"
    )
    for seq, kind, run_id, data, *values in ask(query):
        if seq is None:
            yield Broken(0, None, run_id, "no event tells of this run: its row was put in")
            continue
        told = json.loads(data)
        differs = [name for name, value in fingerprint(tuple(values)).items() if told.get(name) != value]
        if differs:
            what = "another column" if differs[0] == "row" else differs[0]
            yield Broken(seq, kind, run_id, f"the run's {what} is not what it was after this event")


def _gone(ask: Ask) -> Iterator[Broken]:
    """Only a run that was withdrawn has events and no row."""
    query = (
        "SELECT max(seq), kind, run_id FROM events WHERE run_id NOT IN (SELECT run_id FROM runs) "
        "GROUP BY run_id HAVING kind <> 'withdrawn' ORDER BY 1"
    )
    for seq, kind, run_id in ask(query):
        yield Broken(seq, kind, run_id, "the run's row is missing")


def _decisions(ask: Ask) -> Iterator[Broken]:
    """Each approval, denial and grant is as the event that made it says, and was ended by the event that says so."""
    ends: dict[str, int] = {}
    for seq, data in ask('SELECT seq, data FROM events WHERE data LIKE \'%"ends":["%\''):
        ends |= dict.fromkeys(json.loads(data)["ends"], seq)
    query = (
        "SELECT e.seq, e.kind, e.run_id, e.data, d.id, d.kind, d.run_id, d.until, d.body, d.ended FROM decisions d "
        "LEFT JOIN events e ON e.seq=d.made ORDER BY d.made"
    )
    for seq, kind, run_id, data, *decision in ask(query):
        what = _differs(kind, run_id, data, decision, ends)
        if what:
            yield Broken(seq or 0, kind, run_id or decision[2], f"the {decision[1]} {decision[0]} {what}")
    missing = (
        f"SELECT seq, kind, run_id FROM events WHERE kind IN {_DECISIONS} AND seq NOT IN (SELECT made FROM decisions)"  # noqa: S608
    )
    for seq, kind, run_id in ask(missing):
        yield Broken(seq, kind, run_id, "the decision that it tells of is missing")


def _differs(kind: str | None, run_id: str | None, data: str | None, decision: list[Any], ends: dict[str, int]) -> str:
    """What is wrong with a decision; '' when nothing is."""
    name, its_kind, its_run, until, body, ended = decision
    if data is None or kind != {"approval": "approved", "denial": "denied", "grant": "granted"}.get(its_kind):
        return "was put in: no event tells of it"
    told = json.loads(data).get("body", {})
    if canonical(told) != body or (told["id"], run_id, told.get("until")) != (name, its_run, until):
        return "is not what it was after this event"
    return "" if ended == ends.get(name) else "was used up or taken back, or not, other than the events say"


def _children(ask: Ask) -> Iterator[Broken]:
    """Each DO that a run dropped is as the event says, and none is missing."""
    query = (
        "SELECT e.seq, e.kind, e.run_id, e.data, c.session, c.do_file, c.sha256, c.parent, c.ceiling, c.depth "
        "FROM children c LEFT JOIN events e ON e.seq=c.made ORDER BY c.made"
    )
    for seq, kind, run_id, data, session, do_file, sha256, parent, ceiling, depth in ask(query):
        row = {"session": session, "do_file": do_file, "sha256": sha256, "ceiling": json.loads(ceiling), "depth": depth}
        if kind != "child" or run_id != parent or json.loads(data)["child"] != row:
            yield Broken(seq or 0, kind, parent, f"what is known of the DO {do_file} that it dropped differs")
    for seq, kind, run_id in ask(
        "SELECT seq, kind, run_id FROM events WHERE kind='child' AND seq NOT IN (SELECT made FROM children)"
    ):
        yield Broken(seq, kind, run_id, "the DO that it tells of is missing")
