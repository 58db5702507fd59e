"""DOs, runs, and who runs them."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

from .people import Panel

__all__ = [
    "Checked",
    "DroppedDo",
    "DroppedText",
    "HeldList",
    "HeldRun",
    "RunAll",
    "RunDecision",
    "RunInfo",
    "RunList",
    "Wait",
    "WatchInfo",
    "Watched",
    "WatchedBy",
]


class DroppedText(TypedDict):
    """A file in an inbox."""

    path: str
    """Under another name than was asked for when that was taken."""
    name: str
    session: str


class DroppedDo(TypedDict):
    """A DO in an inbox."""

    path: str
    session: str
    title: str
    id: str | None
    watched: bool
    """Whether anybody runs the DOs of that session now."""


class Problem(TypedDict):
    """One thing that is wrong with a header; `line` and `column` count from 1."""

    line: int
    column: int
    key: str
    what: str
    fix: str


class Consent(TypedDict):
    """What a header lets a DO do."""

    allow_writes: bool
    allow_network: bool
    allow_secrets: bool
    allow_destructive: bool


class Checked(TypedDict):
    """What is to be said of a DO's header."""

    file: str
    ok: bool
    title: str | None
    repo: str | None
    consent: Consent | None
    warnings: list[str]
    problems: list[Problem]


class Look(TypedDict):
    """What looks at a file have found so far; only to be sent back."""

    token: str
    unchanged: int
    since_ms: int


class Wait(TypedDict):
    """Whether a file has stopped changing."""

    done: bool
    stable: bool
    """False while `done` is false, and when the time is up."""
    wait_ms: int
    """When to look again."""
    look: Look
    """To be sent with the next look."""


class RunInfo(TypedDict):
    """One run. `outcome` is null while it runs; `log` is its TXT log, null while there is none."""

    run_id: str
    session: str
    title: str
    engine: str | None
    outcome: str | None
    started: str | None
    ended: str | None
    exit_code: int | None
    reason: str | None
    log: str | None


class RunList(TypedDict):
    """Runs, oldest first."""

    runs: list[RunInfo]
    more: int
    """So many older ones are left out."""


class RunAll(TypedDict):
    """All about one run."""

    run: RunInfo
    document: dict[str, Any]
    """Its JSON log: `run-log.json` has its form; one of the original has the original's."""
    do_file: str | None
    artifacts: str | None


class HeldRun(TypedDict):
    """What waits for a human."""

    run_id: str
    session: str
    title: str
    engine: str | None
    waits: Literal["do", "changes"]
    """`do`: it has not begun. `changes`: it has ended, and what it changed is not applied."""
    reasons: list[str]
    decided: str | None
    """What a human decided, where the session's watcher has not acted on it yet."""
    consent: Consent
    """What it would get, or got."""
    enforcer: str | None
    """What holds it to that; null: nothing does. Say so to the human before they approve."""
    sender: str | None
    """The session that it claims to come from."""
    repo: str | None
    since: str
    do_file: str | None


class HeldList(TypedDict):
    """What waits for a human, oldest first."""

    held: list[HeldRun]


class RunDecision(TypedDict):
    """What a human decided, and what follows."""

    run_id: str
    session: str
    decision: Literal["approved", "denied"]
    waits: Literal["do", "changes"]
    by: str
    until: str | None
    """An approval of a DO that was not used by then is none any more."""
    watched: bool
    """Whether anybody is there to act on it."""


class WatchedBy(TypedDict):
    """Who runs a session's DOs. `elsewhere`: another machine, or a container of this one."""

    state: Literal["running", "stopped", "elsewhere"]
    pid: int | None
    host: str | None
    since: str | None
    what: str | None


class WatchInfo(TypedDict):
    """What a job that watches a session needs."""

    session: str
    name: str
    """The panel's."""
    job_name: str
    watcher: WatchedBy
    argv: list[str]
    """Runs the session's DOs in the foreground, until its stdin ends."""


class Watched(TypedDict):
    """One watcher for each session."""

    removed: list[Panel]
    """Panels whose process had ended."""
    sessions: list[WatchInfo]
    """Where `watcher.state` is `stopped`, nobody watches: start the job."""
