"""What a phase's status file says: `## DONE`, and `WAITING-UNTIL: <RFC 3339>`. It is foreign text: only read."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ..display import display_line
from ..times import parse_utc
from .seen import StatusSeen

__all__ = ["FARTHEST", "Status", "read"]

FARTHEST = timedelta(days=7)
"""Nobody waits longer: a later time is a slip of the pen."""
_DONE = re.compile(r"^## DONE\b", re.MULTILINE)
_WAITING = re.compile(r"^[ \t]*WAITING-UNTIL\b:?[ \t]*(.*)$", re.MULTILINE)
_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(?:([Zz]|UTC|GMT)|([+-]\d\d:\d\d))(?![\w:+-])", re.ASCII
)
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Status:
    """A status file: `times` are all that it names, None for what is no time, with the words beside it."""

    done: bool = False
    times: tuple[tuple[datetime | None, str], ...] = ()

    def seen(self, blob: str, now: datetime) -> StatusSeen:
        """What counts `now`: the last time that makes sense."""
        sensible = [at for at, _ in self.times if at and at - now <= FARTHEST]
        return StatusSeen(blob, self.done, sensible[-1] if sensible else None)

    def problem(self, now: datetime) -> str:
        """Why the last time that it names does not count; "" when it does, or there is none."""
        at, words = self.times[-1] if self.times else (now, "")
        if at is None:
            return f"WAITING-UNTIL {words!r} is no RFC 3339 time with a zone"
        return f"WAITING-UNTIL {words} is more than {FARTHEST.days} days ahead" if at - now > FARTHEST else ""


def read(data: bytes) -> Status:
    """What the content of a status file says."""
    text = _text(data).replace("\r\n", "\n").replace("\r", "\n")
    times = tuple((_time(words), display_line(words.strip(), _SHOWN)) for words in _WAITING.findall(text))
    return Status(_DONE.search(text) is not None, times)


def _text(data: bytes) -> str:
    """Windows PowerShell writes UTF-16 when nobody stops it."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig", "replace")


def _time(words: str) -> datetime | None:
    found = _TIME.match(words)
    if not found:
        return None
    day, clock, _, offset = found.groups()
    try:
        return parse_utc(f"{day}T{clock}{offset or '+00:00'}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
