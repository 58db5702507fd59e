"""Measures a session from what lies in the home: how fast it works, and when it last gave a sign of life."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from .. import runs
from ..chat.bloat import Facts
from ..names import do_extension, read_note_name
from ..places import Places, SessionPlaces
from ..times import dated, local_or_none
from .desk import NOBODY, Desk
from .gathering import extensions
from .memory import recall

if TYPE_CHECKING:
    from ..config import Config
    from ..runs import Entry

__all__ = ["Mail", "facts_of", "mail_of"]

DAY = timedelta(days=1)
"""What is older tells nothing of how a chat does now."""


@dataclass(frozen=True, slots=True)
class Mail:
    """When each session sent notes in the last day, by its id in small letters."""

    sent: Mapping[str, tuple[datetime, ...]] = field(default_factory=dict)


def mail_of(places: Places, now: datetime) -> Mail:
    """The notes of the last day in all inboxes and `notes/`: to have sent one is a sign of life."""
    found: dict[str, list[datetime]] = {}
    for sid in places.session_ids():
        session = places.session(sid)
        for name in {*_names(session.inbox), *_names(session.notes)}:
            told = read_note_name(name)
            if told and told.sender and told.sent and now - DAY <= told.sent <= now:
                found.setdefault(told.sender.casefold(), []).append(told.sent)
    return Mail({sender: tuple(sorted(times)) for sender, times in found.items()})


def facts_of(
    places: Places, config: Config, session: SessionPlaces, now: datetime, mail: Mail, desk: Desk = NOBODY
) -> Facts:
    """What is known of `session` now. Raises StorageFailed or DamagedData for a ledger that cannot be read."""
    wrapped = recall(places, session.id).wrapped
    since = max(wrapped, now - DAY) if wrapped else now - DAY
    entries = runs.survey(places, session.id, now - DAY).entries
    begun = [at for entry in entries if (at := local_or_none(entry.row.when))]
    signs = [*begun, *_ends(entries), *mail.sent.get(session.id.casefold(), ()), *_touched(config, session)]
    alive = sorted(at for at in signs if since < at <= now)
    pasted = desk.pasted(session.id)
    return Facts(
        now,
        begun=alive[0] if alive else None,
        alive=alive[-1] if alive else None,
        dos_last_hour=sum(at > now - timedelta(hours=1) for at in begun),
        dos_since_wrap=sum(at > since for at in begun),
        latencies=tuple(_latencies(entries)) if alive else (),
        turns=pasted.turns if pasted else None,
        characters=pasted.characters if pasted else None,
    )


def _ends(entries: list[Entry]) -> Iterator[datetime]:
    yield from (at for entry in entries if (at := local_or_none(entry.row.ended)))


def _latencies(entries: list[Entry]) -> Iterator[float]:
    """Seconds from each drop to its artifact. Of other programs' runs only their beginning is known."""
    for entry in entries:
        came, ended = local_or_none(entry.own.queued) if entry.own else None, local_or_none(entry.row.ended)
        if came and ended:
            yield max(0.0, (ended - came).total_seconds())


def _touched(config: Config, session: SessionPlaces) -> Iterator[datetime]:
    """When DOs were dropped, and when notes were last read (the folder's date). A note that came is somebody else's."""
    kinds = extensions(config)
    for name in _names(session.inbox):
        if do_extension(name, kinds):
            yield from _date(session.inbox / name)
    for folder in (session.notes, session.receipts):
        if _names(folder):
            yield from _date(folder)


def _date(path: Path) -> Iterator[datetime]:
    try:
        yield dated(path.lstat().st_mtime)
    except OSError:
        return


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []
