"""Which run dropped which DO, and what it may pass on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import NamedTuple

from ...messages.do import Flags
from .chain import Chain
from .rows import canonical

__all__ = ["Child", "Lineage", "Parent"]


class Parent(NamedTuple):
    """The run that dropped a DO. `ceiling`: what that was allowed; `depth`: how many runs are above the DO."""

    run_id: str
    ceiling: Flags
    depth: int


class Child(NamedTuple):
    """A DO that a run dropped, by the session, file name and bytes with which it lies in the inbox."""

    session: str
    do_file: str
    sha256: str


class Lineage(Chain):
    """What runs leave for others."""

    def bear(self, parent: Parent, children: Sequence[Child]) -> None:
        """Record, before they are delivered, that `parent` dropped these DOs; doing it again does no harm."""
        with self._acting():
            for child in children:
                if self.parent_of(*child):
                    continue
                ceiling = asdict(parent.ceiling)
                told = child._asdict() | {"ceiling": ceiling, "depth": parent.depth}
                made = self._append("child", parent.run_id, child=told)
                values = (*child, parent.run_id, canonical(ceiling), parent.depth, made)
                self._db.execute("INSERT INTO children VALUES (?,?,?,?,?,?,?)", values)

    def parent_of(self, session: str, do_file: str, sha256: str) -> Parent | None:
        """The run that dropped this DO; None when no run did."""
        found = self._query(
            "SELECT parent, ceiling, depth FROM children WHERE session=? AND do_file=? AND sha256=?",
            session, do_file, sha256,
        )  # fmt: skip
        return Parent(found[0][0], Flags(**json.loads(found[0][1])), found[0][2]) if found else None
