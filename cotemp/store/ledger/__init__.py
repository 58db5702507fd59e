"""The ledger: what was meant to run, who allowed it and what became of it, on this machine, safe against power cuts.

A run's intent is on the disk before its DO starts, its outcome before its logs are written. An
intent without an outcome is therefore proof that nobody knows what happened.

    database      its file: opening, upgrading, transactions
    chain         the events, each of which carries the digest of the one before it
    rows          one run as a value, and what the chain remembers of it
    running       a run from its intent to its end
    decisions     what humans decided: approvals, denials, grants
    lineage       which run dropped which DO
    reading       what everybody may ask
    verifying     whether anything was changed behind the ledger's back
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .chain import Entry
from .decisions import Decisions
from .lineage import Child, Lineage, Parent
from .reading import Reading
from .rows import Row
from .running import AlreadyRan, Running

if TYPE_CHECKING:
    from .verifying import Broken

__all__ = ["AlreadyRan", "Child", "Entry", "Ledger", "Parent", "Row"]


class Ledger(Running, Decisions, Lineage, Reading):
    """The ledger of one home on this machine; may be shared by the threads of a process.

    `create=False` is for readers: where there is no ledger yet, they see an empty one. Everything that
    changes it is one transaction, which also adds an event to the chain. Every method raises StorageFailed when
    the disk refuses (nothing has changed then) and DamagedData when the file is no ledger.
    """

    def verify(self) -> Broken | None:
        """The first place where events, or what they tell of, were changed, removed or put in; None: nowhere."""
        from .verifying import verify  # only `audit --verify` needs it

        return verify(self)
