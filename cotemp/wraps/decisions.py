"""What was decided in a session: what humans allowed and refused, and lines `DECISION: …` of its notes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from ..names import is_note, read_note_name
from ..notes import NOTE_LIMIT
from ..places import SessionPlaces
from ..store.ledger import Entry, Ledger
from ..store.mailbox import NotPlain, read_plain
from ..times import dated, utc

__all__ = ["decisions_of"]

_MOST = 30
_NOTES = 200
_DECISION = re.compile(r"^[ \t>*_#-]{0,20}DECISION[*_]{0,3}[ \t]*:[*_]{0,3}[ \t]*(\S.*)$", re.IGNORECASE | re.MULTILINE)
_WORDS = {"approved": "approved", "denied": "denied", "granted": "granted standing consent to", "revoked": "revoked"}


def decisions_of(ledger: Ledger, session: SessionPlaces, since: datetime) -> list[str]:
    """The newest decisions, oldest first, each as one line that begins with its time (UTC)."""
    found = [*_humans(ledger, session, utc(since)), *_noted(session, since)]
    return [f"{at}: {said}" for at, said in sorted(found)][-_MOST:]


def _humans(ledger: Ledger, session: SessionPlaces, since: str) -> Iterator[tuple[str, str]]:
    for entry in ledger.events(session=session.id, since=since):
        if entry.kind in _WORDS:
            yield entry.at, f"{entry.who} {_WORDS[entry.kind]} {entry.run_id or session.id}{_why(entry)}"


def _why(entry: Entry) -> str:
    why = entry.data.get("body", {}).get("why")
    return f": {why}" if why else ""


def _noted(session: SessionPlaces, since: datetime) -> Iterator[tuple[str, str]]:
    """Of read notes and of those that still wait."""
    names = []
    for folder in (session.notes, session.inbox):
        try:
            names += [(folder / path.name) for path in folder.iterdir() if is_note(path.name)]
        except OSError:
            continue
    for path in sorted(names, key=lambda path: path.name)[-_NOTES:]:
        try:
            data, found = read_plain(path, NOTE_LIMIT)
        except (OSError, NotPlain):
            continue
        told = read_note_name(path.name)
        sent = told.sent if told and told.sent else dated(found.st_mtime)
        if sent >= since:
            sender = told.sender if told and told.sender else "unknown"
            yield from ((utc(sent), f"{line} (note from {sender})") for line in _lines(data))


def _lines(data: bytes) -> list[str]:
    text = data.decode("utf-8-sig", "replace")
    return [" ".join(found[1].split()) for found in _DECISION.finditer(text)] if "decision" in text.casefold() else []
