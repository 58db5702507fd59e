"""What the daemon last saw of each agent, in `agents/<name>/seen.json`: read by `status`, also when no daemon runs."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import NotRequired, TypedDict

from ..places import Places, make_folder, write_whole
from ..times import parse_utc, utc
from .places import AgentPlaces

__all__ = ["Board", "SeenEvidence", "SeenNext", "SeenProcess", "SeenRow", "read_seen"]

REFRESH = 10.0
"""Seconds after which a row is written although nothing but its times changed."""
LIMIT = 64 * 1024


class SeenEvidence(TypedDict):
    """How a state is known; `age_s` in seconds. `at` (UTC), what it speaks for, is worked out when it is read."""

    source: str
    age_s: float
    quote: str
    at: NotRequired[str]


class SeenNext(TypedDict):
    """What happens to an agent next; `at` in UTC, None when something else must happen first."""

    action: str
    at: str | None
    why: str


class SeenProcess(TypedDict):
    """The process that was started in its terminal, not to be mistaken for a later one of the same pid."""

    pid: int
    host: str
    start_token: str


class SeenRow(TypedDict):
    """A row of `status --json`, its process, and when (`at`, UTC) the daemon wrote it."""

    agent: str
    kind: str
    state: str
    since: str | None
    phase: str | None
    backend: str | None
    model: str | None
    host: NotRequired[str | None]
    context_pct: int | None
    evidence: SeenEvidence | None
    limited_until: str | None
    next: SeenNext | None
    remark: NotRequired[str]
    process: NotRequired[SeenProcess | None]
    at: str


_KEYS = (
    "agent", "kind", "state", "since", "phase", "backend", "model", "context_pct", "evidence", "limited_until", "next",
    "at",
)  # fmt: skip


class Board:
    """Writes the rows, each only when it says something new, or to show that the daemon still looks."""

    def __init__(self, places: Places) -> None:
        self._at = AgentPlaces.of(places)
        self._written: dict[str, tuple[object, float]] = {}

    def write(self, row: SeenRow) -> None:
        """Put `row` on disk. Raises StorageFailed."""
        said, now = _said(row), time.monotonic()
        before, at = self._written.get(row["agent"], (None, 0.0))
        if before == said and now - at < REFRESH:
            return
        make_folder(self._at.folder(row["agent"]), 0o700)
        data = json.dumps({"schema": 1, **row}, indent=1).encode() + b"\n"
        write_whole(self._at.seen(row["agent"]), data, mode=0o600)
        self._written[row["agent"]] = (said, now)

    def remove(self, agent: str) -> None:
        """Show nothing of `agent` any more: it is no longer in the settings."""
        self._written.pop(agent, None)
        self._at.seen(agent).unlink(missing_ok=True)


def read_seen(places: Places, now: datetime | None = None) -> list[SeenRow]:
    """All rows, by name; their ages are those of `now`, in UTC. A file that cannot be believed is left out."""
    at = AgentPlaces.of(places)
    with suppress(FileNotFoundError):
        return [row for name in sorted(os.listdir(at.agents)) if (row := _row(at, name, now or datetime.now(UTC)))]
    return []


def _said(row: SeenRow) -> object:
    """What a row says, without what only passing time changes."""
    evidence: Mapping[str, object] = row["evidence"] or {}
    return {**row, "at": None, "evidence": {**evidence, "age_s": None}}


def _row(at: AgentPlaces, name: str, now: datetime) -> SeenRow | None:
    try:
        with open(at.seen(name), "rb") as file:
            row: SeenRow = json.loads(file.read(LIMIT))
        if row["agent"].casefold() != name or not all(key in row for key in _KEYS):
            return None
        if evidence := row["evidence"]:
            spoken = parse_utc(row["at"]) - timedelta(seconds=evidence["age_s"])
            evidence["age_s"] = round(max(0.0, (now - spoken).total_seconds()), 1)
            evidence["at"] = utc(spoken)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return None
    return row
