"""What the commands for moving in answer with."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

__all__ = ["AdoptAnswer", "ShimsAnswer"]


class ReadFile(TypedDict):
    """A file of the old world that was read."""

    file: str
    becomes: str


class Located(TypedDict):
    """A sentence, and what it goes back to. `line` counts from 1; null: the file as a whole."""

    what: str
    file: str | None
    line: int | None


class FutureSequence(TypedDict):
    """Where the phases stand; `phase` is null where there are none, or nobody can tell."""

    phase: str | None
    index: int
    phases: int
    complete: bool


class FutureSettings(TypedDict):
    """`how`: a `new` file, in place of the old one (`replaced`), added at the end of what is `there` (`appended`),
    nothing to write (`there`), or next to it for a human to bring together (`beside`)."""

    file: str
    how: Literal["new", "replaced", "appended", "there", "beside"]
    text: str
    """The proposed settings, without secrets."""


class FutureConversation(TypedDict):
    """The conversation that an agent takes up again; `phase` is empty for one that follows none."""

    agent: str
    phase: str
    session_id: str


class FutureLimit(TypedDict):
    """An account that is limited, and who waits for it."""

    account: str
    until: str
    """UTC with milliseconds."""
    agents: list[str]


class FutureSession(TypedDict):
    """A running tmux session that is taken over."""

    agent: str
    server: str
    session: str
    pid: int


class DoneFile(TypedDict):
    """A file that was written or set aside."""

    what: str
    file: str


class AdoptAnswer(TypedDict):
    """`cotemp adopt --json`. Texts of others may stand in it; secrets are taken out."""

    schema: Literal[1]
    state: Literal["proposed", "applied", "beside", "already"]
    """`beside`: settings were written next to those in force, and nothing else was done."""
    folder: str
    logs: str | None
    plans: str | None
    question: str | None
    """What a human has to say first."""
    settings: FutureSettings | None
    """Null where it was done already, as all that would become of it is."""
    sequence: FutureSequence | None
    agents: list[str]
    conversations: list[FutureConversation]
    limits: list[FutureLimit]
    sessions: list[FutureSession]
    ends: str | None
    """The old watchdog's tmux session."""
    read: list[ReadFile]
    decisions: list[Located]
    not_understood: list[Located]
    todo: list[str]
    done: list[DoneFile]
    remarks: list[str]


class ShimFile(TypedDict):
    """One shim. `kept`: what was there before, under its new name."""

    file: str
    state: Literal["written", "updated", "same"]
    kept: str | None


class ShimsAnswer(TypedDict):
    """`cotemp shims --json`."""

    schema: Literal[1]
    folder: str
    files: list[ShimFile]
    program: list[str]
    """What a shim runs where `cotemp` is not on PATH."""
