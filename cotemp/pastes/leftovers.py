"""Answers of which something was not taken: kept whole in the home, without secrets, so that nothing is lost."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from ..chat.paste import Scrub
from ..names import random_part
from ..places import Places, make_folder, refuse_link, write_whole
from ..times import stamp

__all__ = ["NOBODYS", "keep"]

NOBODYS = "_answers"
"""The folder of answers of nobody knows which session; no session can be called so."""


def keep(places: Places, session: str | None, text: str, scrub: Scrub, now: datetime) -> Path:
    """Write an answer into the home, line by line as it came; returns the file. Raises DamagedData, StorageFailed."""
    folder = places.home / "pastes" / (session or NOBODYS)
    for one in (folder.parent, folder):
        refuse_link(one)
        make_folder(one)
    path = folder / f"{stamp(now)}-{random_part(6)}__answer.md"
    write_whole(path, scrub(text).encode("utf-8", "replace"))
    return path
