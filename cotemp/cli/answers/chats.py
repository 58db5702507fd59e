"""What the commands that prepare pastes, and take in what chats answer, answer with."""

from __future__ import annotations

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from ...pastes.record import Event

__all__ = [
    "AcksAnswer",
    "BackchatAnswer",
    "BackchatCheckAnswer",
    "BootstrapAnswer",
    "CapsuleAnswer",
    "CapsuleChange",
    "CapsuleDiffAnswer",
    "EchoAnswer",
    "IngestAnswer",
    "ListedAck",
    "ListedPaste",
    "PasteAnswer",
    "PastesAnswer",
    "RespawnAnswer",
    "ToldFlaw",
]


class ListedPaste(TypedDict):
    """A paste on the desk."""

    id: str
    kind: Literal["capsule", "backchat", "bootstrap", "cowrap", "note"]
    session: str
    title: str
    state: Literal["waiting", "pasted", "acknowledged", "dropped"]
    vendor: str
    """Whose chat it was cut for."""
    created: str
    """UTC with milliseconds."""
    expect: str
    """The reply that is expected."""
    about: str
    """The GUID of the message, or the version of the policy, that it carries; empty: of neither."""
    digest: str
    parts: int
    copied: int
    """The part that was copied last, 0 for none."""
    characters: int
    """Of all parts, in UTF-16 code units."""


class Copied(TypedDict):
    """What `--copy` did."""

    verified: bool
    """True once the clipboard was read back and held the text; false: it was sent to the terminal, nobody can tell."""
    where: str
    tool: str
    characters: int
    part: int


class PastesAnswer(TypedDict):
    """`cotemp paste --json`: what waits to be pasted, newest first; with `--all` the others, too."""

    schema: Literal[1]
    pastes: list[ListedPaste]
    strangers: list[str]
    """Files among the records that this machine did not write, or not so."""


class PasteAnswer(TypedDict):
    """`cotemp paste ID --json`, and with `--copy`, `--print` or `--mark`."""

    schema: Literal[1]
    paste: ListedPaste
    text: NotRequired[list[str]]
    """With `--print`: the parts."""
    copied: NotRequired[Copied]
    files: NotRequired[list[str]]
    history: NotRequired[list[Event]]


class ListedAck(TypedDict):
    """Something that a chat has to acknowledge; times are UTC with milliseconds."""

    id: str
    """By which it is acknowledged."""
    paste: str
    session: str
    kind: Literal["capsule", "backchat", "bootstrap", "cowrap", "note"]
    title: str
    priority: str
    state: Literal["overdue", "open", "done"]
    since: str
    """When it was pasted; when it was made, where nobody said that it was pasted."""
    due: str
    acknowledged: str | None
    standing: Literal["verified", "claimed"] | None
    """Whether what the ACK points at is there, or nobody here can tell."""
    references: list[str]


class AcksAnswer(TypedDict):
    """`cotemp acks --json`: overdue ones first."""

    schema: Literal[1]
    acks: list[ListedAck]


class CapsuleChange(TypedDict):
    """A difference between two capsules, as JSON texts; empty: it is not there."""

    pointer: str
    before: str
    after: str


class LeftOut(TypedDict):
    """What of a profile is not in its capsule, and why; the value is never told."""

    pointer: str
    why: str


class CapsuleAnswer(TypedDict):
    """`cotemp capsule build --json` and `cotemp capsule bump --json`."""

    schema: Literal[1]
    version: str
    path: str
    paste_file: str
    echo: str
    """What a chat that has it answers."""
    changes: list[CapsuleChange]
    dropped: list[LeftOut]
    paste: ListedPaste | None
    """With `--for`."""


class CapsuleDiffAnswer(TypedDict):
    """`cotemp capsule diff --json`."""

    schema: Literal[1]
    version: str
    next: str
    """The version that a bump would give it."""
    changes: list[CapsuleChange]


class EchoAnswer(TypedDict):
    """`cotemp echo --json`."""

    schema: Literal[1]
    session: str
    echo: str | None
    """The version that the chat echoed."""
    version: str | None
    """The version of now; null while there is no capsule."""
    on_old_policy: bool


class BackchatAnswer(TypedDict):
    """`cotemp backchat emit --json`."""

    schema: Literal[1]
    id: str
    path: str
    paste_file: str
    paste: ListedPaste
    copied: NotRequired[Copied]


class ToldFlaw(TypedDict):
    """One thing that is wrong with a message."""

    pointer: str
    """A JSON pointer; empty: the whole."""
    what: str
    fix: str


class BackchatCheckAnswer(TypedDict):
    """`cotemp backchat check --json`."""

    schema: Literal[1]
    file: str
    ok: bool
    flaws: list[ToldFlaw]


class LineRange(TypedDict):
    """Lines of an answer, from 1, both ends in it."""

    first: int
    last: int


class IngestAnswer(TypedDict):
    """`cotemp ingest --json`: what was understood of an answer, in its order, and what became of it."""

    schema: Literal[1]
    session: str | None
    """Whose chat answered; null when nobody said."""
    items: list[dict[str, object]]
    """Each has `kind` (ack, copy, echo, message, script, unclear, wrap), `lines`, `odd` (sentences), `fate` (taken,
    left), `wrong`, `said`, and what belongs to its kind."""
    rest: list[LineRange]
    """What was not understood."""
    kept: str | None
    """The file in which the whole answer is kept, without secrets; null when all of it was taken."""


class BootstrapAnswer(TypedDict):
    """`cotemp bootstrap --json`."""

    schema: Literal[1]
    session: str
    policy: str
    """The version of the capsule in it."""
    paste: ListedPaste
    text: list[str]
    """What to paste, part by part."""
    ignored: list[str]
    """Files of the home that were not used, as nobody trusts them."""


class RespawnAnswer(BootstrapAnswer):
    """`cotemp respawn --json`."""

    successor: str
    notes_moved: int
