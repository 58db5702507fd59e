"""Times as PowerShell leaves them alone: `ConvertFrom-Json` before 7.5 turns `2025-09-09T10:00:00Z` into a local date
and forgets the offset, but not `2025-09-09 10:00:00Z`, which RFC 3339 allows as well."""

from __future__ import annotations

import re
from typing import Any, overload

__all__ = ["spaced", "spaced_all"]

_TIME = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)", re.ASCII)
_KEYS = frozenset(
    (
        "ts", "at", "since", "until", "due", "queued", "started", "ended", "acknowledged", "generated", "self_tested",
        "limited_until",
    )
)  # fmt: skip


@overload
def spaced(time: str) -> str: ...
@overload
def spaced(time: None) -> None: ...
def spaced(time: str | None) -> str | None:
    """An RFC 3339 time with a space before the clock; anything else as it is."""
    return _TIME.sub(r"\1 \2", time, count=1) if time else time


def spaced_all(value: Any) -> Any:
    """A JSON value with every time in it spaced; times are known by their keys, so no text of a user is changed."""
    if isinstance(value, dict):
        return {
            key: spaced(one) if key in _KEYS and isinstance(one, str) else spaced_all(one)
            for key, one in value.items()
        }  # fmt: skip
    return [spaced_all(one) for one in value] if isinstance(value, list) else value
