"""Which sessions should be watched: a file, so that a change is one write, and a daemon that comes back knows."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ..places import Places, write_whole

__all__ = ["read_wanted", "write_wanted"]


def read_wanted(places: Places, key: str = "sessions") -> list[str]:
    """Ids of the sessions that should be watched; of key `finishing`, those that may end their DO first."""
    try:
        return [str(session) for session in json.loads((places.daemon / "wanted.json").read_bytes())[key]]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def write_wanted(places: Places, sessions: Sequence[str], finishing: Sequence[str] = ()) -> None:
    """Say which sessions should be watched; a running daemon follows when it is told to look.

    A session that is given up loses the DO that runs, unless it is among `finishing`.
    """
    text = json.dumps({"schema": 1, "sessions": sorted(set(sessions)), "finishing": sorted(set(finishing))})
    write_whole(places.daemon / "wanted.json", text.encode(), mode=0o600)
