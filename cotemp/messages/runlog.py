"""The JSON log of a run, key by key: the shape that `Run.log` writes and `schemas/run-log.json` documents.

Only type checkers and the schemas need this room: nothing imports it when a program runs.
"""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

__all__ = ["Artifact", "Event", "OriginalLog", "Reasons", "RunLog"]

Outcome = Literal["passed", "failed", "refused", "rejected", "timed_out", "cancelled", "interrupted", "unknown"]


class Risk(TypedDict):
    """What the author says the DO does."""

    writes: bool
    network: bool
    secrets: bool
    destructive: bool


class OriginalConsent(TypedDict):
    """What the original's log says about consent: whether its two variables were set."""

    allow_writes: bool
    allow_network: bool


class Consent(OriginalConsent):
    """What the DO was allowed to do."""

    allow_secrets: bool
    allow_destructive: bool


class Event(TypedDict):
    """The one event of a run: its end."""

    ts: str
    type: Literal["info", "warn", "error"]
    op: str
    msg: str
    elapsed_ms: int
    """Milliseconds that the DO ran; 0 when it never started."""


class OriginalLog(TypedDict):
    """The JSON log as the PowerShell original writes and reads it: the first eight keys of every log."""

    ts: str
    """When the run ended: local time with seven decimals and offset."""
    session_id: str
    do_title: str
    repo_path: str
    """Empty when the DO is about no folder."""
    risk: Risk
    consent_effective: OriginalConsent
    events: list[Event]
    """One event: the end of the run."""
    result: Literal["pass", "fail"]


class Sender(TypedDict):
    """Who dropped the DO."""

    claimed: str | None
    """The session that the DO names as its sender; nothing proves it."""
    os_user: str
    """The owner of the file; empty where the system does not say."""


class Engine(TypedDict):
    """What ran the DO."""

    name: str | None
    version: str | None
    terminal: str | None
    """`pty` or `pipe`."""


class Decision(TypedDict):
    """Which rule let the DO run, or not, and who approved it."""

    rule: str
    approval: str | None
    by: str | None


class Enforcement(TypedDict):
    """Which layer held the DO to its consent; `none` where nothing did."""

    enforcer: str
    self_tested: str | None
    """When the enforcer last proved on this machine that it holds (UTC)."""
    writes: str
    network: str
    secrets: str
    processes: str
    memory: str


class Output(TypedDict):
    """How much the DO wrote, and how much of it the TXT log keeps."""

    bytes_seen: int
    bytes_kept: int
    redacted: dict[str, int]
    """How many secrets were hidden, by kind."""


class Changes(TypedDict):
    """What the run did to its repo."""

    state: Literal["none", "applied", "dropped", "held", "conflict", "undone"]
    created: list[str]
    changed: list[str]
    deleted: list[str]
    refs: list[str]


class Artifact(TypedDict):
    """A file that the run left in its artifact folder; `path` is relative to that folder.

    `kind`: `file`; `diff` for what it changed in its repo; `output` for what it printed, the TXT in `logs/`.
    """

    path: str
    kind: str
    bytes: int
    sha256: str


class Problem(TypedDict):
    """One thing that is wrong with a header. `line` and `column` count from 1."""

    line: int
    column: int
    key: str
    what: str
    fix: str


class RunLog(TypedDict):
    """The JSON log of a run, `logs/<name>.json`: the original's eight keys, then ours.

    A file under `logs/` tells of a run that has ended. `cotemp show RUN --json` prints the same of a run
    that has not: what only its end can tell is null there, and `events` is empty.
    """

    ts: str | None
    """When the run ended: local time with seven decimals and offset, as the original writes it."""
    session_id: str
    do_title: str
    """The title in the header; the file's name without its ending where there is none."""
    repo_path: str
    """Empty when the DO is about no folder."""
    risk: Risk
    consent_effective: Consent
    events: list[Event]
    """One event: the end of the run."""
    result: Literal["pass", "fail"] | None
    """The original's word for the outcome: `pass` for `passed`, `fail` for every other."""
    schema: Literal[1]
    run_id: str
    do_id: str | None
    """The id in the header: a DO with an id runs once."""
    do_file: str
    """The file's name in the inbox."""
    title: str
    sha256: str
    """Of all bytes of the DO that ran."""
    sender: Sender
    host: str
    """The machine, as an id that says nothing else about it."""
    engine: Engine
    queued: str
    """When the DO was first seen. This and all later times are UTC with milliseconds."""
    started: str | None
    """Null when it never started."""
    ended: str | None
    outcome: Outcome | None
    """`interrupted`: cotemp stopped it. `unknown`: a crash left it, nobody can say what it did."""
    reason: str | None
    """Why the outcome is what it is, for people; null for `passed`."""
    exit_code: int | None
    signal: int | None
    """The signal that ended it; null when none did."""
    timeout_s: float | None
    """The limit in seconds."""
    decision: Decision
    enforcement: Enforcement
    output: Output
    changes: Changes
    artifacts: list[Artifact]
    warnings: list[str]
    """What a person should know about the DO; none of it stopped it."""
    problems: list[Problem]
    """What is wrong with the header of a rejected DO."""


class Reasons(TypedDict):
    """Why a DO was rejected: `outbox/rejected-….reasons.json`, beside the DO."""

    schema: Literal[1]
    run_id: str
    do_file: str
    reason: str | None
    problems: list[Problem]
