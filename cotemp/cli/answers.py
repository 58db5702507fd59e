"""What commands answer with `--json`, key by key, where that is a promise to other programs.

Only type checkers and the schemas need this room: nothing imports it when a program runs.
"""

from __future__ import annotations

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from ..messages.panel import PanelRecord
from ..messages.runlog import Changes, RunLog
from ..pastes.record import Event
from ..runs import RunRow

__all__ = [
    "AcksAnswer",
    "Agreement",
    "AuditAnswer",
    "AuditRunAnswer",
    "AuditVerifyAnswer",
    "AutostartAnswer",
    "AutostartDisableAnswer",
    "AutostartEnableAnswer",
    "BackchatAnswer",
    "BackchatCheckAnswer",
    "BootstrapAnswer",
    "BpoeAnswer",
    "CapsuleAnswer",
    "CapsuleDiffAnswer",
    "DecisionAnswer",
    "EchoAnswer",
    "ErrorAnswer",
    "Failure",
    "FollowedNote",
    "GrantAnswer",
    "GrantsAnswer",
    "HeldAnswer",
    "IngestAnswer",
    "ListedAck",
    "ListedNote",
    "ListedPanel",
    "ListedPaste",
    "MetricsAnswer",
    "NoteFate",
    "NotesAnswer",
    "PanelsAnswer",
    "PasteAnswer",
    "PastesAnswer",
    "RespawnAnswer",
    "RevokeAnswer",
    "RunsAnswer",
    "SentAnswer",
    "SentNote",
    "TickerLine",
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


class RunsAnswer(TypedDict):
    """`cotemp runs --json`: all runs of all sessions, oldest first."""

    schema: Literal[1]
    runs: list[RunRow]


class Allowed(TypedDict):
    """What DOs may do."""

    writes: bool
    network: bool
    secrets: bool
    destructive: bool


class PlainGrant(TypedDict):
    """A standing yes to the DOs of a session, of a repo, or of both; times are UTC with milliseconds."""

    id: str
    repo: str | None
    session: str | None
    consent: Allowed
    """Which of the policy's `ask` it answers."""
    unenforced: bool
    """Whether they may run where nothing holds them to their consent."""
    by: str
    """The user of the system who gave it."""
    at: str
    until: str | None
    """Null: until it is revoked."""


class ListedGrant(PlainGrant):
    """A grant, and what became of it."""

    state: Literal["open", "expired", "revoked"]
    revoked_at: str | None
    revoked_by: str | None


class GrantAnswer(TypedDict):
    """`cotemp grant --json`."""

    schema: Literal[1]
    grant: PlainGrant


class GrantsAnswer(TypedDict):
    """`cotemp grants --json`: the grants that count, oldest first; with `--all` the others, too."""

    schema: Literal[1]
    grants: list[ListedGrant]


class RevokeAnswer(TypedDict):
    """`cotemp revoke --json`: the ids of the grants that were taken back."""

    schema: Literal[1]
    revoked: list[str]


class AuditedEvent(TypedDict):
    """One event of the ledger; `digest` is the SHA-256 of the other values, as canonical JSON, in this order."""

    seq: int
    at: str
    """UTC with milliseconds."""
    run_id: str | None
    kind: str
    """`intended`, `held`, `approved`, `denied`, `began`, `refused`, `rejected`, `applying`, `concluded`, `filed`, …"""
    who: str
    """A user of the system, or `process 4242` for what cotemp did by itself."""
    data: dict[str, object]
    """What the kind of event tells; of an event of a run also the state of the run after it."""
    previous: str
    """The `digest` of the event before it."""
    digest: str


class AuditAnswer(TypedDict):
    """`cotemp audit --json`: the last events, oldest first."""

    schema: Literal[1]
    events: list[AuditedEvent]


class AuditedApproval(TypedDict):
    """The approval by which the run began, or the last that it was given."""

    id: str
    run_id: str
    sha256: str
    """Of the DO that was approved."""
    consent: Allowed
    by: str
    at: str
    until: str
    enforced: bool
    """Whether the human was told that something holds the DO to its consent."""
    used: bool


class AuditedDenial(TypedDict):
    """Who said no, and why."""

    by: str
    why: str


class AuditedParent(TypedDict):
    """The run that dropped the DO, and what that was allowed."""

    run_id: str
    ceiling: Allowed
    depth: int
    """How many runs are above the DO."""


class AuditRunAnswer(TypedDict):
    """`cotemp audit RUN --json`: everything on record about one run."""

    schema: Literal[1]
    run_id: str
    state: Literal["claimed", "held", "running", "applying", "done"]
    asked: Allowed | None
    """What the DO's header asks for; null when the DO is not there any more as it was checked."""
    reasons: list[str]
    """Why it was held, as sentences; empty when it never was."""
    approval: AuditedApproval | None
    denial: AuditedDenial | None
    parent: AuditedParent | None
    log: RunLog
    events: list[AuditedEvent]


class BrokenRecord(TypedDict):
    """The first place where the record is not as it was written."""

    seq: int
    kind: str | None
    run_id: str | None
    what: str


class AuditVerifyAnswer(TypedDict):
    """`cotemp audit --verify --json`."""

    schema: Literal[1]
    whole: bool
    events: int
    broken: BrokenRecord | None


class HeldOne(TypedDict):
    """A DO that is held before it runs, or what a run changed."""

    run_id: str
    session: str
    title: str
    waits: Literal["do", "changes"]
    reasons: list[str]
    """Sentences."""
    decided: str | None
    """What a human decided about a DO while nobody watched its session."""
    sender: str | None
    """The session that the DO names as its sender; nothing proves it."""
    os_user: str
    repo: str | None
    consent: Allowed
    """What it asks for; it gets all of that, or does not run."""
    enforcer: str | None
    """What would hold it to that, or did; null: nothing."""
    since: str
    """UTC with milliseconds."""
    changes: Changes | None


class HeldAnswer(TypedDict):
    """`cotemp held --json`: what waits for a human, newest last."""

    schema: Literal[1]
    held: list[HeldOne]


class DecisionAnswer(TypedDict):
    """`cotemp approve --json` and `cotemp deny --json`."""

    schema: Literal[1]
    run_id: str
    session: str
    waits: Literal["do", "changes"]
    decision: Literal["approved", "denied"]
    by: str
    """The user of the system who decided."""
    approval: str | None
    """The id of the approval of a DO."""
    until: str | None
    """When that ends, used or not: UTC with milliseconds."""
    watched: bool
    """Whether a process watches the session, which a DO needs to run, or to be filed."""


class Agreement(TypedDict):
    """Who agreed to a login entry, and when."""

    by: str
    """A user of the system."""
    at: str
    """UTC with milliseconds."""
    sha256: str
    """Of what the system acts on: the whole file; of a task, its command, triggers and rights."""


class AutostartAnswer(TypedDict):
    """`cotemp autostart status --json`: what starts at login for this home."""

    schema: Literal[1]
    state: Literal["disabled", "enabled", "changed", "stale"]
    """`changed`: what is there is not what was agreed to. `stale`: it starts a cotemp that is gone."""
    system: Literal["systemd", "xdg", "launchd", "task", "run-key"] | None
    where: str | None
    """A file, a task or a value of the registry; null where nothing is."""
    agreed: Agreement | None
    why: str | None
    """What is wrong; null when nothing is."""
    fix: str | None
    lingers: bool | None
    """Whether it starts with the machine and outlives logout; null where systemd does not start it."""


class AutostartEnableAnswer(AutostartAnswer):
    """`cotemp autostart enable --json`: how it stands then."""

    changed: bool
    """False when it was so before."""
    text: str
    """What was written."""


class AutostartDisableAnswer(TypedDict):
    """`cotemp autostart disable --json`: where the entries stood."""

    schema: Literal[1]
    removed: list[str]


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
