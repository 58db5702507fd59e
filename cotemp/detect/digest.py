"""A digest of what stands on a screen, without what moves by itself: a busy program that keeps its digest is wedged."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING

from .rows import Row

if TYPE_CHECKING:
    from ..agents.backends import Patterns
    from .composer import Field

__all__ = ["digest_of"]

_SPINS = dict.fromkeys([*range(0x2800, 0x2900), *range(0x25D0, 0x25D4), *map(ord, "◦·✢✳✶✻✽■⬝█▓▒░↓↑")])
"""Spinners and bars; taken out first, by a table, because what follows is then found by its first digit."""
_MOVES = re.compile(
    r"\b\d[\d.,]*(?:"
    r":\d\d(?::\d\d)?(?: ?[AaPp][Mm])?\b"  # clocks
    r"|(?:ms|[dhms])\b(?: ?\d+[dhms]\b)*"  # durations
    r"| ?[kKM]? ?tokens?\b| ?%|[KM]? +\(\d+%\)"  # counters
    r")|attempt #?\d+(?:/\d+)?"
)
_TIP = re.compile(r"^\s*(?:[⎿└]|●)?\s*Tips?\b:?")


def digest_of(rows: Sequence[Row], field: Field | None, busy: Patterns) -> str:
    """16 hex digits. The composer and what stands below it are left out: a human types there, and footers count."""
    shown = rows[: field.top] if field else rows
    lines = (
        _MOVES.sub("", row.plain.translate(_SPINS)).strip()
        for row in shown
        if not busy.find(row.plain) and not _TIP.match(row.plain)
    )
    return blake2b("\n".join(line for line in lines if line).encode("utf-8", "replace"), digest_size=8).hexdigest()
