"""Runs that only their JSON logs tell of: made by the PowerShell original, by another machine, or
before this machine's state was lost.

What was read is remembered in this machine's state (a file that may be deleted at any time), by
session, file name, size and modification time.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sqlite3
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ..messages.run import Outcome
from ..names import is_run_id, run_of
from ..places import Places
from ..renames import remove
from ..store.mailbox import NotPlain, read_plain
from ..times import STAMP, local_or_none, utc
from .row import Entry, LogFolder, RunRow

__all__ = ["legacy_stamp", "read_foreign"]

LIMIT = 4 * 1024 * 1024
"""The largest JSON log in bytes that is read; a larger one is none of ours."""
FRESH = 2.0
"""A file younger than this (seconds) may change again without its time changing: it is not remembered yet."""
BATCH = 2000
"""How many logs are read before what they told is remembered."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS told (
    session TEXT NOT NULL, name BLOB NOT NULL, mtime INTEGER NOT NULL, size INTEGER NOT NULL, run_id TEXT, title TEXT,
    engine TEXT, outcome TEXT, started TEXT, ended TEXT, exit_code INTEGER, reason TEXT, PRIMARY KEY (session, name)
) WITHOUT ROWID;
"""
_LEGACY_STAMP = re.compile(r"-(\d{8}-\d{6}(?:-\d+)?)$", re.ASCII)
_LEGACY_RESULTS = {"pass": Outcome.PASSED, "fail": Outcome.FAILED}
_OUTCOMES = {outcome.value: outcome for outcome in Outcome}

_Values = tuple[str | None, str | None, str | None, str | None, str | None, str | None, int | None, str | None]
_UNREADABLE: _Values = (None, None, None, None, None, None, None, None)


def legacy_stamp(base: str) -> str | None:
    """The original's `<yyyyMMdd-HHmmss>-<pid>` (older: without pid) at the end of a base name."""
    match = _LEGACY_STAMP.search(base)
    return match[1] if match else None


def read_foreign(
    places: Places,
    folders: Mapping[str, LogFolder],
    known: Collection[str],
    progress: Callable[[str], None] | None,
) -> tuple[list[Entry], list[Path]]:
    """The runs that JSON logs in `folders` (by session) tell of, oldest first, and the
    logs that nobody can read.

    Left out are runs whose id or base is in `known`.
    """
    strangers = {
        session: [name for name in folder.names if name.endswith(".json") and name[:-5] not in known]
        for session, folder in folders.items()
    }
    found: dict[tuple[str, str], Entry] = {}
    unreadable: list[Path] = []
    with _remembered(places, needed=any(strangers.values())) as memory:
        for session, names in strangers.items():
            folder = folders[session]
            for name, values in _read_session(memory, session, folder.prefix, names, progress):
                run_id = values[0]
                if run_id is None:
                    unreadable.append(Path(folder.prefix + name))
                elif run_id not in known:
                    # A copy that a synchroniser made of one of our logs is the same run once more.
                    key = (session, run_id if is_run_id(run_id) else name)
                    found.setdefault(key, _entry(session, name[:-5], values, folder))
    return sorted(found.values(), key=lambda entry: entry.row.when), unreadable


def _entry(session: str, base: str, values: _Values, folder: LogFolder) -> Entry:
    run_id, title, engine, outcome, started, ended, exit_code, reason = values
    row = RunRow(
        run_id or base, session, title or base, engine, _OUTCOMES[outcome or ""], started, ended, exit_code, reason,
        folder.text_log(base),
    )  # fmt: skip
    return Entry(row, base)


def _read_session(
    memory: sqlite3.Connection,
    session: str,
    prefix: str,
    names: list[str],
    progress: Callable[[str], None] | None,
) -> Iterator[tuple[str, _Values]]:
    query = (
        "SELECT name, mtime, size, run_id, title, engine, outcome, started, ended, exit_code, reason "
        "FROM told WHERE session=?"
    )
    before = {row[0]: row[1:] for row in memory.execute(query, (session,))}
    new: list[tuple[Any, ...]] = []
    latest = time.time() - FRESH
    for number, name in enumerate(names):
        key = os.fsencode(name)
        try:
            found = os.lstat(prefix + name)
        except OSError:
            continue
        remembered = before.pop(key, None)
        if remembered and remembered[:2] == (found.st_mtime_ns, found.st_size):
            yield name, remembered[2:]
            continue
        values = _read(Path(prefix + name))
        if found.st_mtime < latest:
            new.append((session, key, found.st_mtime_ns, found.st_size, *values))
        yield name, values
        if len(new) >= BATCH:
            _remember(memory, new)
            if progress:
                progress(f"reading the logs of {session} for the first time: {number} of {len(names)}")
    _remember(memory, new)
    _forget(memory, session, before)


