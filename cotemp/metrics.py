"""What is counted here, derived from the ledger, the logs, the notes and the alerts whenever somebody asks.

Nothing is counted on the way, so nothing can be counted twice or be forgotten, and nothing leaves this machine: there
is no code that could send it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from .chat.metrics import Event, What, line
from .display import display_line
from .errors import BadName
from .messages.ack import Ack
from .messages.run import Outcome
from .names import session_id
from .places import Places, SessionPlaces, make_folder, refuse_link, write_whole
from .runs import Entry, RunRow, survey
from .store.identity import host_id, machine_of
from .store.ledger import Ledger, Row
from .timeline import Alert, Letter, letters, moment, read_alerts
from .times import dated

__all__ = ["collect", "lines_file", "record"]

_WORDS = 80
"""Characters of a reason that may be anybody's."""


def collect(places: Places, acks: Iterable[Ack] = ()) -> list[Event]:
    """Everything that is counted, of all sessions, oldest first.

    Of DOs that only their logs tell of, nobody knows when they were dropped: they are counted, not timed.
    """
    entries = survey(places).entries
    found = [*_runs(places, entries), *_sessions(places, entries), *_pastes(acks)]
    found += map(_alert, read_alerts(places))
    return sorted(found, key=lambda event: event.at)


def lines_file(places: Places) -> Path:
    """Where `record` writes: not into a session's `logs/`, of whose files the newest is taken for that of a run."""
    return places.home / "logs" / f"metrics-{machine_of(host_id())[:8]}.jsonl"


def record(places: Places, events: Iterable[Event]) -> Path:
    """Write `events` as JSON lines into the home's `logs/`, over those of the last time; each machine has its own file.

    Raises StorageFailed when the disk refuses, DamagedData when `logs/` is a link.
    """
    file = lines_file(places)
    refuse_link(file.parent)
    make_folder(file.parent)
    write_whole(file, "".join(map(line, events)).encode("utf-8", "replace"))
    return file


# --- runs ---


def _runs(places: Places, entries: Iterable[Entry]) -> Iterator[Event]:
    with Ledger(places, create=False) as ledger:
        for entry in entries:
            row, own = entry.row, entry.own
            came = moment(own.queued if own else row.started or row.ended)
            if came:
                yield Event(came, What.DO_QUEUED, row.session)
            ended = moment(row.ended)
            if ended and row.outcome:
                yield _end(ledger, row, own, ended)


def _end(ledger: Ledger, row: RunRow, own: Row | None, ended: datetime) -> Event:
    if row.outcome is Outcome.REJECTED:
        return Event(ended, What.HEADER_REJECTED, row.session, reason=_why_rejected(ledger, row, own))
    seconds = _between(own.queued, ended) if own else None
    if row.outcome is Outcome.PASSED:
        return Event(ended, What.DO_PASSED, row.session, seconds)
    return Event(ended, What.DO_FAILED, row.session, seconds, str(row.outcome))


def _why_rejected(ledger: Ledger, row: RunRow, own: Row | None) -> str:
    """The first key of the header that is wrong; where it has no header at all, what was said of it."""
    problems = ledger.log(own.run_id)["problems"] if own else []
    return display_line(next((one["key"] or one["what"] for one in problems), row.reason or ""), _WORDS)


def _between(queued: str, ended: datetime) -> float | None:
    came = moment(queued)
    return max(0.0, (ended - came).total_seconds()) if came else None


# --- sessions ---


def _sessions(places: Places, entries: Iterable[Entry]) -> Iterator[Event]:
    first: dict[str, datetime] = {}
    for entry in entries:
        ended = moment(entry.row.ended)
        if entry.own and ended and entry.row.outcome is Outcome.PASSED:
            key = entry.row.session.casefold()
            first[key] = min(ended, first.get(key, ended))
    for sid in places.session_ids():
        session = places.session(sid)
        yield from (Event(letter.at, What.NOTE_SENT, _sender(letter)) for letter in letters(session))
        passed = first.get(sid.casefold())
        if passed:
            yield Event(passed, What.FIRST_DO, sid, _since_made(session, passed))


def _sender(letter: Letter) -> str:
    """The session that a note's name says; "" for what no session is called: anybody may name a file."""
    try:
        return session_id(letter.sender or "")
    except BadName:
        return ""


def _since_made(session: SessionPlaces, passed: datetime) -> float | None:
    """Seconds from the making of a session to its first DO that passed; None where its folders are younger than that.

    No system tells alike when a folder was made. The oldest change to any folder of the session is what comes closest:
    the original's `scripts/` is hardly ever touched.
    """
    folders = (session.root, session.scripts, session.outbox, session.logs, session.notes, session.held)
    made = min((at for folder in folders if (at := _changed(folder))), default=None)
    return None if made is None or dated(made) > passed else (passed - dated(made)).total_seconds()


def _changed(folder: Path) -> float | None:
    try:
        return os.lstat(folder).st_mtime
    except OSError:
        return None


# --- pastes and alerts ---


def _alert(alert: Alert) -> Event:
    return Event(alert.at, What.BLOAT, alert.session, reason=display_line(", ".join(alert.reasons), _WORDS))


def _pastes(acks: Iterable[Ack]) -> Iterator[Event]:
    for ack in acks:
        yield Event(ack.offered, What.PASTE_MADE, ack.session)
        if ack.acknowledged is not None:
            yield Event(ack.acknowledged, What.ACK, ack.session, ack.seconds)
