"""A run: one execution of a DO, from its claim to its outcome, and the JSON log that tells of it.

Source of keys and order: the original's JSON log (its eight keys come first), then ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from ..times import legacy, utc
from .do import Do, Flags, Problem

if TYPE_CHECKING:
    from .runlog import Artifact, Event, RunLog

__all__ = ["Change", "Decision", "Ended", "Enforcement", "Outcome", "Output", "Run", "State", "closed"]


class State(StrEnum):
    """Where a run is in its life."""

    CLAIMED = "claimed"
    HELD = "held"
    RUNNING = "running"
    APPLYING = "applying"
    DONE = "done"


class Outcome(StrEnum):
    """How a run ended.

    `interrupted`: we stopped it. `unknown`: an intent without an outcome was found, so nobody can
    say what it did; it is shown to a human and never run again by itself.
    """

    PASSED = "passed"
    FAILED = "failed"
    REFUSED = "refused"
    REJECTED = "rejected"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Decision:
    """Which rule let the DO run (or not), and who approved it."""

    rule: str
    approval: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Enforcement:
    """Which layer held the DO to its consent; never more than is true."""

    enforcer: str = "none"
    self_tested: str | None = None
    writes: str = "none"
    network: str = "none"
    secrets: str = "none"
    processes: str = "none"
    memory: str = "none"


@dataclass(frozen=True, slots=True)
class Output:
    """How much a run wrote, how much of it the TXT log keeps, and what was hidden, by kind."""

    bytes_seen: int = 0
    bytes_kept: int = 0
    redacted: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """What a run did to its repo. `state`: none, applied, dropped, held, conflict or undone."""

    state: str = "none"
    created: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    refs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended, with everything that only its end could tell."""

    at: datetime
    outcome: Outcome
    reason: str | None = None
    exit_code: int | None = None
    signal: int | None = None
    elapsed_ms: int = 0
    output: Output = Output()
    changes: Change = Change()
    artifacts: tuple[Artifact, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """One claimed DO, as far as it is known when its intent is written. `None` means: not known.

    `do` is None when its header was rejected; `base` is the common name of outbox file and logs;
    `title` is then the file's base name, as in the original. `timeout` in seconds.
    """

    id: str
    session: str
    do_file: str
    sha256: str
    base: str
    host: str
    title: str
    queued: datetime
    do: Do | None = None
    engine: str | None = None
    engine_version: str | None = None
    terminal: str | None = None
    repo: str | None = None
    sender: str | None = None
    os_user: str = ""
    consent: Flags = Flags()
    decision: Decision = Decision("none")
    enforcement: Enforcement = Enforcement()
    timeout: float | None = None
    started: datetime | None = None
    warnings: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    def log(self) -> RunLog:
        """The JSON log, keys in the pinned order; what only the end can tell is still null (see `closed`)."""
        risk, consent = self.do.risk if self.do else Flags(), self.consent
        return {
            "ts": None,
            "session_id": self.session,
            "do_title": self.title,
            "repo_path": self.repo or "",
            "risk": _plain(risk),
            "consent_effective": {
                "allow_writes": consent.writes,
                "allow_network": consent.network,
                "allow_secrets": consent.secrets,
                "allow_destructive": consent.destructive,
            },
            "events": [],
            "result": None,
            "schema": 1,
            "run_id": self.id,
            "do_id": self.do.id if self.do else None,
            "do_file": self.do_file,
            "title": self.title,
            "sha256": self.sha256,
            "sender": {"claimed": self.sender, "os_user": self.os_user},
            "host": self.host,
            "engine": {"name": self.engine, "version": self.engine_version, "terminal": self.terminal},
            "queued": utc(self.queued),
            "started": utc(self.started) if self.started else None,
            "ended": None,
            "outcome": None,
            "reason": None,
            "exit_code": None,
            "signal": None,
            "timeout_s": self.timeout,
            "decision": _plain(self.decision),
            "enforcement": _plain(self.enforcement),
            "output": _plain(Output()),
            "changes": _plain(Change()),
            "artifacts": [],
            "warnings": list(self.warnings),
            "problems": [_plain(problem) for problem in self.problems],
        }


def closed(log: RunLog, ended: Ended) -> RunLog:
    """The JSON log of a run that has ended: `log` with everything that only its end could tell."""
    passed = ended.outcome is Outcome.PASSED
    moment = legacy(ended.at)
    event: Event = {
        "ts": moment,
        "type": "info" if passed else "error",
        "op": "run",
        "msg": "completed",
        "elapsed_ms": ended.elapsed_ms,
    }
    return {
        **log,
        "ts": moment,
        "events": [event],
        "result": "pass" if passed else "fail",
        "ended": utc(ended.at),
        "outcome": ended.outcome.value,
        "reason": ended.reason,
        "exit_code": ended.exit_code,
        "signal": ended.signal,
        "output": _plain(ended.output),
        "changes": _plain(ended.changes),
        "artifacts": list(ended.artifacts),
        "warnings": [*log["warnings"], *ended.warnings],
    }


def _plain(model: object) -> Any:
    """A slotted dataclass as plain JSON values; `runlog` declares its keys once more, as a type."""
    names = type(model).__dataclass_fields__  # type: ignore[attr-defined]
    values = {name: getattr(model, name) for name in names}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
