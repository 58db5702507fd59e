"""A digest of what stands on a screen, without what moves by itself: a busy program that keeps its digest is wedged."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING

from .rows import Row

if TYPE_CHECKING:
    from ..agents.backends import Backend
    from .composer import Field

__all__ = ["digest_of"]

_MOVES = re.compile(
    r"[\u2800-\u28ff\u25d0-\u25d3\u25e6·✢✳✶✻✽■⬝█▓▒░]+"  # spinners and bars
    r"|\b\d{1,2}:\d\d(?::\d\d)?(?: ?[AaPp][Mm])?\b"  # clocks
    r"|\b(?:\d+(?:\.\d+)?(?:ms|[dhms]) ?)+"  # durations
    r"|[↓↑]? ?\b[\d.,]+ ?[kKM]? ?tokens?\b|\b\d{1,3} ?%|[\d.,]+[KM]? +\(\d+%\)"  # counters
    r"|attempt \#?\d+(?:/\d+)?"
)
_TIP = re.compile(r"^\s*(?:[⎿└]|●)?\s*Tips?\b:?")


def digest_of(rows: Sequence[Row], field: Field | None, backend: Backend) -> str:
    """16 hex digits. The composer and what stands below it are left out: a human types there, and footers count."""
    shown = rows[: field.top] if field else rows
    busy = backend.screen.busy
    lines = (
        _MOVES.sub("", row.plain).strip() for row in shown if not busy.find(row.plain) and not _TIP.match(row.plain)
    )
    return blake2b("\n".join(line for line in lines if line).encode("utf-8", "replace"), digest_size=8).hexdigest()
