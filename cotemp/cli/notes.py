"""Notes from the command line: `send` one, read the `notes` of a session, see what became of those `sent`."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from ..display import display, display_line
from ..errors import BadUsage
from ..names import session_id
from ..notes import (
    NOTE_LIMIT,
    UNKNOWN,
    Fate,
    Note,
    Sent,
    State,
    follow,
    leave,
    opened,
    put_away,
    read,
    states_of,
    told,
    waiting,
)
from ..notes import send as send_note
from ..notes import sent as sent_notes
from ..panels import find, resolve
from ..places import SessionPlaces
from ..times import local_now, parse_duration, utc
from . import inside
from .frame import Answer, Arg, Context, Opt
from .paint import columns, paint

if TYPE_CHECKING:
    from .answers import ListedNote, NoteFate, NotesAnswer, SentAnswer

_FROM = Opt("--from", "who sends it: a session or panel (default: $COSESSION_ID)", metavar="SESSION", complete="target")
_COLOURS = {"read": "green", "unread": "yellow"}


def send(
    cx: Context,
    to: Annotated[str, Arg("panel name or session id", complete="target")],
    text: Annotated[str | None, Arg("the note; - reads it from stdin")] = None,
    *,
    sender: Annotated[str | None, _FROM] = None,
    wait: Annotated[bool, Opt("--wait", "wait until it has been read")] = False,
    timeout: Annotated[str | None, Opt("--timeout", "with --wait: give up after this time, such as 10m")] = None,
    create: Annotated[bool, Opt("--create", "create the session if it does not exist")] = False,
) -> Answer | Iterator[Answer]:
    """Send a note.

    The text arrives as it is, in the inbox of one session. Without TEXT it is read from stdin, up to 1 MiB. With
    --wait, of a note to an agent you also see when its bell was rung.

    Examples:
      cotemp send Planning "The build is green"
      git log -1 | cotemp send co-planning
      cotemp send Planning "May I merge?" --wait --timeout 10m
    """
    if timeout is not None and not wait:
        raise BadUsage("--timeout needs --wait", "add --wait, or leave --timeout out")
    limit = None if timeout is None else parse_duration(timeout)
    spool = inside.spool(cx, wait=wait)
    if spool:
        return inside.left(leave(spool, to, _text(cx, to, text), local_now()), to, "note")
    note = send_note(cx.places, to, _text(cx, to, text), sender_of(cx, sender), local_now(), create=create)
    json = {"schema": 1, "path": str(note.path), "name": note.name, "session": note.session.id}
    said = f"Note sent -> {display_line(str(note.path))}"
    return _waited(cx, note, json, said, limit) if wait else Answer(json, said)


def notes(
    cx: Context,
    session: Annotated[str | None, Arg("panel name or session id (default: $COSESSION_ID)", complete="target")] = None,
    *,
    following: Annotated[bool, Opt("--follow", "wait for more, until ^C", short="-f")] = False,
    peek: Annotated[bool, Opt("--peek", "leave them in the inbox, unread")] = False,
) -> Iterator[Answer]:
    """Read the notes of a session.

    Each note that has been shown moves to the session's folder `notes`, and its sender can see who read it when. What
    could steer a terminal or deceive the eye is made visible.

    Examples:
      cotemp notes
      cotemp notes Planning --peek
      cotemp notes co-planning --follow
    """
    places = _own_session(cx, session, "notes")
    reader = cx.env.get("COSESSION_ID") or _user()
    if following:
        return _followed(places, reader, peek=peek)
    if cx.json:
        return _all_at_once(places, reader, peek=peek)
    return _one_by_one(places, _peeked(places) if peek else read(places, reader, "cli"))


def sent(
    cx: Context,
    session: Annotated[str | None, Arg("who sent them (default: $COSESSION_ID)", complete="target")] = None,
) -> Answer:
    """Show the notes that were sent, and who read them.

    A note to an agent is first queued, then rung (the supervisor told the agent that notes wait), then read.

    Examples:
      cotemp sent
      cotemp sent co-planning --json
    """
    sender = sender_of(cx, session) if session else _own_id(cx, "sent")
    now, found = local_now(), sent_notes(cx.places, sender)
    rows = [(_when(note.sent), note.session, _fate(note.state, now)) for note in found]
    json: SentAnswer = {
        "schema": 1,
        "from": sender,
        "notes": [
            {"name": note.name, "to": note.session, "sent": utc(note.sent) if note.sent else None, **_told(note.state)}
            for note in found
        ],
    }
    return Answer(json, columns(rows, ("sent", "to", "what became of it")) if rows else f"no notes of {sender}")


# --- sending ---


def _text(cx: Context, to: str, text: str | None) -> str:
    if text is not None and text != "-":
        return text
    if text is None and cx.stdin_is_terminal:
        raise BadUsage(
            "there is no text to send", f'say it: cotemp send {to} "…", or type it and end with ^D: … {to} -'
        )
    found = cx.stdin_text(NOTE_LIMIT + 2)
    return found.removesuffix("\n").removesuffix("\r") if found.endswith("\n") else found


def sender_of(cx: Context, named: str | None) -> str:
    """The session id of the sender; the original's `unknown` where nobody says."""
    if named is None and not cx.env.get("COSESSION_ID"):
        cx.terminal.err("the sender is unknown: $COSESSION_ID is not set (see: cotemp join), or say --from\n")
        return UNKNOWN
    said = named or cx.env["COSESSION_ID"]
    known = find(cx.places, said)
    return known.id if known else session_id(said)


