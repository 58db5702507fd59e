"""Until when a usage limit lasts: an epoch, an ISO time, words of a program, or JSON with one of these."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from ...agents.limits import MARGIN
from ...detect.limits import reset_of
from ...times import dated, parse_utc
from ..model import Deadline, Origin

__all__ = ["deadline", "deadline_in"]

_KEYS = ("until", "resets_at", "reset_at", "resets", "reset", "limited_until", "expires", "resume_at")
_WORDS = ("reason", "quote", "text", "message")
_EPOCH = re.compile(r"\d{9,13}(?:\.\d{1,9})?", re.ASCII)
_MILLISECONDS = 100_000_000_000
_LONGEST = 500


def deadline(whose: str, text: str, file: Path) -> Deadline:
    """What a `.limited-*` file says. A text is read as it was meant when the file was written."""
    lines = [line.strip() for line in text.split("\n")[:50] if line.strip()]
    until = next((found for found in map(_moment, lines) if found), None)
    words = " ".join(line for line in lines if not _moment(line)) or " ".join(lines)
    return Deadline(whose, until or _told(words, file), words[:_LONGEST], Origin(file))


def deadline_in(whose: str, text: str, file: Path) -> Deadline:
    """What a `limited-*.json` file says. Raises ValueError when it is no JSON object."""
    told = json.loads(text)
    if not isinstance(told, dict):
        raise ValueError("no object")
    key = next((key for key in _KEYS if told.get(key) not in (None, "")), "")
    words = _words(told, key)
    until = _moment(str(told[key])) if key else None
    return Deadline(_whose(told) or whose, until or _told(words, file), words[:_LONGEST], Origin(file))


def _moment(text: str) -> datetime | None:
    """A time (UTC) in seconds or milliseconds since the epoch, or as ISO 8601 (UTC without an offset)."""
    try:
        if _EPOCH.fullmatch(text):
            seconds = float(text)
            return datetime.fromtimestamp(seconds / 1000 if seconds >= _MILLISECONDS else seconds, UTC)
        when = parse_utc(text)
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _told(words: str, file: Path) -> datetime | None:
    until = reset_of(words[:_LONGEST], dated(os.lstat(file).st_mtime))
    return until and until + MARGIN


def _whose(told: Mapping[str, object]) -> str:
    return next((str(told[key])[:64] for key in ("account", "backend") if isinstance(told.get(key), str)), "")


def _words(told: Mapping[str, object], key: str) -> str:
    said = [str(told[one]) for one in _WORDS if isinstance(told.get(one), str)]
    return " ".join(said) or str(told.get(key, ""))
