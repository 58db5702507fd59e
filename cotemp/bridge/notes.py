"""Methods about notes: sending one, reading those that wait, the stand-down note."""

# No `from __future__ import annotations`: the annotations of these functions are read when the program runs.

import re
from typing import TYPE_CHECKING, Annotated

from ..names import session_id
from ..notes import UNKNOWN, Note, Sent, opened, put_away, send, stand_down, waiting
from ..notes import shown as note_of
from ..panels import find, resolve
from ..places import SessionPlaces
from ..times import utc
from .caller import Caller
from .params import BadParams
from .spelling import spaced

if TYPE_CHECKING:
    from .shapes import NoteList, NotesRead, SentNote, StoodDown, WaitingNote

ROOM = 1_000_000
"""Characters of text in one answer: Windows PowerShell 5.1 may read no more than two million."""
_KIND = re.compile(r"[A-Z]+(?:_[A-Z]+)*", re.ASCII)

_Target = Annotated[str, "a panel name or session id"]


def send_note(
    caller: Caller,
    to: _Target,
    text: Annotated[str, "the note, at most 1 MiB"],
    sender: Annotated[str | None, "a panel name or session id (default: the caller's session)"] = None,
    kind: Annotated[str, "a word for the file's name, such as WATCHER_POLICY"] = "",
    *,
    create: Annotated[bool, "make a session that does not exist"] = False,
) -> "SentNote":
    """Send a note. It arrives whole, under a name of its own.

    Example: {"to": "co-planning", "text": "Checkpoint at noon", "create": true}
    """
    if kind and not _KIND.fullmatch(kind):
        raise BadParams(f"kind cannot be {kind[:40]!r}", "use capital letters and _, such as WATCHER_POLICY")
    who = _sender(caller, sender)
    return _told(send(caller.places, to, text, who, caller.now, kind=kind, create=create, mark=caller.mark), who)


def _sender(caller: Caller, named: str | None) -> str:
    said = named or caller.session
    if said is None:
        return UNKNOWN
    known = find(caller.places, said)
    return known.id if known else session_id(said)


def _told(note: Sent, sender: str) -> "SentNote":
    return {"path": str(note.path), "name": note.name, "session": note.session.id, "sender": sender}


def listing(
    caller: Caller,
    session: Annotated[str | None, "a panel name or session id (default: the caller's session)"] = None,
) -> "NoteList":
    """The notes that wait in a session's inbox, with their text. They stay there until `note.read`.

    Example: {"session": "co-planning"}
    """
    found, listed, room = _session(caller, session), list["WaitingNote"](), ROOM
    names = waiting(found)
    for place, name in enumerate(names):
        note = opened(name)
        room -= len(note.text or "") if note else 0
        if room < 0 and listed:
            return {"session": found.id, "notes": listed, "more": len(names) - place}
        if note:
            listed.append(_listed(note))
    return {"session": found.id, "notes": listed, "more": 0}


def _listed(note: Note) -> "WaitingNote":
    return {
        "name": note.name,
        "path": str(note.path),
        "from": note.sender,
        "sent": spaced(utc(note.sent)),
        "text": note.text,
        "problem": note.problem,
        "ticket": note.ticket,
    }


def read(
    caller: Caller,
    tickets: Annotated[list[str], "those of the listed notes that were shown"],
    session: Annotated[str | None, "a panel name or session id (default: the caller's session)"] = None,
) -> "NotesRead":
    """Put notes away that were shown: they move to the session's folder `notes`, and their senders can see it.

    Example: {"session": "co-planning", "tickets": ["NOTE_20261121-101500-3k9f0a_co-migrate.md:19-1795256100000000000"]}
    """
    found = _session(caller, session)
    reader = caller.session or found.id
    notes = [note_of(found, ticket) for ticket in tickets]
    receipts = [(note.name, put_away(note, reader, "powershell")) for note in notes]
    return {
        "session": found.id,
        "read": [
            {"name": name, "read_by": one.read_by, "read_at": spaced(one.read_at)} for name, one in receipts if one
        ],
        "left": [name for name, one in receipts if not one],
    }


def _session(caller: Caller, named: str | None) -> SessionPlaces:
    return resolve(caller.places, caller.own_session("whose notes?") if named is None else named)


def standdown(
    caller: Caller,
    to: _Target = "co-migrate",
    notify: Annotated[str | None, "a panel or session that is told of it"] = None,
) -> "StoodDown":
    """Ask a session to start no watcher of its own. Nothing is stopped.

    Example: {"to": "co-migrate", "notify": "co-planning"}
    """
    who = _sender(caller, None)
    notes = stand_down(caller.places, to, who, caller.now, notify=notify, mark=caller.mark)
    return {"notes": [_told(note, who) for note in notes]}
