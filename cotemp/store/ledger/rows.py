"""One run in the ledger: its row as a value, and the fingerprint of it that goes into the chain."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ...messages.run import Outcome, State

__all__ = ["COLUMNS", "EVERYTHING", "Row", "as_row", "canonical", "digest", "fingerprint", "local_day"]

COLUMNS = (
    "run_id, session, do_id, do_file, title, engine, sha256, base, repo, state, outcome, reason, queued, "
    "started, ended, exit_code, settled, filed, retry_of, changes"
)
EVERYTHING = f"session, state, outcome, log, {COLUMNS}, day, watcher, pending"
"""What a fingerprint is made of."""


@dataclass(frozen=True, slots=True)
class Row:
    """One run, as the ledger knows it, its fields in the order of the columns; times are UTC, RFC 3339.

    `reason` of a held run says what it waits for. `changes` is what became of those to its repo (`Change.state`),
    None before its end.
    """

    run_id: str
    session: str
    do_id: str | None
    do_file: str
    title: str
    engine: str | None
    sha256: str
    base: str
    repo: str | None
    state: State
    outcome: Outcome | None
    reason: str | None
    queued: str
    started: str | None
    ended: str | None
    exit_code: int | None
    settled: bool
    filed: bool
    retry_of: str | None
    changes: str | None = None


def as_row(values: tuple[Any, ...]) -> Row:
    """The values of COLUMNS as a Row."""
    fields = list(values)
    fields[9] = State(fields[9])
    fields[10] = Outcome(fields[10]) if fields[10] else None
    fields[16], fields[17] = bool(fields[16]), bool(fields[17])  # settled, filed
    return Row(*fields)


def fingerprint(values: tuple[Any, ...]) -> dict[str, Any]:
    """What an event remembers of the row of its run, from the values of EVERYTHING."""
    session, state, outcome, log, *rest = values
    return {"session": session, "state": state, "outcome": outcome, "log": digest(log), "row": digest(canonical(rest))}


_encode = json.JSONEncoder(separators=(",", ":"), sort_keys=True, check_circular=False).encode


def canonical(value: object) -> str:
    """One text for equal values. ASCII: SQLite refuses half characters."""
    return _encode(value)


def digest(text: str) -> str:
    """SHA-256 of an ASCII text, 64 hex digits."""
    import hashlib  # 3 ms: readers do without

    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def local_day(when: datetime) -> str:
    """The day by which runs are counted."""
    return f"{when.astimezone():%Y-%m-%d}"
