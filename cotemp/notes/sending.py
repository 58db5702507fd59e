"""Sending: a text becomes a file in another session's inbox, whole, under a name of its own."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ..errors import BadUsage
from ..names import Mark, note_name, session_id
from ..panels import resolve
from ..places import Places, SessionPlaces, make_folder, refuse_link
from ..store.mailbox import deliver
from ..store.spool import leave as spooled

__all__ = ["NOTE_LIMIT", "UNKNOWN", "Sent", "leave", "make_real", "send"]

NOTE_LIMIT = 1024 * 1024
"""The longest note, in bytes of UTF-8."""

UNKNOWN = "unknown"
"""The sender of a note when nobody says who sends it; the original's word."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A note that has arrived in the inbox of `session`."""

    path: Path
    name: str
    session: SessionPlaces


def send(
    places: Places,
    to: str,
    text: str,
    sender: str,
    now: datetime,
    *,
    kind: str = "",
    create: bool = False,
    mark: Mark | None = None,
) -> Sent:
    """Put a note into the inbox of `to`, a panel or session; `sender` is a session id or `unknown`.

    `kind` is a word for the file's name, such as `STANDDOWN`. A note with a `mark` (`now` is then the mark's moment) is
    not sent again when it arrived before, wherever it is by now. Raises UnknownTarget (not with `create`),
    BadName for a wrong sender, BadUsage for a text that is empty, too long or no Unicode, StorageFailed.
    """
    data = _encoded(text)
    sender = session_id(sender)
    session = resolve(places, to, create=create)
    make_real(session.inbox)
    name = note_name(sender, now, kind, mark.letters[:6] if mark else "")
    if mark and mark.again and _has_arrived(session, name):
        return Sent(session.inbox / name, name, session)
    while True:
        try:
            return Sent(deliver(session.inbox, name, data), name, session)
        except FileExistsError:
            name = note_name(sender, now, kind)  # six random characters met their like


def _has_arrived(session: SessionPlaces, name: str) -> bool:
    """True when the note is in the inbox, or was read since."""
    if any(os.path.lexists(folder / name) for folder in (session.inbox, session.notes)):
        return True
    from ..store import receipts  # only after somebody died

    return receipts.read(session, name) is not None


def leave(spool: Path, to: str, text: str, now: datetime) -> Path:
    """Put a note for `to` into the spool of this run, which can see no inbox; returns where it is.

    Raises BadUsage for a text as `send` does, and for what no session or panel can be called.
    """
    data = _encoded(text)
    while True:
        try:
            return spooled(spool, to, note_name(UNKNOWN, now), data)
        except FileExistsError:
            continue  # six random characters met their like


def _encoded(text: str) -> bytes:
    if not text.strip():
        raise BadUsage("the note is empty", 'say something: cotemp send TO "…"')
    try:
        data = text.encode()
    except UnicodeEncodeError as error:
        what = f"U+{ord(text[error.start]):04X} at character {error.start + 1} is half a character"
        raise BadUsage(f"the note is no Unicode text: {what}", "send it as UTF-8") from None
    if len(data) > NOTE_LIMIT:
        raise BadUsage(
            f"the note has {len(data):,} bytes; at most {NOTE_LIMIT:,} (1 MiB) can be sent",
            "put it into a file, and send its path",
        )
    return data + b"\n"


def make_real(folder: Path) -> None:
    """Create a session's folder where it is missing. Raises DamagedData for a link, StorageFailed."""
    refuse_link(folder)
    if not folder.is_dir():
        make_folder(folder)
