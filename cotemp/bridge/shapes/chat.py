"""Pastes, ACKs, messages, the policy, CoWraps: what chats that cannot read files take part by."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

__all__ = [
    "AckInfo",
    "AckList",
    "BloatInfo",
    "BloatList",
    "BloatSignal",
    "Bootstrapped",
    "BpoeLogged",
    "BpoeStatus",
    "CapsuleDifference",
    "CapsuleMade",
    "CoWrapMade",
    "EmittedMessage",
    "LeftOut",
    "MetricInfo",
    "MetricList",
    "PasteCopied",
    "PasteInfo",
    "PasteList",
    "PasteMarked",
    "PasteTaken",
]


class PasteInfo(TypedDict):
    """A payload for a chat. The human pastes it: nothing here types into a window."""

    id: str
    kind: Literal["capsule", "backchat", "bootstrap", "cowrap", "note"]
    session: str
    title: str
    state: Literal["waiting", "pasted", "acknowledged", "dropped"]
    vendor: str
    """Whose window it was cut for."""
    created: str
    expect: str
    """The reply that is expected."""
    about: str
    """The id of the message, or the version of the policy, that it carries; empty: of neither."""
    priority: str
    parts: int
    copied: int
    """How many of its parts were copied since it waits."""
    characters: int
    """As windows count: UTF-16 code units."""
    files: list[str]
    """The parts, as files."""


class PasteList(TypedDict):
    """The pastes, newest first."""

    pastes: list[PasteInfo]
    strangers: list[str]
    """Files that look like records of pastes and were not written by this machine: they are not listed."""


class PasteMarked(TypedDict):
    """What became of a paste."""

    paste: PasteInfo


class PasteTaken(TypedDict):
    """A paste with what to paste."""

    paste: PasteInfo
    texts: list[str]
    """Its parts in their order, or the one that was asked for."""


class PasteCopied(TypedDict):
    """A part that the clipboard holds: it was read back."""

    paste: PasteInfo
    part: int
    tool: str
    where: str
    """What the tool reaches, such as `the clipboard`."""
    characters: int


class AckInfo(TypedDict):
    """Something that a chat has to acknowledge."""

    id: str
    """What the ACK names."""
    paste: str
    session: str
    kind: str
    title: str
    priority: str
    state: Literal["overdue", "open", "done"]
    since: str
    due: str
    acknowledged: str | None
    standing: Literal["verified", "claimed"] | None
    """How far the artifact that it names could be checked."""
    references: list[str]


class AckList(TypedDict):
    """Overdue ones first, then open ones, then those that are done."""

    acks: list[AckInfo]


class EmittedMessage(TypedDict):
    """A message in the home: its two files, and the paste that waits."""

    id: str
    path: str
    paste_file: str
    paste: PasteInfo


class CapsuleDifference(TypedDict):
    """A place at which two capsules differ, as JSON texts; empty: it is not there."""

    pointer: str
    before: str
    after: str


class LeftOut(TypedDict):
    """What of a profile no chat is told."""

    pointer: str
    why: str


class CapsuleMade(TypedDict):
    """The policy capsule in force, and its files."""

    version: str
    echo: str
    """What a chat answers that has loaded it."""
    path: str
    paste_file: str
    changes: list[CapsuleDifference]
    dropped: list[LeftOut]
    paste: PasteInfo | None


class Bootstrapped(TypedDict):
    """The one thing to paste into a new chat."""

    session: str
    policy: str
    paste: PasteInfo
    texts: list[str]
    ignored: list[str]
    """Templates in the home that were not used, as nobody trusts them."""


class BloatSignal(TypedDict):
    """One sign that a chat has grown too long."""

    name: str
    value: float | None
    """null: nobody can tell."""
    threshold: float
    unit: str
    breached: bool
    remark: str | None


class BloatInfo(TypedDict):
    """A session: whether its chat has grown too long."""

    session: str
    breached: bool
    """A signal is over its threshold now."""
    over: list[str]
    """Signals that were over their thresholds twice in a row, and have not been calm so often since."""
    line: str
    """The original's alert, or its words for none."""
    signals: list[BloatSignal]
    cowrap: str | None
    """The CoWrap that was made now."""
    paste: str | None
    """The bootstrap for a fresh chat that waits since now."""
    problem: str | None


class BloatList(TypedDict):
    """The sessions, by name."""

    sessions: list[BloatInfo]


class CoWrapMade(TypedDict):
    """What a successor has to know of a session, as files."""

    session: str
    path: str
    copy: str | None
    """Where it was asked for, besides the home's `logs/`."""
    bundle: str | None


class BpoeLogged(TypedDict):
    """Where the entry stands."""

    path: str


class BpoeStatus(TypedDict):
    """The line of status, and what is behind its health."""

    path: str
    line: str
    health: str
    attention: list[str]
    bloated: list[str]
    failing: list[str]


class MetricInfo(TypedDict):
    """A figure: a count, a rate from 0 to 1, or a median in seconds."""

    name: str
    reason: str | None
    """Of which of them it is, where they are counted by reasons."""
    value: float | None
    """null: nothing was measured."""
    unit: Literal["", "rate", "s"]


class MetricList(TypedDict):
    """All figures. None of them leaves this machine."""

    metrics: list[MetricInfo]
