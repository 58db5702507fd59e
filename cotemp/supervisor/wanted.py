"""Which sessions should be watched: a file, so that a change is one write, and a daemon that comes back knows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from ..places import Places, write_whole

__all__ = ["Wanted", "read_both", "read_wanted", "write_wanted"]


class Wanted(NamedTuple):
    """Ids of the sessions that should be watched, and of those that are given up but may end their DO first."""

    sessions: list[str]
    finishing: list[str]


def read_both(places: Places) -> Wanted:
    """What is wanted now, from one look at the file: of two looks, the second may see what came after the first."""
    try:
        found = json.loads((places.daemon / "wanted.json").read_bytes())
        return Wanted([str(one) for one in found["sessions"]], [str(one) for one in found["finishing"]])
    except (OSError, ValueError, KeyError, TypeError):
        return Wanted([], [])


def read_wanted(places: Places) -> list[str]:
    """Ids of the sessions that should be watched."""
    return read_both(places).sessions


def write_wanted(places: Places, sessions: Sequence[str], finishing: Sequence[str] = ()) -> None:
    """Say which sessions should be watched; a running daemon follows when it is told to look.

    A session that is given up loses the DO that runs, unless it is among `finishing`.
    """
    text = json.dumps({"schema": 1, "sessions": sorted(set(sessions)), "finishing": sorted(set(finishing))})
    write_whole(places.daemon / "wanted.json", text.encode(), mode=0o600)
