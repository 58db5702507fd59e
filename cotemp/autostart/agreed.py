"""What somebody agreed to: who, when, and the digest of what was written; kept in this machine's state."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass

from ..places import Places, write_whole
from ..store.identity import os_user
from ..times import local_now, utc
from .entry import Entry
from .system import System

__all__ = ["RECORD", "Agreed", "agree", "agreed", "digest", "forget"]

RECORD = "autostart.json"
"""Name of the record in the state of a home."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """One consent; `at` is UTC, `sha256` that of the essence of what was written."""

    system: str
    by: str
    at: str
    sha256: str
    argv: tuple[str, ...]


def agree(places: Places, system: System, entry: Entry) -> Agreed:
    """Write down that this user wants `entry`, now. Raises StorageFailed."""
    sha256 = digest(system, system.render(entry))
    given = Agreed(system.name, os_user(), utc(local_now()), sha256, entry.argv)
    places.make_state()
    write_whole(places.state / RECORD, json.dumps({"schema": 1, **asdict(given)}, indent=2).encode(), mode=0o600)
    return given


def agreed(places: Places) -> Agreed | None:
    """What was agreed to for this home; None when nothing was, or nobody can read it any more."""
    try:
        said = json.loads((places.state / RECORD).read_bytes())
        system, by, at, sha256 = (str(said[key]) for key in ("system", "by", "at", "sha256"))
        return Agreed(system, by, at, sha256, tuple(map(str, said["argv"])))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def forget(places: Places) -> None:
    """Take the consent back."""
    (places.state / RECORD).unlink(missing_ok=True)


def digest(system: System, text: str) -> str:
    """SHA-256 of what the system acts on, in lower-case hex."""
    return hashlib.sha256(system.essence(text).encode("utf-8", "surrogateescape")).hexdigest()
