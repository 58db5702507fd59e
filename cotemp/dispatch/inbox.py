"""Which DOs wait in an inbox, and in which order they came."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..messages.header import is_whole
from ..messages.header.syntax import HEADER_LIMIT
from ..names import DO_LIMIT
from ..runner.engines import Engine, engine_of
from ..store.mailbox import read_plain
from .gate import CHECKS, SUSPICIOUS_CHECKS, Gate

__all__ = ["Arrivals", "Candidate", "Whole", "look"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file whose name says that it is a DO; `mtime` in seconds since the epoch."""

    path: Path
    engine: Engine
    mtime: float


@dataclass(frozen=True, slots=True)
class Whole:
    """A candidate that is completely written: its bytes (at most one more than allowed) and their digest."""

    candidate: Candidate
    data: bytes
    sha256: str


class Arrivals:
    """The order of arrival: first seen, then modification time, then name."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}
        self._next = 0

    def list(self, inbox: Path, engines: Mapping[str, Engine]) -> list[Candidate]:
        """The candidates of `inbox` in order of arrival. Raises OSError when the folder cannot be read."""
        found = {}
        with os.scandir(inbox) as entries:
            for entry in entries:
                engine = engine_of(entry.name, engines)
                if engine:
                    found[entry.name] = Candidate(Path(entry.path), engine, _mtime(entry))
        new = [name for name in found if name not in self._seen]
        for name in sorted(new, key=lambda name: (found[name].mtime, name)):
            self._seen[name] = self._next
            self._next += 1
        self._seen = {name: order for name, order in self._seen.items() if name in found}
        return sorted(found.values(), key=lambda candidate: self._seen[candidate.path.name])


def _mtime(entry: os.DirEntry[str]) -> float:
    try:
        return entry.stat(follow_symlinks=False).st_mtime
    except OSError:
        return 0.0  # vanished meanwhile: whoever takes it will notice


def look(candidate: Candidate, gate: Gate, now: float) -> Whole | None:
    """The candidate's bytes when it is completely written, else None: look again later.

    A right body digest proves it at once; anything else must pass `gate`. Raises NotPlain for what
    is no regular file and OSError for what cannot be read now.
    """
    name = candidate.path.name
    if not gate.due(name, now):
        return None
    data, found = read_plain(candidate.path, DO_LIMIT + 1)
    digest = hashlib.sha256(data).hexdigest()
    if is_whole(data):
        return Whole(candidate, data, digest)
    token = f"{found.st_size}:{digest if len(data) <= DO_LIMIT else found.st_mtime_ns}"
    checks = SUSPICIOUS_CHECKS if b"body_sha256" in data[:HEADER_LIMIT] else CHECKS
    return Whole(candidate, data, digest) if gate.look(name, token, now, checks) else None
