"""The ledger: what was meant to run and what became of it, on this machine, safe against power cuts.

A run's intent is on the disk before its DO starts, its outcome before its logs are written. An
intent without an outcome is therefore proof that nobody knows what happened.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..errors import AnswerIsNo, DamagedData, StorageFailed, UnknownRun
from ..messages.run import Ended, Outcome, Run, State, closed
from ..places import Places, make_folder
from ..times import local_now, utc
from .identity import ProcessId

if TYPE_CHECKING:
    from ..messages.runlog import RunLog

__all__ = ["AlreadyRan", "Ledger", "Row"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    run_id TEXT PRIMARY KEY, session TEXT NOT NULL, do_id TEXT, do_file TEXT NOT NULL, title TEXT NOT NULL,
    engine TEXT, sha256 TEXT NOT NULL, base TEXT NOT NULL, repo TEXT, state TEXT NOT NULL, outcome TEXT,
    reason TEXT, queued TEXT NOT NULL, started TEXT, ended TEXT, day TEXT, exit_code INTEGER,
    settled INTEGER NOT NULL DEFAULT 0, filed INTEGER NOT NULL DEFAULT 0, retry_of TEXT, watcher TEXT, log TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS one_run_per_do ON runs (do_id) WHERE do_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS by_day ON runs (day, session, outcome);
CREATE INDEX IF NOT EXISTS open_runs ON runs (session) WHERE filed = 0;
CREATE INDEX IF NOT EXISTS open_questions ON runs (session) WHERE outcome = 'unknown' AND settled = 0;
"""

_COLUMNS = (
    "run_id, session, do_id, do_file, title, engine, sha256, base, repo, state, outcome, reason, queued, "
    "started, ended, exit_code, settled, filed, retry_of"
)


class AlreadyRan(AnswerIsNo):
    """This DO (by its id) has a run already."""

    def __init__(self, do_id: str, run_id: str) -> None:
        super().__init__(f"this DO (id {do_id}) ran already, as {run_id}", f"to run it again: cotemp retry {run_id}")
        self.run_id = run_id


@dataclass(frozen=True, slots=True)
class Row:
    """One run, as the ledger knows it, its fields in the order of the columns; times are UTC, RFC 3339."""

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


