"""How much of a line that has no end yet may be shown: nothing that its rest could turn into a secret.

A line is cut before the first place from which a secret may still grow. So a few harmless words appear late, which
costs a moment; a shown half of a password could not be taken back.
"""

from __future__ import annotations

import re

from .detectors import TABLE
from .known import KnownValues
from .views import CONTROLS

__all__ = ["safe_length"]

_TOO_SHORT = 2
"""So many bytes of a secret tell nothing."""

_LITERALS = sorted(
    {b"-----BEGIN", *(word for row in TABLE if row.shaped and not row.opening for word in row.keywords)} - {b"."}
)
"""With what secrets of a known shape begin."""
_OPENING = re.compile(
    rb"|".join([*map(re.escape, _LITERALS), *(row.opening for row in TABLE if row.shaped and row.opening)])
)
_PARTS = frozenset(word[:size] for word in _LITERALS for size in range(_TOO_SHORT + 1, len(word)))
_LONGEST_PART = max(map(len, _PARTS))
_LAST_WORD = re.compile(rb"\S*\Z")
_KEY = re.compile(rb"-----BEGIN")

_NAMES = sorted({word for row in TABLE if not row.shaped and row.any_case for word in row.keywords})
# The name may be shown, and what stands between it and the value: prompts are what people wait for.
_NAMED = re.compile(
    rb"(?:" + rb"|".join(map(re.escape, _NAMES)) + rb")"
    rb"(?:(?<=[a-z])[a-z_-]{0,30}[\"']?[ \t]{0,3}(?:[:=](?!//))?[ \t]{0,3})?"
)


def safe_length(line: bytes, known: KnownValues) -> int:
    """How many bytes of `line`, a line that begins with them, may be shown before its end is known."""
    if CONTROLS.search(line) or b"\r" in line:
        return 0
    return min(_before_name(line), _before_shape(line), known.may_begin(line, _TOO_SHORT + 1))


def _before_name(line: bytes) -> int:
    """The place behind the first words that give a value away: whatever follows may be that value."""
    named = _NAMED.search(line.lower())
    return named.end() if named else len(line)


def _before_shape(line: bytes) -> int:
    """The place where a secret of a known shape begins in the last word; private keys may hold blanks."""
    word = _LAST_WORD.search(line)
    start = word.start() if word else len(line)
    url = line.find(b"://", start)
    found = [match.start() for match in (_OPENING.search(line, start), _KEY.search(line)) if match]
    return min([*found, url + 3 if url >= 0 else len(line), _before_part(line, start)])


def _before_part(line: bytes, start: int) -> int:
    """The place of the first letters of what secrets begin with, at the end of the line."""
    for size in range(min(_LONGEST_PART, len(line) - start), _TOO_SHORT, -1):
        if line[-size:] in _PARTS:
            return len(line) - size
    return len(line)