@contextlib.contextmanager
def _remembered(places: Places, *, needed: bool) -> Iterator[sqlite3.Connection]:
    """The memory of what was read; an empty one that nobody keeps where the real one cannot be used."""
    path = places.state / "foreign.db"
    memory = _open(path) if needed and path.parent.is_dir() else None
    memory = memory or _open(None)
    assert memory is not None, "a database in memory can always be made"
    try:
        yield memory
    finally:
        memory.close()


def _open(path: Path | None) -> sqlite3.Connection | None:
    for _ in range(2):
        try:
            return _prepared(sqlite3.connect(path or ":memory:", timeout=2, isolation_level=None))
        except sqlite3.OperationalError:
            return None
        except sqlite3.DatabaseError:
            if path:  # damaged: it only repeats what the logs say
                with contextlib.suppress(FileNotFoundError):
                    remove(path)
    return None


def _prepared(memory: sqlite3.Connection) -> sqlite3.Connection:
    """`memory` with its table. Raises sqlite3.DatabaseError, and closes it, when it is of no use."""
    try:
        memory.execute("PRAGMA synchronous=OFF")
        memory.executescript(_SCHEMA)
        memory.execute("SELECT count(*) FROM (SELECT reason FROM told LIMIT 1)").fetchone()
    except sqlite3.DatabaseError:
        memory.close()  # Windows removes no file that is open
        raise
    return memory


def _remember(memory: sqlite3.Connection, rows: list[tuple[Any, ...]]) -> None:
    if not rows:
        return
    with contextlib.suppress(sqlite3.DatabaseError):  # full or locked: they are read again next time
        memory.execute("BEGIN")
        memory.executemany("INSERT OR REPLACE INTO told VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", rows)
        memory.execute("COMMIT")
    if memory.in_transaction:
        memory.execute("ROLLBACK")
    rows.clear()


def _forget(memory: sqlite3.Connection, session: str, names: Collection[bytes]) -> None:
    with contextlib.suppress(sqlite3.DatabaseError):
        memory.executemany("DELETE FROM told WHERE session=? AND name=?", [(session, name) for name in names])


def _read(path: Path) -> _Values:
    try:
        data, _ = read_plain(path, LIMIT + 1)
        document = json.loads(data) if len(data) <= LIMIT else None
    except (OSError, ValueError, NotPlain, RecursionError):
        return _UNREADABLE
    return _understand(document, path.name[:-5]) if isinstance(document, dict) else _UNREADABLE


def _understand(document: dict[str, Any], base: str) -> _Values:
    """The row in a JSON log, ours or the original's; nothing in it is believed to be of its type."""
    outcome = _outcome(document)
    if outcome is None:
        return _UNREADABLE
    claimed = document.get("run_id")
    run_id = claimed if isinstance(claimed, str) and is_run_id(claimed) else run_of(base) or legacy_stamp(base) or base
    engine = document.get("engine")
    exit_code = document.get("exit_code")
    ended = local_or_none(document.get("ended")) or local_or_none(document.get("ts"))
    started = local_or_none(document.get("started"))
    if "schema" not in document:
        started, engine = _legacy_start(document, ended, run_id), {"name": "pwsh"}
    return (
        _text(run_id) or base,
        _text(document.get("title")) or _text(document.get("do_title")) or _text(base),
        _text(engine.get("name")) if isinstance(engine, dict) else None,
        outcome,
        utc(started) if started else None,
        utc(ended) if ended else None,
        exit_code if isinstance(exit_code, int) and abs(exit_code) < 2**63 else None,
        _text(document.get("reason")),
    )


def _outcome(document: dict[str, Any]) -> Outcome | None:
    for found in (document.get("outcome"), document.get("result")):
        if isinstance(found, str) and (known := _OUTCOMES.get(found) or _LEGACY_RESULTS.get(found)):
            return known
    return None


def _legacy_start(document: dict[str, Any], ended: datetime | None, run_id: str) -> datetime | None:
    """When a run of the original began: its end less what it took, else the stamp in its name."""
    with contextlib.suppress(LookupError, TypeError, ValueError, OverflowError):
        if ended:
            return ended - timedelta(milliseconds=document["events"][0]["elapsed_ms"])
    with contextlib.suppress(ValueError, OverflowError, OSError):
        return datetime.strptime(run_id[:15], STAMP).astimezone()
    return ended


def _text(value: object) -> str | None:
    """`value` when it is text, in a form that can be written down anywhere."""
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else None
