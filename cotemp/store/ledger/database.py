"""The ledger's file: opening, making and upgrading it, transactions, and its errors as errors of ours."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from ...errors import DamagedData, StorageFailed
from ...places import Places, make_folder

__all__ = ["Database"]

_VERSION = 2
"""`user_version` of the file; 0 before there were events."""

_RUNS = """CREATE TABLE IF NOT EXISTS runs (
    run_id TEXT PRIMARY KEY, session TEXT NOT NULL, do_id TEXT, do_file TEXT NOT NULL, title TEXT NOT NULL,
    engine TEXT, sha256 TEXT NOT NULL, base TEXT NOT NULL, repo TEXT, state TEXT NOT NULL, outcome TEXT,
    reason TEXT, queued TEXT NOT NULL, started TEXT, ended TEXT, day TEXT, exit_code INTEGER,
    settled INTEGER NOT NULL DEFAULT 0, filed INTEGER NOT NULL DEFAULT 0, retry_of TEXT, watcher TEXT, log TEXT NOT NULL
)"""
_LATER = {"changes": "TEXT", "pending": "TEXT"}
"""What version 2 added to `runs`: what became of the changes to the repo; how a run ended whose changes are applied."""

_REST = (
    "CREATE UNIQUE INDEX IF NOT EXISTS one_run_per_do ON runs (do_id) WHERE do_id IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS by_day ON runs (day, session, outcome)",
    "CREATE INDEX IF NOT EXISTS open_runs ON runs (session) WHERE filed = 0",
    "CREATE INDEX IF NOT EXISTS open_questions ON runs (session) WHERE outcome = 'unknown' AND settled = 0",
    "CREATE INDEX IF NOT EXISTS held_changes ON runs (session) WHERE changes = 'held'",
    "CREATE TABLE events (seq INTEGER PRIMARY KEY, at TEXT NOT NULL, run_id TEXT, kind TEXT NOT NULL, "
    "who TEXT NOT NULL, data TEXT NOT NULL, previous TEXT NOT NULL, digest TEXT NOT NULL)",
    "CREATE INDEX events_of_run ON events (run_id)",
    # `made` and `ended` are the events that made a decision and used it up, or took it back.
    "CREATE TABLE decisions (id TEXT PRIMARY KEY, kind TEXT NOT NULL, run_id TEXT, until TEXT, body TEXT NOT NULL, "
    "made INTEGER NOT NULL, ended INTEGER)",
    "CREATE UNIQUE INDEX one_open_decision ON decisions (run_id) WHERE ended IS NULL AND run_id IS NOT NULL",
    "CREATE TABLE children (session TEXT NOT NULL COLLATE NOCASE, do_file TEXT NOT NULL, sha256 TEXT NOT NULL, "
    "parent TEXT NOT NULL, ceiling TEXT NOT NULL, depth INTEGER NOT NULL, made INTEGER NOT NULL, "
    "PRIMARY KEY (session, do_file, sha256)) WITHOUT ROWID",
)


class Database:
    """An open ledger file; one connection, which the threads of a process share."""

    def __init__(self, places: Places, *, create: bool = True) -> None:
        self._path = places.ledger
        self._head: Path | None = self._path.with_suffix(".head")
        self._guard = threading.RLock()
        self._db = self._open(create=create)

    def _open(self, *, create: bool) -> sqlite3.Connection:
        if create:
            make_folder(self._path.parent, 0o700)
        with self._told():
            db = _connect(str(self._path)) if create or self._path.exists() else None
            if db and not create and not _has_runs(db):
                db.close()  # somebody is just making it
                db = None
            if db is None:
                self._head, db = None, _connect(":memory:")
            elif create:
                db.execute("PRAGMA journal_mode=WAL")
            self._db = db
            db.execute("PRAGMA synchronous=FULL")
            self._upgrade()
        return db

    def _upgrade(self) -> None:
        """Make what is missing in this file, whichever version made it."""
        if self._version() == _VERSION:
            return
        with self._transaction():
            found = self._version()  # another process may have done it meanwhile
            if found > _VERSION:
                raise DamagedData(f"{self._path} was made by a newer cotemp", "update cotemp")
            if found < _VERSION:
                self._make()

    def _make(self) -> None:
        self._db.execute(_RUNS)
        known = {column[1] for column in self._db.execute("PRAGMA table_info(runs)")}
        for name, kind in _LATER.items():
            if name not in known:
                self._db.execute(f"ALTER TABLE runs ADD COLUMN {name} {kind}")
        for statement in _REST:
            self._db.execute(statement)
        self._adopt()
        self._db.execute(f"PRAGMA user_version={_VERSION}")

    def _adopt(self) -> None:
        """Called once for each file, in the transaction that made its tables."""

    def _version(self) -> int:
        return int(self._db.execute("PRAGMA user_version").fetchone()[0])

    def close(self) -> None:
        """Close the file; the ledger cannot be used any more."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def head(self) -> Path | None:
        """The file that remembers the last event; None where there is no ledger."""
        return self._head

    @contextmanager
    def still(self) -> Iterator[Callable[..., Iterator[tuple[Any, ...]]]]:
        """Gives a function for queries, all of which see the ledger as it is now."""
        with self._transaction("DEFERRED"):
            yield lambda query, *values: self._db.execute(query, values)

    @contextmanager
    def _transaction(self, kind: str = "IMMEDIATE") -> Iterator[None]:
        with self._told(), self._guard:
            self._db.execute(f"BEGIN {kind}")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._commit()

    def _commit(self) -> None:
        try:
            self._db.execute("COMMIT")
        except sqlite3.Error:
            if self._db.in_transaction:  # the disk refused: nothing of it may wait for the next commit
                self._db.execute("ROLLBACK")
            raise

    def _query(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._told(), self._guard:
            return self._db.execute(query, values).fetchall()

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
                f"{self._path} is damaged: {error}",
                f"move it and {self._path.stem}.head away; logs and outbox still tell what ran",
            ) from error


def _connect(target: str) -> sqlite3.Connection:
    return sqlite3.connect(target, timeout=10, isolation_level=None, check_same_thread=False)


def _has_runs(db: sqlite3.Connection) -> bool:
    return db.execute("SELECT 1 FROM sqlite_master WHERE name='runs'").fetchone() is not None
