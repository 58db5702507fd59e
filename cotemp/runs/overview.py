"""Which runs there were: those that this machine's ledger knows, and those that only their logs tell of."""

from __future__ import annotations

import heapq
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ..errors import UnknownRun
from ..messages.run import Outcome, State
from ..places import Places
from ..store.claims import holders
from ..store.ledger import Ledger, Row
from ..times import utc
from .foreign import read_foreign
from .row import Entry, LogFolder, RunRow

__all__ = ["Survey", "find", "is_abandoned", "listing", "survey"]

ABANDONED = "its watcher ended while it ran; whoever watches the session next settles what is known: cotemp up"


@dataclass(frozen=True, slots=True)
class Survey:
    """All runs that were asked for, oldest first, and the JSON logs that nobody can read."""

    entries: list[Entry]
    unreadable: list[Path]


def listing(
    places: Places, session: str | None = None, since: datetime | None = None, *, failed: bool = False
) -> list[RunRow]:
    """All runs of a home, oldest first; `failed`: only those that ended, and not as passed."""
    return [entry.row for entry in survey(places, session, since, failed=failed).entries]


def survey(
    places: Places,
    session: str | None = None,
    since: datetime | None = None,
    *,
    failed: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Survey:
    """As `listing`, with what stands behind each row.

    The first look at many logs of other programs takes a while (0.1 ms each; `progress` hears of
    it); what was read is remembered in this machine's state.
    """
    folders = _log_folders(places, session)  # before the ledger: a run's intent is older than its logs
    watched = holders(places, "watch-")
    with Ledger(places, create=False) as ledger:
        own = [_own(row, folders, watched) for row in ledger.rows(session, since)]
        known = ledger.known()
    foreign, unreadable = read_foreign(places, folders, known, progress)
    earliest = utc(since) if since else ""
    recent = (entry for entry in foreign if (entry.row.ended or entry.row.when) >= earliest)
    entries = heapq.merge(own, recent, key=lambda entry: entry.row.when)
    return Survey([entry for entry in entries if not failed or has_failed(entry.row)], unreadable)


def find(places: Places, name: str) -> Entry:
    """The run whose id begins with `name`, or whose files are called so; `last` is the newest one.

    Raises UnknownRun when there is none or more than one.
    """
    own = _fitting(places, name)
    if own and own[0].run_id == name:
        return own_entry(places, own[0])
    folders = _log_folders(places, None)
    with Ledger(places, create=False) as ledger:
        known = ledger.known()
        if not own and name in known:
            own = [row for row in ledger.rows() if row.base == name]
    foreign, _ = read_foreign(places, folders, known, None)
    if name != "last":
        foreign = [entry for entry in foreign if entry.base == name or entry.row.run_id.startswith(name)]
    found = [*(own_entry(places, row) for row in own), *foreign]
    if name == "last" and found:
        return max(found, key=lambda entry: entry.row.when)
    if len(found) != 1:
        exact = [entry for entry in found if name in (entry.base, entry.row.run_id)]
        if len(exact) != 1:
            raise UnknownRun(name, [_full_name(entry) for entry in found])
        return exact[0]
    return found[0]


def own_entry(places: Places, row: Row) -> Entry:
    """A row of the ledger as an entry of the list."""
    logs = places.session(row.session).logs
    name = f"{row.base}.txt"
    folder = LogFolder(f"{logs}{os.sep}", {name} if (logs / name).exists() else set())
    return _own(row, {row.session: folder}, holders(places, "watch-"))


def is_abandoned(places: Places, row: Row) -> bool:
    """True when `row` was begun, has no outcome, and nobody who could write one is alive."""
    if row.outcome is not None or row.state is State.HELD:
        return False
    return row.session.casefold() not in holders(places, "watch-")


def has_failed(row: RunRow) -> bool:
    """True for a run that ended, and not as passed."""
    return row.outcome not in (None, Outcome.PASSED)


def _fitting(places: Places, name: str) -> list[Row]:
    """The ledger's runs that `name` may mean."""
    with Ledger(places, create=False) as ledger:
        try:
            return [ledger.find(name)]
        except UnknownRun as error:
            return [ledger.find(run_id) for run_id in error.matches]


def _full_name(entry: Entry) -> str:
    """What names this run and no other: two runs of the original may share an id."""
    return entry.row.run_id if entry.own else entry.base


def _log_folders(places: Places, session: str | None) -> dict[str, LogFolder]:
    """What lies in `logs/`, by session as it is spelled on disk."""
    found = {}
    for sid in [places.session(session).id] if session else places.session_ids():
        folder = os.path.join(places.sessions, sid, "logs", "")
        try:
            found[sid] = LogFolder(folder, set(os.listdir(folder)))
        except (FileNotFoundError, NotADirectoryError):
            found[sid] = LogFolder(folder, set())
    return found


def _own(row: Row, folders: Mapping[str, LogFolder], watched: Mapping[str, object]) -> Entry:
    outcome, reason = row.outcome, row.reason
    if outcome is None and row.state is not State.HELD and row.session.casefold() not in watched:
        outcome, reason = Outcome.UNKNOWN, ABANDONED
    folder = folders.get(row.session)
    log = folder.text_log(row.base) if folder else None
    shown = RunRow(
        row.run_id, row.session, row.title, row.engine, outcome, row.started, row.ended, row.exit_code, reason, log,
        row.state, row.queued if row.state is State.HELD else None,
    )  # fmt: skip
    return Entry(shown, row.base, row)
