"""What the commands that tell how things stand answer with."""

from __future__ import annotations

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from ...chat.bloat import ToldSignal

__all__ = [
    "BloatAnswer",
    "BpoeAnswer",
    "CowrapAnswer",
    "IntakeAnswer",
    "LogBpoeAnswer",
    "MetricsAnswer",
    "ReportAnswer",
    "TickerLine",
]


class TickerLine(TypedDict):
    """`cotemp ticker --json`: one line for each thing that happens. Its texts may be anybody's."""

    schema: Literal[1]
    at: str
    """UTC with milliseconds."""
    kind: Literal["note", "do", "run", "held", "decision", "changes", "paste", "ack", "wrap", "alert", "ticker"]
    """`ticker`: a file of the original's queue."""
    session: str | None
    """Null for what concerns the home."""
    what: str
    about: str | None
    """The run, note, paste or file."""
    good: bool | None
    """Null where nothing is good or bad about it."""


class EventCounts(TypedDict):
    """How often each thing happened."""

    do_queued: int
    do_passed: int
    do_failed: int
    """Anything but passed and rejected."""
    header_rejected: int
    note_sent: int
    paste_made: int
    ack: int
    bloat: int
    first_do: int
    """Sessions whose first DO passed."""


class MedianSeconds(TypedDict):
    """Medians in seconds; null where nothing was measured."""

    drop_to_done: float | None
    paste_to_ack: float | None
    session_to_first_do: float | None


class MetricsAnswer(TypedDict):
    """`cotemp metrics --json`."""

    schema: Literal[1]
    counts: EventCounts
    pass_rate: float | None
    """Of the DOs that ran, from 0 to 1; null when none ran."""
    header_rejects: dict[str, int]
    """By the first key that was wrong."""
    failures: dict[str, int]
    """By outcome."""
    bloat: dict[str, int]
    """By what was wrong."""
    median_seconds: MedianSeconds
    since: str | None
    """As it was asked for."""
    session: str | None


class BpoeAnswer(TypedDict):
    """`cotemp bpoe --json`: the line of status, and what its health is made of."""

    schema: Literal[1]
    path: str
    line: str
    health: str
    """`OK`, or `ATTENTION(2)+BLOAT(1)+FAILING(1)`."""
    attention: list[str]
    """Sentences: what `cotemp status` says needs a human."""
    bloated: list[str]
    """Sessions with an alert in the last hour."""
    failing: list[str]
    """Sessions whose last DO of the last 24 hours did not pass."""


class CowrapAnswer(TypedDict):
    """`cotemp cowrap --json`: where the CoWrap lies, and of how much it tells."""

    schema: Literal[1]
    session: str
    at: str
    """UTC with milliseconds."""
    cowrap: str
    bundle: str | None
    """The ZIP to hand over; with `--zip`."""
    repos: list[str]
    open_dos: int
    held: int
    unread: int
    open_acks: int
    decisions: int
    redacted: dict[str, int]
    """How many secrets of each kind were taken out."""
    closed: bool
    """With `--close`: the session is over."""


class ToldRepo(TypedDict):
    """What a CoWrap of somebody else says of a repo; nobody looked whether it is so."""

    path: str
    name: str
    branch: str
    changes: int


_Parties = TypedDict("_Parties", {"from": str | None, "to": str | None})
"""`from` is a word of Python's own, so no class can declare it."""


class IntakeAnswer(_Parties):
    """`cotemp cowrap intake --json`. `from` and `to` are as it says itself; null where it is silent."""

    schema: Literal[1]
    intake: str
    """The folder in which it now is."""
    source: str
    """The name of the ZIP or folder that it came as."""
    sha256: str | None
    """Of the ZIP; null for a folder."""
    files: int
    bytes: int
    session: str
    """Who took it in, or for whom it says that it is."""
    repos: list[ToldRepo]
    packages: list[str]
    warnings: list[str]
    """Sentences: what is not as its manifest says."""
    paste: str
    """The id of its summary as a paste."""
    receipt: str


class BloatAnswer(TypedDict):
    """`cotemp bloat --json`."""

    schema: Literal[1]
    session: str
    bloated: bool
    """Whether a signal has been over its threshold twice in a row, and not been calm so often since."""
    over: list[str]
    """Which."""
    signals: list[ToldSignal]
    cowrap: str | None
    """The CoWrap that this look made; with `--act`."""


class LogBpoeAnswer(TypedDict):
    """`cotemp log-bpoe --json`."""

    schema: Literal[1]
    path: str


class ReportAnswer(TypedDict):
    """`cotemp report --json`."""

    schema: Literal[1]
    session: str
    path: NotRequired[str]
    bytes: NotRequired[int]
    items: NotRequired[int]
    """How many things happened."""
    html: NotRequired[str]
    """With `--output -`: the page itself, instead of these three."""
