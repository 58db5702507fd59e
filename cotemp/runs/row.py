"""One run in the list of all runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from ..messages.run import Outcome, State
from ..store.ledger import Row

__all__ = ["Entry", "LogFolder", "RunRow"]


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run as `runs --json` shows it: `outcome` is None before its end, times are UTC, `log` is the
    absolute path of its TXT log (None while there is none). `reason` of a held one says what it waits for;
    `queued` is when it came, told while it waits."""

    run_id: str
    session: str
    title: str
    engine: str | None
    outcome: Outcome | None
    started: str | None
    ended: str | None
    exit_code: int | None
    reason: str | None
    log: str | None
    state: State = State.DONE
    queued: str | None = None

    @property
    def when(self) -> str:
        """The one time that orders it among the others."""
        return self.started or self.ended or self.queued or ""


class Entry(NamedTuple):
    """A run and where it is known from: `base` is the common name of its files, `own` its row in the
    ledger (None when only its logs tell of it)."""

    row: RunRow
    base: str
    own: Row | None = None


class LogFolder(NamedTuple):
    """What lies in the `logs/` of one session: `prefix` is its path with a separator."""

    prefix: str
    names: set[str]

    def text_log(self, base: str) -> str | None:
        """The path of a TXT log, if it is there."""
        name = f"{base}.txt"
        return self.prefix + name if name in self.names else None
