"""An answer of a keeper, `{"is": …}` or `{"error": [class, what, fix]}`, as it travels."""

from __future__ import annotations

import json
from typing import Any

from ...errors import BadUsage, CotempError, HeldByOther, NotFound, RefusedByPolicy, TookTooLong, ToolMissing

__all__ = ["answer_of", "failed"]

_RAISED: dict[str, type[CotempError]] = {
    kind.__name__: kind for kind in (BadUsage, HeldByOther, NotFound, RefusedByPolicy, TookTooLong, ToolMissing)
}


def failed(error: CotempError) -> dict[str, Any]:
    """The answer that raises `error` at the other end."""
    return {"error": [type(error).__name__, error.what, error.fix]}


def answer_of(line: bytes) -> Any:
    """What was answered. Raises what the keeper raised."""
    said = json.loads(line)
    if "error" in said:
        name, what, fix = said["error"]
        raise _RAISED.get(name, CotempError)(what, fix)
    return said["is"]
