"""The CoWraps of a session that lie in the home's `logs/`: snapshots, which name their session inside, and bundles."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from ..places import Places
from ..store.mailbox import NotPlain, read_plain
from ..times import dated
from .happening import Happening, Kind

__all__ = ["Wrap", "wraps_of"]

_HEAD = 2048
"""Bytes of a snapshot in which its session is named."""
_SESSION = re.compile(rb"^Session: (\S{1,64})\r?$", re.MULTILINE)


class Wrap(NamedTuple):
    """One CoWrap; `what` says whether it is a snapshot or a bundle."""

    at: datetime
    session: str
    path: Path
    what: str

    def happening(self) -> Happening:
        """As a line."""
        return Happening(self.at, Kind.WRAP, self.session, f"CoWrap {self.what}", self.path.name)


def wraps_of(places: Places, session: str) -> list[Wrap]:
    """The CoWraps that `session` left, oldest first. A snapshot of the original names no session: it is nobody's."""
    return sorted(_found(places.home / "logs", session))


def _found(folder: Path, session: str) -> Iterator[Wrap]:
    try:
        with os.scandir(folder) as entries:
            files = [
                (entry.name, entry.stat(follow_symlinks=False).st_mtime)
                for entry in entries
                if entry.is_file(follow_symlinks=False)
            ]
    except OSError:
        return
    bundle = re.compile(rf"CoWrap-\d{{8}}-\d{{6}}-{re.escape(session)}-to-.+\.zip", re.IGNORECASE)
    for name, modified in files:
        if bundle.fullmatch(name):
            yield Wrap(dated(modified), session, folder / name, "bundle")
        elif name.startswith("CoWrap_Snapshot_") and _named(folder / name) == session.casefold():
            yield Wrap(dated(modified), session, folder / name, "snapshot")


def _named(path: Path) -> str | None:
    try:
        found = _SESSION.search(read_plain(path, _HEAD)[0])
    except (OSError, NotPlain):
        return None
    return found[1].decode("utf-8", "replace").casefold() if found else None
