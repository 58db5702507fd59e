"""Session ids: whether one can be given to a program at all."""

from __future__ import annotations

import re
from pathlib import Path

from ..model import Origin, ResumeId
from .found import Found

__all__ = ["resume_id"]

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{3,127}")
"""What follows a switch such as --resume must not look like a switch itself."""


def resume_id(found: Found, file: Path, agent: str, phase: str | None = None) -> ResumeId | None:
    """The id in `file`; None when there is none that a program could be given, and that is noted."""
    told = found.word(file)
    if told is None:
        return None
    if not _ID.fullmatch(told.value):
        found.gave_up(file, f"{told.value[:80]!r} is no session id", 1)
        return None
    return ResumeId(agent, told.value, Origin(file, 1), phase)