def _waited(cx: Context, note: Sent, json: dict[str, Any], said: str, timeout: float | None) -> Iterator[Answer]:
    yield Answer(text=said)
    cx.progress(f"waiting until {note.session.id} reads it ...")
    for state in states_of(note.session, note.name, timeout, partial(told, cx.places, note.session.id)):
        if state.bell:
            yield Answer(text=_fate(state, local_now()))
    yield Answer(json | _told(state), _fate(state, local_now()), exit_code=int(state.fate is Fate.GONE))


def _told(state: State) -> "NoteFate":
    receipt, bell = state.receipt, state.bell
    return {
        "state": state.fate.value,
        "read_at": receipt.read_at if receipt else None,
        "read_by": receipt.read_by if receipt else None,
        "via": receipt.via if receipt else None,
        "bell": ("rung" if bell.rung else "queued") if bell else None,
        "rung_at": utc(bell.rung) if bell and bell.rung else None,
    }


def _fate(state: State, now: datetime) -> str:
    return paint(display_line(state.said(now)), _COLOURS.get(state.fate.value, "dim"))


# --- reading ---


def _own_id(cx: Context, command: str) -> str:
    own = cx.env.get("COSESSION_ID")
    if not own:
        raise BadUsage("which session? $COSESSION_ID is not set", f"name it: cotemp {command} SESSION")
    return session_id(own)


def _own_session(cx: Context, named: str | None, command: str) -> SessionPlaces:
    return resolve(cx.places, named if named is not None else _own_id(cx, command))


def _user() -> str:
    import getpass  # only where no session is set

    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):  # a system or container that has no name for this user
        return UNKNOWN


def _peeked(session: SessionPlaces) -> Iterator[Note]:
    return (note for found in waiting(session) if (note := opened(found)))


def _one_by_one(session: SessionPlaces, notes: Iterator[Note]) -> Iterator[Answer]:
    """Each note is written out before the next is asked for, which is when it is filed."""
    empty = True
    for note in notes:
        empty = False
        yield Answer(text=_shown(note))
    if empty:
        yield Answer(text=f"no notes in {session.id}")


def _all_at_once(session: SessionPlaces, reader: str, *, peek: bool) -> Iterator[Answer]:
    """One JSON value; the notes are filed once it is written out."""
    notes = list(_peeked(session))
    json: NotesAnswer = {"schema": 1, "session": session.id, "notes": [_listed(note) for note in notes]}
    yield Answer(json)
    for note in notes:
        if not peek and note.problem is None:
            put_away(note, reader, "cli")


def _followed(session: SessionPlaces, reader: str, *, peek: bool) -> Iterator[Answer]:
    for note in follow(session, reader, "cli", keep=peek):
        yield Answer({"schema": 1, "session": session.id} | _listed(note), _shown(note))


def _listed(note: Note) -> "ListedNote":
    return {
        "name": note.name,
        "from": note.sender,
        "sent": utc(note.sent),
        "text": note.text,
        "problem": note.problem,
    }


def _shown(note: Note) -> list[str]:
    """A heading and the text set in, so that no text can pass for a heading."""
    heading = f"{display_line(note.sender or 'unknown sender')}, {_when(note.sent)}"
    if note.problem:
        return [paint(f"{display_line(note.name)}: {display_line(note.problem)}; it stays where it is", "yellow"), ""]
    return [paint(heading, "bold"), *(f"  {line}" if line else "" for line in display(note.text or "").split("\n")), ""]


def _when(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}" if at else "?"
