"""Panels and notes."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

__all__ = [
    "NoPanel",
    "NoteList",
    "NotesRead",
    "Panel",
    "PanelList",
    "Repaired",
    "SentNote",
    "StoodDown",
    "Targets",
    "WaitingNote",
]


class Targets(TypedDict):
    """What can be typed where a session or panel is meant."""

    names: list[str]
    """Panels and sessions."""
    sessions: list[str]
    """Session ids alone."""


class Panel(TypedDict):
    """A panel's record. The first seven keys are the original's."""

    pid: int | None
    """null for a session that has no panel."""
    name: str
    session_id: str
    inbox: str
    outbox: str
    logs: str
    ts: str | None
    """When it was registered: local time with seven decimals and offset."""
    host: str | None
    start_token: str | None
    state: Literal["alive", "unverified", "elsewhere", "dead", "none"]
    """`unverified`: nobody can tell whether the process is still the same. `none`: there is no panel."""
    file: str | None


class NoPanel(TypedDict):
    """A file among the records that is none."""

    file: str
    why: str


class PanelList(TypedDict):
    """The panels, by name."""

    panels: list[Panel]
    unreadable: list[NoPanel]


class Repaired(TypedDict):
    """What became of the registry."""

    removed: list[Panel]
    """Those whose process has ended."""
    panels: list[Panel]
    unreadable: list[NoPanel]


class SentNote(TypedDict):
    """A note that has arrived."""

    path: str
    name: str
    session: str
    sender: str
    """`unknown` where COSESSION_ID is not set."""


_From = TypedDict("_From", {"from": str | None})
"""`from` is a word of Python's own, so no class can declare it."""


class WaitingNote(_From):
    """A note in an inbox. `from` is a session id; null where the note's name is silent."""

    name: str
    path: str
    sent: str
    """UTC."""
    text: str | None
    problem: str | None
    """Why it cannot be shown; `text` is null then."""
    ticket: str
    """For `note.read`, once it was shown."""


class NoteList(TypedDict):
    """The notes that wait, oldest first."""

    session: str
    notes: list[WaitingNote]
    more: int
    """So many more wait: the answer would have become too long. They come when these were read."""


class ReadNote(TypedDict):
    """A note that was put away."""

    name: str
    read_by: str
    read_at: str


class NotesRead(TypedDict):
    """What was put away now."""

    session: str
    read: list[ReadNote]
    left: list[str]
    """Names of notes that were not: gone, or changed since they were shown."""


class StoodDown(TypedDict):
    """The notes that were sent."""

    notes: list[SentNote]
