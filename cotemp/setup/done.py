"""What `init` says of each thing that it looked at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["Done"]


@dataclass(frozen=True, slots=True)
class Done:
    """One thing that was looked at: what it is, where, whether it was changed, and what there is to say about it."""

    what: str
    path: Path
    changed: bool
    remark: str = ""
