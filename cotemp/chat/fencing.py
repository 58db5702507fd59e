"""Fences that no content can end: text stands in a chat as it is, and never as part of what we say around it."""

from __future__ import annotations

import re

__all__ = ["BREAKS", "fence", "fence_for"]

BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
"""Everything that some window shows as the end of a line, besides `\\n`."""

_TICKS = re.compile(r"`+")
_SHORTEST = 3


def fence_for(text: str) -> str:
    """Backquotes, more of them than stand in a row anywhere in `text`: windows trim lines, so every place counts."""
    longest = max(map(len, _TICKS.findall(text)), default=0)
    return "`" * max(_SHORTEST, longest + 1)


def fence(text: str, language: str = "text", mark: str = "") -> str:
    """`text` in a fence, which ends without a line break; `mark` is a fence that is at least long enough."""
    ticks = mark or fence_for(text)
    body = BREAKS.sub("\n", text)
    return f"{ticks}{language}\n{body}{'' if body.endswith(chr(10)) or not body else chr(10)}{ticks}"
