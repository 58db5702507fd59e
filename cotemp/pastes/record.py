"""The record of a paste: what it is, for whom, what became of it; sealed, so that a file of others is none."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from ..chat.paste import Kind
from ..times import parse_utc, utc

__all__ = ["STATES", "Event", "Part", "PasteRecord", "Record", "State", "opened", "sealed"]

State = Literal["waiting", "pasted", "acknowledged", "dropped"]
STATES: tuple[State, ...] = ("waiting", "pasted", "acknowledged", "dropped")

_PURPOSE = b"cotemp paste 1\0"
_HISTORY = 200
"""Events that are kept: a timer may print the same paste each minute, and its record is read whole."""


class Part(TypedDict):
    """One file to paste."""

    file: str
    sha256: str
    characters: int
    """As windows count: UTF-16 code units."""


class Event(TypedDict):
    """Something that happened to a paste."""

    at: str
    """UTC with milliseconds."""
    what: Literal["made", "copied", "printed", "waiting", "pasted", "acknowledged", "dropped", "reminded"]
    part: NotRequired[int]
    """Which part was copied, from 1."""
    why: NotRequired[str]
    standing: NotRequired[Literal["verified", "claimed"]]
    """How far the references of the ACK could be checked."""
    references: NotRequired[list[str]]


class PasteRecord(TypedDict):
    """What stands beside the files of a paste, `pastes/<session>/<time>-<id>__<kind>.json`."""

    schema: Literal[1]
    id: str
    base: str
    """What its files are called, up to `.json` and `.paste.md`: local time, id, kind."""
    kind: Literal["capsule", "backchat", "bootstrap", "cowrap", "note"]
    session: str
    title: str
    digest: str
    """The first eight hex digits of the body's SHA-256, as its first line says."""
    expect: str
    """The reply that is expected."""
    vendor: str
    created: str
    """UTC with milliseconds."""
    about: str
    """The GUID of the message, or the version of the policy, that it carries; empty: of neither."""
    priority: str
    state: State
    parts: list[Part]
    history: list[Event]
    seal: str
    """HMAC-SHA256 of the rest with a key of the machine that made it: another machine shows no such paste."""


@dataclass(frozen=True, slots=True)
class Record:
    """A paste as the desk keeps it. `history` is in order; `created` has its zone."""

    id: str
    base: str
    kind: Kind
    session: str
    title: str
    digest: str
    expect: str
    vendor: str
    created: datetime
    parts: tuple[Part, ...]
    history: tuple[Event, ...]
    state: State = "waiting"
    about: str = ""
    priority: str = "normal"

    @property
    def asks_ack(self) -> bool:
        """True when it is done by an ACK, not by an echo."""
        return self.expect.startswith("ACK ")

    @property
    def is_open(self) -> bool:
        """True while somebody has to do something about it."""
        return self.state in ("waiting", "pasted")

    @property
    def went_out(self) -> bool:
        """True once it left the desk: copied, printed, or pasted as somebody says."""
        return any(event["what"] in ("copied", "printed", "pasted") for event in self.history)

    @property
    def copied(self) -> int:
        """How many of its parts, from the first on, were copied since it waits."""
        parts = [event.get("part", 0) for event in self.history if event["what"] == "copied"]
        return parts[-1] if parts else 0

    def last(self, what: str) -> Event | None:
        """The last event of that sort."""
        return next((event for event in reversed(self.history) if event["what"] == what), None)

    def after(self, event: Event) -> Record:
        """The record once that has happened."""
        what, history = event["what"], _shortened((*self.history, event))
        if what == "made" or what == "copied" or what == "printed" or what == "reminded":
            return replace(self, history=history)
        return replace(self, history=history, state=what)

    def json(self) -> dict[str, Any]:
        """As in the file, without the seal."""
        return {
            "schema": 1,
            "id": self.id,
            "base": self.base,
            "kind": self.kind.value,
            "session": self.session,
            "title": self.title,
            "digest": self.digest,
            "expect": self.expect,
            "vendor": self.vendor,
            "created": utc(self.created),
            "about": self.about,
            "priority": self.priority,
            "state": self.state,
            "parts": list(self.parts),
            "history": list(self.history),
        }


def _shortened(history: tuple[Event, ...]) -> tuple[Event, ...]:
    """Without the oldest of those that stand for nothing but "again", when there are too many."""
    if len(history) <= _HISTORY:
        return history
    last = {event["what"]: number for number, event in enumerate(history)}
    again = (
        number
        for number, event in enumerate(history)
        if event["what"] in ("copied", "printed", "reminded") and number < last[event["what"]]
    )
    oldest = next(again, None)
    return history if oldest is None else history[:oldest] + history[oldest + 1 :]


def sealed(record: Record, key: bytes) -> bytes:
    """The bytes of its file."""
    value = record.json()
    return json.dumps(value | {"seal": _seal(value, key)}, indent=2, ensure_ascii=False).encode() + b"\n"


def opened(data: bytes, key: bytes) -> Record | None:
    """The record in a file; None when this machine did not write it so: then nothing in it counts."""
    try:
        value = json.loads(data)
        seal = value.pop("seal")
        if not hmac.compare_digest(seal.encode(), _seal(value, key).encode()):
            return None
        return _record(value)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _seal(value: dict[str, Any], key: bytes) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hmac.digest(key, _PURPOSE + text.encode(), "sha256").hex()


def _record(value: dict[str, Any]) -> Record:
    plain = {name: value[name] for name in ("id", "base", "session", "title", "digest", "expect", "vendor")}
    return Record(
        **plain,
        kind=Kind(value["kind"]),
        created=parse_utc(value["created"]),
        parts=tuple(value["parts"]),
        history=tuple(value["history"]),
        state=value["state"],
        about=value["about"],
        priority=value["priority"],
    )
