"""The events of the ledger, in a chain: each carries the digest of the one before it, so that every edit shows.

The digest of the last one is also kept in a small file beside the ledger: cutting off the end of the
chain leaves that file ahead of it. All this finds edits; it does not prevent them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from ...places import write_whole
from ...times import local_now, utc
from .database import Database
from .rows import EVERYTHING, canonical, digest, fingerprint

__all__ = ["NOTHING", "Chain", "Entry", "Tip", "entry_digest", "read_head"]

NOTHING = "0" * 64
"""What the first event carries as the digest of the one before it."""


class Tip(NamedTuple):
    """The last event of a chain."""

    seq: int
    digest: str


class Entry(NamedTuple):
    """One event. `at` is UTC, RFC 3339; `who` is a user of the system, or `process 4242` for what cotemp did by itself.

    `data` holds what the kind of event tells, and of an event of a run what the run's row was after it.
    """

    seq: int
    at: str
    run_id: str | None
    kind: str
    who: str
    data: dict[str, Any]
    previous: str
    digest: str


class Chain(Database):
    """Adds events to what changes the ledger, in the same transaction."""

    _before: Tip | None = None  # the tip when the transaction under way added its first event
    _tip: Tip | None = None

    @contextmanager
    def _acting(self) -> Iterator[None]:
        """A transaction that adds events; once it is on the disk, the head file follows."""
        with self._guard:
            self._before = self._tip = None
            with self._transaction():
                yield
            if self._head and self._before and self._tip:
                with suppress(OSError):  # it stays behind, which is no sign of anything
                    self._advance(self._head, self._before, self._tip)

    def _append(self, kind: str, run_id: str | None = None, who: str = "", **data: Any) -> int:
        """Add an event to the transaction under way; returns its number. Without `who` cotemp did it by itself."""
        last = self._tip or self._last()
        self._before = self._before or last
        row = self._db.execute(f"SELECT {EVERYTHING} FROM runs WHERE run_id=?", (run_id,)).fetchone()  # noqa: S608
        text = canonical({**data, **fingerprint(row)} if row else data)
        values = (last.seq + 1, utc(local_now()), run_id, kind, who or f"process {os.getpid()}", text, last.digest)
        self._tip = Tip(last.seq + 1, entry_digest(values))
        self._db.execute("INSERT INTO events VALUES (?,?,?,?,?,?,?,?)", (*values, self._tip.digest))
        return self._tip.seq

    def _advance(self, head: Path, before: Tip, tip: Tip) -> None:
        """Write `tip` over what the head says, unless that is of another chain: then it is evidence, and stays."""
        with open(head, "r+b", buffering=0) as file:
            known = _tip_in(file.read(_LENGTH))
            if known == before or (known and known.seq < before.seq and self._has(known)):
                file.seek(0)
                file.write(_line(tip))

    def _has(self, tip: Tip) -> bool:
        """Whether the chain leads over `tip`; a crash or another process may leave the head behind it."""
        return tip.seq == 0 or bool(self._query("SELECT 1 FROM events WHERE seq=? AND digest=?", *tip))

    def _last(self) -> Tip:
        found = self._db.execute("SELECT seq, digest FROM events ORDER BY seq DESC LIMIT 1").fetchone()
        return Tip(*found) if found else Tip(0, NOTHING)

    def _adopt(self) -> None:
        """One event for each run that an older version recorded; the head is on the disk before the first of them."""
        if self._head and not self._head.exists():
            write_whole(self._head, _line(Tip(0, NOTHING)), mode=0o600, durable=True)
        for (run_id,) in self._db.execute("SELECT run_id FROM runs ORDER BY rowid").fetchall():
            self._append("adopted", run_id)
        self._before = self._tip = None

    def length(self) -> int:
        """How many events there are."""
        return int(self._query("SELECT coalesce(max(seq), 0) FROM events")[0][0])

    def events(
        self, run_id: str | None = None, *, session: str | None = None, since: str = "", limit: int = 0
    ) -> list[Entry]:
        """Events in their order: of one run, of one session, since then (UTC, RFC 3339), the last `limit` (0: all)."""
        clauses, values = ["at >= ?"], list[object]([since])
        if run_id:
            clauses.append("run_id = ?")
            values.append(run_id)
        if session:
            clauses.append("json_extract(data, '$.session') = ? COLLATE NOCASE")
            values.append(session)
        order = f"DESC LIMIT {limit}" if limit else ""
        found = self._query(f"SELECT * FROM events WHERE {' AND '.join(clauses)} ORDER BY seq {order}", *values)  # noqa: S608
        entries = [Entry(*one)._replace(data=json.loads(one[5])) for one in found]
        return entries[::-1] if limit else entries


def entry_digest(values: tuple[Any, ...]) -> str:
    """The digest of an event, from its other columns in their order."""
    return digest(canonical(values))


def read_head(path: Path) -> Tip | None:
    """What the head file says was the last event; None when it is gone or says nothing."""
    try:
        return _tip_in(path.read_bytes())
    except OSError:
        return None


def _tip_in(data: bytes) -> Tip | None:
    seq, _, found = data.decode("ascii", "replace").strip().partition(" ")
    return Tip(int(seq), found) if seq.isdecimal() else None


def _line(tip: Tip) -> bytes:
    """Of one length, so that it can be written over the last one in place."""
    return f"{tip.seq:020d} {tip.digest}\n".encode()


_LENGTH = len(_line(Tip(0, NOTHING)))
