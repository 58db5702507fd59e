"""What the methods of the bridge return, key by key. Every time in them has a space where RFC 3339 has its T.

Only type checkers and the schemas need this room: nothing imports it when a program runs.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

__all__ = [
    "ChatInfo",
    "Checked",
    "DroppedDo",
    "DroppedText",
    "HeldList",
    "Hello",
    "HomeInfo",
    "NoteList",
    "NotesRead",
    "Panel",
    "PanelList",
    "Parts",
    "Repaired",
    "RunAll",
    "RunDecision",
    "RunList",
    "SentNote",
    "SessionPaths",
    "StoodDown",
    "Targets",
    "Wait",
    "WatchInfo",
    "Watched",
]


class Hello(TypedDict):
    """Both sides speak protocol 1."""

    protocol: Literal[1]
    version: str
    """Of cotemp."""
    home: str | None
    """null where the configuration cannot be read; then every other call says why."""
    pid: int


class HomeInfo(TypedDict):
    """Where everything is."""

    home: str
    exists: bool
    sessions: str
    panels: str
    state: str
    config: str
    python: str
    version: str
    session: str | None
    """The caller's."""


class Part(TypedDict):
    """Something that `cotemp init` makes."""

    what: str
    path: str


class Parts(TypedDict):
    """Whether the home is complete."""

    home: str
    complete: bool
    missing: list[Part]


class ChatInfo(TypedDict):
    """What to open, and what to put on the clipboard."""

    session: str
    name: str
    url: str
    greeting: str
    """The text to paste into the chat."""
    greeting_file: str | None
    """Where it is from; null where the home has none, and it is cotemp's own."""


class SessionPaths(TypedDict):
    """The folders of a session."""

    session: str
    exists: bool
    path: str
    inbox: str
    outbox: str
    logs: str
    notes: str
    scripts: str
    held: str
    running: str


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
    waits: Literal["run", "changes"]
    """`run`: the DO has not begun. `changes`: it has ended, and what it changed is not applied."""
    reasons: list[str]
    consent: Consent
    """What it would get, or got."""
    enforced: bool
    """Whether anything holds it to that. Say so to the human before they approve."""
    repo: str | None
    since: str | None
    do_file: str | None


class HeldList(TypedDict):
    """What waits for a human, oldest first."""

    held: list[HeldRun]


class RunDecision(TypedDict):
    """What a human decided, and what follows."""

    run_id: str
    session: str
    decision: Literal["approved", "denied"]
    waits: Literal["run", "changes"]
    by: str
    until: NotRequired[str]
    """An approval that was not used by then is none any more."""
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
