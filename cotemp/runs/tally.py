"""What was cleared away from a session is counted for ever, in `archive.json` in its folder.

The count and the list of what is being removed change in one write, before anything is removed. A
file that is on the list and still there is therefore counted twice by nobody: `read_tally` takes it
off again, and the next clearing removes it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import DamagedData
from ..places import SessionPlaces, write_whole
from ..store.mailbox import NotPlain, read_plain

__all__ = ["Archive", "Going", "Tally", "load", "read_tally", "save"]

ARCHIVE_LIMIT = 64 * 1024 * 1024


@dataclass(slots=True)
class Tally:
    """How many DOs, TXT logs and runs by outcome were cleared away; `outbox_ps1` are among `outbox_dos`."""

    outbox_ps1: int = 0
    outbox_dos: int = 0
    logs: int = 0
    runs: dict[str, int] = field(default_factory=dict)

    def count(self, going: Going, times: int = 1) -> None:
        """Count one file; with -1, take it off again."""
        if going.path.startswith("outbox/"):
            if going.mtime is not None and not going.path.endswith(".reasons.json"):
                self.outbox_dos += times
                self.outbox_ps1 += times if going.path.endswith(".ps1") else 0
        elif going.outcome:
            self.runs[going.outcome] = self.runs.get(going.outcome, 0) + times
        elif going.path.endswith(".txt"):
            self.logs += times


@dataclass(frozen=True, slots=True)
class Going:
    """Something that is being removed: `path` within the session, `mtime` in ns (None: a folder).

    `outcome` is that of the run, on its JSON log.
    """

    path: str
    mtime: int | None
    outcome: str | None = None

    def is_there(self, session: SessionPlaces) -> bool:
        """True when it is still to be removed: not gone, and not replaced by another of its name."""
        try:
            found = (session.root / self.path).lstat()
        except OSError:
            return False
        return self.mtime is None or found.st_mtime_ns == self.mtime


@dataclass(slots=True)
class Archive:
    """The content of `archive.json`."""

    tally: Tally = field(default_factory=Tally)
    going: list[Going] = field(default_factory=list)


def read_tally(session: SessionPlaces) -> Tally:
    """What was cleared away from `session` up to now, exact even while it is being cleared.

    Raises DamagedData when the record cannot be read.
    """
    archive = load(session)
    for going in archive.going:
        if going.is_there(session):
            archive.tally.count(going, -1)
    return archive.tally


def load(session: SessionPlaces) -> Archive:
    """Read the record; an empty one where there is none. Raises DamagedData when it cannot be read."""
    path = _path(session)
    try:
        document = json.loads(read_plain(path, ARCHIVE_LIMIT)[0])
        return Archive(_tally(document), [Going(*entry) for entry in document["removing"]])
    except FileNotFoundError:
        return Archive()
    except (OSError, ValueError, KeyError, TypeError, NotPlain) as error:
        raise DamagedData(f"{path} cannot be read: {error}", "move it away: what it counted is then lost") from error


def save(session: SessionPlaces, archive: Archive) -> None:
    """Write the record so that it survives a power cut. Raises StorageFailed."""
    tally = archive.tally
    document = {
        "schema": 1,
        "outbox_ps1": tally.outbox_ps1,
        "outbox_dos": tally.outbox_dos,
        "logs": tally.logs,
        "runs": tally.runs,
        "removing": [[going.path, going.mtime, going.outcome] for going in archive.going],
    }
    write_whole(_path(session), json.dumps(document).encode(), durable=True)


def _tally(document: Any) -> Tally:
    runs = {str(outcome): int(number) for outcome, number in document["runs"].items()}
    return Tally(int(document["outbox_ps1"]), int(document["outbox_dos"]), int(document["logs"]), runs)


def _path(session: SessionPlaces) -> Path:
    return session.root / "archive.json"
