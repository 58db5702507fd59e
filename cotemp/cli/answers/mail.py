"""What notes and panels answer with, and every command that fails."""

from __future__ import annotations

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from ...messages.panel import PanelRecord

__all__ = [
    "ErrorAnswer",
    "Failure",
    "FollowedNote",
    "ListedNote",
    "ListedPanel",
    "NoteFate",
    "NotesAnswer",
    "PanelsAnswer",
    "SentAnswer",
    "SentNote",
]


class Failure(TypedDict):
    """What went wrong."""

    type: str
    """The name of the error's class in `cotemp.errors`."""
    what: str
    fix: str
    """What to do next; empty where nobody knows."""
    exit_code: int


class ErrorAnswer(TypedDict):
    """What every command prints on stdout with `--json` when it fails."""

    schema: Literal[1]
    error: Failure


_From = TypedDict("_From", {"from": str | None})
"""`from` is a word of Python's own, so no class can declare it."""


class ListedNote(_From):
    """One note. `from` is a session id; null where the note's name is silent."""

    name: str
    """Its file's name, in `inbox/` or, once it was read, in `notes/`."""
    sent: str
    """UTC with milliseconds; when the file appeared, where its name does not say."""
    text: str | None
    problem: str | None
    """Why it cannot be shown; `text` is null then, and it stays in the inbox."""


class NotesAnswer(TypedDict):
    """`cotemp notes --json`: the notes that waited in a session's inbox, oldest first."""

    schema: Literal[1]
    session: str
    notes: list[ListedNote]


class FollowedNote(ListedNote):
    """`cotemp notes --follow --json`: one line for each note."""

    schema: Literal[1]
    session: str


class NoteFate(TypedDict):
    """What became of a note that was sent, and never more than is known."""

    state: Literal["unread", "read", "filed", "gone"]
    """`filed`: another program put it away, nobody knows when. `gone`: it is in neither place."""
    read_at: str | None
    read_by: str | None
    via: str | None
    """The program that showed it."""
    bell: Literal["queued", "rung"] | None
    """Of an unread note to an agent: whether the agent was told of it."""
    rung_at: str | None
    """UTC with milliseconds."""


class SentNote(NoteFate):
    """One note that was sent."""

    name: str
    to: str
    sent: str | None
    """UTC with milliseconds; null where its name does not say."""


class SentAnswer(_From):
    """`cotemp sent --json`: the notes of one sender, oldest first."""

    schema: Literal[1]
    notes: list[SentNote]


class ListedPanel(PanelRecord):
    """One panel: its record, what can be said of its process, and where the record is."""

    state: Literal["alive", "unverified", "elsewhere", "dead"]
    file: str


class NoPanel(TypedDict):
    """A file among the records that is none."""

    file: str
    why: str


class PanelsAnswer(TypedDict):
    """`cotemp panels --json`: the panels that are present, by name."""

    schema: Literal[1]
    home: str
    panels: list[ListedPanel]
    unreadable: list[NoPanel]
    dead: NotRequired[list[ListedPanel]]
    """With `--all`: panels whose process has ended."""
