"""What this machine's ledger says: how today's runs ended, what runs, and what nobody knows the outcome of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from ..errors import CotempError
from ..places import Places
from .index import Index, mark, newest

if TYPE_CHECKING:
    from ..store.ledger import Row

__all__ = ["Open", "Work", "read_work"]


class Open(NamedTuple):
    """A run without an outcome; `since` is UTC. `noticed`: a human knows that nobody ends it."""

    run_id: str
    session: str
    title: str
    since: str | None
    noticed: bool


class Work(NamedTuple):
    """Plain JSON values. `today`: session -> outcome -> number; `unknown`: run ids by session; `changes`: ids of
    runs whose changes wait for a human, by session.

    `problem`: why the ledger cannot be read, and what to do.
    """

    today: Mapping[str, Mapping[str, int]] = MappingProxyType({})
    going: Sequence[Open] = ()
    unknown: Mapping[str, Sequence[str]] = MappingProxyType({})
    problem: str | None = None
    changes: Mapping[str, Sequence[str]] = MappingProxyType({})


def read_work(places: Places, now: datetime, index: Index) -> Work:
    """What the ledger says now, about the local day of `now`; nothing where there is no ledger."""
    ledger = str(places.ledger)
    at = mark(ledger, f"{ledger}-wal")
    if not newest(at):
        return Work()
    try:
        today, going, unknown, _, changes = index.told(
            "ledger", f"{now.astimezone():%Y-%m-%d}", at, lambda: _read(places, now)
        )
    except CotempError as error:
        return Work(problem=f"{error.what}: {error.fix}")
    return Work(today, [Open(*one) for one in going], unknown, changes=changes)


def _read(places: Places, now: datetime) -> Work:
    from ..messages.run import State
    from ..store.ledger import Ledger  # SQLite: only when the ledger changed

    with Ledger(places, create=False) as ledger:
        today = ledger.counts(now)
        going = [row for row in ledger.open_runs() if row.outcome is None and row.state is not State.HELD]
        unknown, changes = _by_session(ledger.unknown()), _by_session(ledger.held_changes())
    opened = [Open(row.run_id, row.session, row.title, row.started, row.settled) for row in going]
    return Work(today, opened, unknown, changes=changes)


def _by_session(rows: Sequence[Row]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.session, []).append(row.run_id)
    return found
