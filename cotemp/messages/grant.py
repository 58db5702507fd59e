"""What a human allows: an approval of one DO, or a standing grant for many."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from .do import Flags

__all__ = ["Approval", "Grant"]


@dataclass(frozen=True, slots=True)
class Approval:
    """A human's yes to one held DO: to these bytes, with these flags, once, until `until`.

    `enforced`: whether they were told that something holds the DO to its consent. An approval of a DO in the
    sandbox is none of the same DO without it.
    """

    id: str
    run_id: str
    sha256: str
    consent: Flags
    by: str
    at: datetime
    until: datetime
    enforced: bool = True

    def holds_for(self, sha256: str, asked: Flags, now: datetime) -> bool:
        """Whether it is about these bytes and covers what they ask for, and has not expired."""
        return self.sha256 == sha256 and not asked.exceeding(self.consent) and now < self.until


@dataclass(frozen=True, slots=True)
class Grant:
    """A human's standing yes to whatever runs in `session`, on `repo` and below, or both.

    It turns the policy's `ask` into `allow` for the flags in `consent`, and lets them write `repo` where the
    policy names it not; `unenforced` lets them run where nothing holds them to their consent. It never lifts a
    `never`. `until` None: until it is revoked.
    """

    id: str
    repo: Path | None
    session: str | None
    consent: Flags
    unenforced: bool
    by: str
    at: datetime
    until: datetime | None