class Ledger:
    """The ledger of one home on this machine; may be shared by the threads of a process.

    `create=False` is for readers: where there is no ledger yet, they see an empty one.
    """

    def __init__(self, places: Places, *, create: bool = True) -> None:
        self._path = places.ledger
        self._guard = threading.RLock()
        self._db = self._open(create=create)

    def _open(self, *, create: bool) -> sqlite3.Connection:
        if create:
            make_folder(self._path.parent, 0o700)
        target = str(self._path) if create or self._path.exists() else ":memory:"
        with self._told():
            db = _connect(target)
            if not create and not db.execute("SELECT 1 FROM sqlite_master WHERE name='runs'").fetchone():
                db.close()  # somebody is just making it
                db, create = _connect(":memory:"), True
            if create:
                db.execute("PRAGMA journal_mode=WAL")
                db.execute("PRAGMA synchronous=FULL")
                db.executescript(_SCHEMA)
        return db

    def close(self) -> None:
        """Close the file; the ledger cannot be used any more."""
        self._db.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- writing: who runs DOs ---

    def intend(self, run: Run, watcher: ProcessId, retry_of: str | None = None) -> None:
        """Record, before it starts, that `run` is about to run.

        Raises AlreadyRan when the DO's id is known, StorageFailed when the disk refuses: nothing may
        start then.
        """
        self._insert(run, State.RUNNING, watcher, retry_of)

    def withdraw(self, run_id: str) -> None:
        """Forget an intent: nothing was started, so there is no run."""
        self._change("DELETE FROM runs WHERE run_id=? AND outcome IS NULL", run_id)

    def conclude(self, run_id: str, ended: Ended) -> RunLog:
        """Record how a run ended; returns its JSON log, complete."""
        with self._told(), self._guard:
            log = closed(self.log(run_id), ended)
            self._db.execute(
                "UPDATE runs SET state='done', outcome=?, reason=?, ended=?, day=?, exit_code=?, log=? WHERE run_id=?",
                (ended.outcome, ended.reason, utc(ended.at), _day(ended.at), ended.exit_code, _text(log), run_id),
            )
        return log

    def reject(self, run: Run, watcher: ProcessId, ended: Ended) -> RunLog:
        """Record a DO that never started; returns its JSON log, complete."""
        with self._guard, self._transaction():
            self._insert(run, State.DONE, watcher, None)
            return self.conclude(run.id, ended)

    def mark_filed(self, run_id: str) -> None:
        """Record that the logs are written and the DO has left the session's queue."""
        self._change("UPDATE runs SET filed=1 WHERE run_id=?", run_id)

    def settle(self, run_id: str) -> None:
        """A human has taken notice of an unknown outcome: it needs no attention any more."""
        self._change("UPDATE runs SET settled=1 WHERE run_id=?", run_id)

    def _insert(self, run: Run, state: State, watcher: ProcessId, retry_of: str | None) -> None:
        do_id = run.do.id if run.do and state is not State.DONE else None
        values = (
            run.id, run.session, do_id, run.do_file, run.title, run.engine, run.sha256, run.base, run.repo, state,
            utc(run.queued), utc(run.started) if run.started else None, retry_of,
            f"{watcher.pid} {watcher.start_token} {watcher.host}", _text(run.log()),
        )  # fmt: skip
        try:
            with self._told(), self._guard:
                self._db.execute(
                    "INSERT INTO runs (run_id, session, do_id, do_file, title, engine, sha256, base, repo, state, "
                    "queued, started, retry_of, watcher, log) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                    values,
                )
        except sqlite3.IntegrityError:
            known = self._rows("WHERE do_id=?", do_id)
            if not known:
                raise
            raise AlreadyRan(str(do_id), known[0].run_id) from None

    def _change(self, statement: str, run_id: str) -> None:
        with self._told(), self._guard:
            if self._db.execute(statement, (run_id,)).rowcount == 0:
                raise UnknownRun(run_id)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._told():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    # --- reading: everybody ---

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
        with self._told(), self._guard:
            found = self._db.execute("SELECT run_id, base FROM runs").fetchall()
        return {name for names in found for name in names}

    def of_file(self, session: str, do_file: str) -> Row | None:
        """The last run of the DO of this file name; None while there is none."""
        found = self._rows("WHERE session=? COLLATE NOCASE AND do_file=? ORDER BY rowid DESC LIMIT 1", session, do_file)
        return found[0] if found else None

    def log(self, run_id: str) -> RunLog:
        """The JSON log of a run; what only its end can tell is null while it runs."""
        with self._told(), self._guard:
            found = self._db.execute("SELECT log FROM runs WHERE run_id=?", (run_id,)).fetchone()
        if not found:
            raise UnknownRun(run_id)
        log: RunLog = json.loads(found[0])
        return log

    def counts(self, day: datetime | None = None) -> dict[str, dict[str, int]]:
        """Outcomes of one local day (default: today): session -> outcome -> number of runs."""
        found: dict[str, dict[str, int]] = {}
        query = "SELECT session, outcome, count(*) FROM runs WHERE day=? AND outcome IS NOT NULL GROUP BY 1, 2"
        with self._told(), self._guard:
            for session, outcome, number in self._db.execute(query, (_day(day or local_now()),)):
                found.setdefault(session, {})[outcome] = number
        return found

    def open_runs(self, session: str | None = None) -> list[Row]:
        """Runs that are held, running, or ended without their logs being written."""
        return self._rows("WHERE filed=0" + (" AND session=?" if session else ""), *([session] if session else []))

    def unknown(self) -> list[Row]:
        """Runs of unknown outcome that no human has settled."""
        return self._rows("WHERE outcome='unknown' AND settled=0 ORDER BY rowid")

    def _rows(self, tail: str, *values: object) -> list[Row]:
        with self._told(), self._guard:
            found = self._db.execute(f"SELECT {_COLUMNS} FROM runs {tail}", values).fetchall()  # noqa: S608 - our text
        return [_row(*values) for values in found]

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Database errors as errors of ours; a broken constraint is the caller's business."""
        try:
            yield
        except sqlite3.IntegrityError:
            raise
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise StorageFailed(f"cannot use {self._path}: {error}", "see: cotemp doctor") from error
            raise DamagedData(
                f"{self._path} is damaged: {error}", "move it away; logs and outbox still tell what ran"
            ) from error


def _connect(target: str) -> sqlite3.Connection:
    return sqlite3.connect(target, timeout=10, isolation_level=None, check_same_thread=False)


def _row(*values: Any) -> Row:
    fields = list(values)
    fields[9] = State(fields[9])
    fields[10] = Outcome(fields[10]) if fields[10] else None
    fields[16], fields[17] = bool(fields[16]), bool(fields[17])  # settled, filed
    return Row(*fields)


def _day(when: datetime) -> str:
    return f"{when.astimezone():%Y-%m-%d}"


def _text(log: RunLog) -> str:
    return json.dumps(log, separators=(",", ":"))  # ASCII: SQLite refuses half characters
