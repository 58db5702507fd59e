"""What this machine remembers of a session: when it was wrapped last, and how its signals went."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from ..chat.bloat import Course
from ..places import Places, make_folder, write_whole
from ..store.mailbox import NotPlain, read_plain
from ..times import parse_utc, utc

__all__ = ["Memory", "recall", "remember", "wrapped"]


@dataclass(frozen=True, slots=True)
class Memory:
    """`wrapped`: the last CoWrap; `checked`: the last look at the signals; `course`: how they went."""

    wrapped: datetime | None = None
    checked: datetime | None = None
    course: Course = field(default_factory=Course)


def recall(places: Places, session: str) -> Memory:
    """What is remembered; nothing where the file is missing or broken: that costs one CoWrap too many at most."""
    try:
        return _memory(json.loads(read_plain(_file(places, session), 64 * 1024)[0]))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, NotPlain):
        return Memory()


def remember(places: Places, session: str, memory: Memory) -> None:
    """Keep it. Raises StorageFailed when the disk refuses."""
    path = _file(places, session)
    make_folder(path.parent, 0o700)
    document = {
        "schema": 1,
        "wrapped": memory.wrapped and utc(memory.wrapped),
        "checked": memory.checked and utc(memory.checked),
        "over": sorted(memory.course.over),
        "otherwise": dict(memory.course.otherwise),
    }
    write_whole(path, json.dumps(document).encode() + b"\n", mode=0o600)


def wrapped(places: Places, session: str, at: datetime) -> None:
    """Remember that a CoWrap was made. How the signals go is seen at the next look."""
    remember(places, session, replace(recall(places, session), wrapped=at))


def _file(places: Places, session: str) -> Path:
    return places.state / "wraps" / f"{session.casefold()}.json"


def _memory(document: Mapping[str, Any]) -> Memory:
    course = Course(
        frozenset(map(str, document["over"])), {str(name): int(n) for name, n in document["otherwise"].items()}
    )
    return Memory(_when(document["wrapped"]), _when(document["checked"]), course)


def _when(text: str | None) -> datetime | None:
    return parse_utc(text).astimezone() if text else None
