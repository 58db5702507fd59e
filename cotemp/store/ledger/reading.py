"""What everybody may ask the ledger."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

from ...errors import UnknownRun
from ...names import do_tail
from ...times import local_now, utc
from .chain import Chain
from .rows import COLUMNS, Row, as_row, local_day

if TYPE_CHECKING:
    from ...messages.runlog import RunLog

__all__ = ["Reading"]


class Reading(Chain):
    """Runs, found and counted."""

    def rows(
        self, session: str | None = None, since: datetime | None = None, *, failed: bool = False, limit: int = 0
    ) -> list[Row]:
        """Runs in the order in which they were claimed; `failed`: only those that ended, and not as passed."""
        clauses, values = ["1"], list[object]()
        if session:
            clauses.append("session=? COLLATE NOCASE")
            values.append(session)
        if since:
            clauses.append("coalesce(ended, started, queued) >= ?")
            values.append(utc(since))
        if failed:
            clauses.append("outcome IS NOT NULL AND outcome <> 'passed'")
        tail = f" ORDER BY rowid DESC LIMIT {limit}" if limit else " ORDER BY rowid"
        found = self._rows(f"WHERE {' AND '.join(clauses)}{tail}", *values)
        return found[::-1] if limit else found

    def find(self, prefix: str) -> Row:
        """The run whose id is, or begins with, `prefix`; `last` is the newest one.

        Raises UnknownRun when there is none or more than one.
        """
        if prefix == "last":
            found = self._rows("ORDER BY rowid DESC LIMIT 1")
        else:
            found = self._rows("WHERE run_id >= ? AND run_id < ? ORDER BY rowid", prefix, prefix + "\U0010ffff")
            found = [row for row in found if row.run_id == prefix] or found
        if len(found) != 1:
            raise UnknownRun(prefix, [row.run_id for row in found])
        return found[0]

    def known(self) -> set[str]:
        """Ids and base names of all runs."""
        return {name for names in self._query("SELECT run_id, base FROM runs") for name in names}

    def of_file(self, session: str, do_file: str) -> Row | None:
        """The last run of the DO that was dropped under this name; None while there is none. A secret in the name was
        taken out of it when the DO was claimed."""
        tail = do_tail(do_file)
        same = "WHERE session=? COLLATE NOCASE AND substr(do_file, ?)=? ORDER BY rowid DESC LIMIT 1"
        found = self._rows(same, session, -len(tail), tail)
        return found[0] if found else None

    def log(self, run_id: str) -> RunLog:
        """The JSON log of a run; what only its end can tell is null while it runs."""
        found = self._query("SELECT log FROM runs WHERE run_id=?", run_id)
        if not found:
            raise UnknownRun(run_id)
        log: RunLog = json.loads(found[0][0])
        return log

    def counts(self, day: datetime | None = None) -> dict[str, dict[str, int]]:
        """Outcomes of one local day (default: today): session -> outcome -> number of runs."""
        found: dict[str, dict[str, int]] = {}
        query = "SELECT session, outcome, count(*) FROM runs WHERE day=? AND outcome IS NOT NULL GROUP BY 1, 2"
        for session, outcome, number in self._query(query, local_day(day or local_now())):
            found.setdefault(session, {})[outcome] = number
        return found

    def open_runs(self, session: str | None = None) -> list[Row]:
        """Runs that are held, running, or ended without their logs being written."""
        return self._rows("WHERE filed=0" + (" AND session=?" if session else ""), *([session] if session else []))

    def unknown(self) -> list[Row]:
        """Runs of unknown outcome that no human has settled."""
        return self._rows("WHERE outcome='unknown' AND settled=0 ORDER BY rowid")

    def held_changes(self, session: str | None = None) -> list[Row]:
        """Runs that have ended and whose changes wait for a human."""
        return self._rows("WHERE changes='held' AND coalesce(session=? COLLATE NOCASE, 1) ORDER BY rowid", session)

    def applied_changes(self, session: str) -> list[Row]:
        """Runs of `session` whose changes are in their repos."""
        return self._rows("WHERE changes='applied' AND session=? COLLATE NOCASE ORDER BY rowid", session)

    def reasons(self, run_id: str) -> tuple[str, ...]:
        """Why a run was held last, as sentences; none for one that never was."""
        found = self._query("SELECT data FROM events WHERE run_id=? AND kind='held' ORDER BY seq DESC LIMIT 1", run_id)
        return tuple(json.loads(found[0][0])["reasons"]) if found else ()

    def _rows(self, tail: str, *values: object) -> list[Row]:
        return [as_row(found) for found in self._query(f"SELECT {COLUMNS} FROM runs {tail}", *values)]  # noqa: S608

    def _row(self, run_id: str) -> Row | None:
        found = self._rows("WHERE run_id=?", run_id)
        return found[0] if found else None

    def _known(self, run_id: str) -> Row:
        row = self._row(run_id)
        if row is None:
            raise UnknownRun(run_id)
        return row
