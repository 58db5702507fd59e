"""What was handed off already (`handoff.json`), so that nothing is told twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["HandoffRecord"]


@dataclass(frozen=True, slots=True)
class HandoffRecord:
    """Identities of commits, inbox files that are there (name -> how often each has appeared), plan files (phase ->
    blob id that its agents know).

    `prefixes`: those of the rules for commits that were looked for before; what fits a new rule and stood there already
    is history.
    """

    commits: tuple[str, ...] = ()
    began: bool = False
    """False until the first look: what stood there before us is history."""
    inboxes: Mapping[str, int] = field(default_factory=dict)
    present: tuple[str, ...] = ()
    plans: Mapping[str, str] = field(default_factory=dict)
    prefixes: tuple[str, ...] = ()
