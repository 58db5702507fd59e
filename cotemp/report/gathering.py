"""What a report shows, gathered from the ledger, the logs and the folders of a session. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from ..messages.ack import Ack
from ..notes import sent
from ..places import Places, SessionPlaces
from ..runs import survey
from ..store import receipts
from ..store.ledger import Ledger, Row
from ..timeline import Alert, Happening, Kind, Letter, Wrap, letters, read_alerts, told, wraps_of
from ..times import local, show_duration
from .model import Form, Item, Mood, Report, Text
from .runs import item_of
from .texts import Clean, Shelf

__all__ = ["gather"]


def gather(
    places: Places,
    session: SessionPlaces,
    now: datetime,
    clean: Clean,
    *,
    name: str = "",
    since: datetime | None = None,
    acks: Iterable[Ack] = (),
) -> Report:
    """The report of `session`: what happened since then, oldest first; every text in it has been through `clean`.

    `name` is what people call the session. Raises StorageFailed or DamagedData for a ledger that cannot be read; what
    else cannot be read is left out, or said in its place.
    """
    shelf = Shelf(clean)
    runs, others = _record(places, session)
    found = list(_mail(places, session, since, shelf))  # before the runs: what people wrote is short, and comes first
    found += _runs(places, session, runs, since, shelf)
    found += [_plain(one, clean) for one in others]
    found += [_alert(one, clean) for one in read_alerts(places) if one.session.casefold() == session.id.casefold()]
    found += [_wrap(one, shelf) for one in reversed(wraps_of(places, session.id))]
    found += [_ack(ack, clean) for ack in acks if ack.session.casefold() == session.id.casefold()]
    kept = sorted((item for item in found if since is None or item.at >= since), key=lambda item: item.at)
    return Report(session.id, clean(name), now, since, tuple(kept))


# --- runs ---


def _record(places: Places, session: SessionPlaces) -> tuple[dict[str, list[Happening]], list[Happening]]:
    """What the ledger tells: by run, and what is about none that is left."""
    with Ledger(places, create=False) as ledger:
        rows: dict[str, Row] = {row.run_id: row for row in ledger.rows(session.id)}
        happened = list(told(ledger.events(session=session.id), rows.get))
    by_run: dict[str, list[Happening]] = {run_id: [] for run_id in rows}
    others: list[Happening] = []
    for one in happened:
        by_run.get(one.about, others).append(one)
    return by_run, others


def _runs(
    places: Places, session: SessionPlaces, stories: dict[str, list[Happening]], since: datetime | None, shelf: Shelf
) -> Iterator[Item]:
    """Newest first: they are shown in full as long as there is room."""
    for entry in reversed(survey(places, session.id, since).entries):
        item = item_of(places, entry, stories.get(entry.row.run_id, []), shelf)
        if item:
            yield item


def _plain(one: Happening, clean: Clean) -> Item:
    mood = {True: Mood.GOOD, False: Mood.BAD, None: Mood.PLAIN}[one.good]
    return Item(one.at, one.kind, clean(one.what), mood=mood)


# --- notes ---


def _mail(places: Places, session: SessionPlaces, since: datetime | None, shelf: Shelf) -> Iterator[Item]:
    arrived = [letter for letter in letters(session) if since is None or letter.at >= since]
    yield from (_received(session, letter, shelf) for letter in reversed(arrived))
    for note in reversed(sent(places, session.id)):
        if note.sent and (since is None or note.sent >= since):
            to = places.session(note.session)
            path = next((one for one in (to.inbox / note.name, to.notes / note.name) if one.exists()), None)
            yield Item(
                note.sent, Kind.NOTE, shelf.clean(f"Note to {note.session}"), shelf.clean(note.state.said(note.sent)),
                Mood.WAITS if note.state.fate.value == "unread" else Mood.PLAIN,
                texts=_texts(path, shelf),
            )  # fmt: skip


def _received(session: SessionPlaces, letter: Letter, shelf: Shelf) -> Item:
    receipt = receipts.read(session, letter.path.name)
    read = f"read by {receipt.read_by}" if receipt else "read"
    return Item(
        letter.at, Kind.NOTE, shelf.clean(f"Note from {letter.sender or 'unknown'}"),
        "not read yet" if letter.waits else shelf.clean(read), Mood.WAITS if letter.waits else Mood.PLAIN,
        texts=_texts(letter.path, shelf),
    )  # fmt: skip


def _texts(path: Path | None, shelf: Shelf) -> tuple[Text, ...]:
    text = shelf.file("Text", path, Form.PROSE, "it lies in the session's notes")
    return (text,) if text else ()


# --- what the chat side left ---


def _alert(alert: Alert, clean: Clean) -> Item:
    return Item(alert.at, Kind.ALERT, clean(alert.text), "bloat", Mood.BAD)


def _wrap(wrap: Wrap, shelf: Shelf) -> Item:
    text = (
        shelf.file("Snapshot", wrap.path, Form.PROSE, f"logs/{wrap.path.name}") if wrap.path.suffix == ".md" else None
    )
    facts = (("file", shelf.clean(wrap.path.name)),)
    return Item(wrap.at, Kind.WRAP, f"CoWrap {wrap.what}", "made", Mood.PLAIN, facts, (text,) if text else ())


def _ack(ack: Ack, clean: Clean) -> Item:
    after = f"after {show_duration(ack.seconds)}" if ack.seconds is not None else ""
    facts = (("id", ack.id), ("kind", ack.kind), ("acknowledged", after), ("with", ", ".join(ack.references)))
    word = "open" if ack.acknowledged is None else ack.standing or "acknowledged"
    mood = {"open": Mood.WAITS, "wrong": Mood.BAD, "verified": Mood.GOOD}.get(word, Mood.PLAIN)
    shown = tuple((name, clean(value)) for name, value in facts if value)
    return Item(local(ack.offered), Kind.ACK, clean(ack.title), clean(word), mood, shown)
