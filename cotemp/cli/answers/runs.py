"""What runs, what was decided about them, and the record of both answer with."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from ...messages.runlog import Changes, RunLog
from ...runs import RunRow

__all__ = [
    "AuditAnswer",
    "AuditRunAnswer",
    "AuditVerifyAnswer",
    "DecisionAnswer",
    "GrantAnswer",
    "GrantsAnswer",
    "HeldAnswer",
    "RevokeAnswer",
    "RunsAnswer",
]


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
