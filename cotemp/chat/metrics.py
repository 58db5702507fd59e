"""Counters of what happened here: as JSON lines, as a summary, as Prometheus' text. Nothing here can send them."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from statistics import median
from typing import Any

from ..times import parse_utc, utc

__all__ = ["Event", "Summary", "What", "line", "prometheus", "read", "summarise"]


class What(StrEnum):
    """What is counted."""

    DO_QUEUED = "do_queued"
    DO_PASSED = "do_passed"
    """`seconds`: from drop to done."""
    DO_FAILED = "do_failed"
    """Anything but passed and rejected; `seconds` as above, `reason`: the outcome."""
    HEADER_REJECTED = "header_rejected"
    """`reason`: the key of the header that was wrong."""
    NOTE_SENT = "note_sent"
    PASTE_MADE = "paste_made"
    ACK = "ack"
    """`seconds`: from the paste to its ACK."""
    BLOAT = "bloat"
    """`reason`: the signal."""
    FIRST_DO = "first_do"
    """`seconds`: from the beginning of a session to its first DO that passed."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened in a session. It holds no text of anybody: only names, times and these words."""

    at: datetime
    what: What
    session: str = ""
    seconds: float | None = None
    reason: str = ""


def line(event: Event) -> str:
    """The event as a line of JSON, with its line end."""
    value: dict[str, Any] = {"schema": 1, "at": utc(event.at), "what": event.what.value, "session": event.session}
    if event.seconds is not None:
        value["seconds"] = round(event.seconds, 3)
    if event.reason:
        value["reason"] = event.reason[:80]
    return json.dumps(value, ensure_ascii=False) + "\n"


def read(text: str) -> Event | None:
    """The event of a line; None when it is none: cut off by a crash, or of a later version."""
    try:
        value = json.loads(text)
        seconds = value.get("seconds")
        return Event(
            _moment(value["at"]),
            What(value["what"]),
            str(value.get("session", "")),
            None if seconds is None else _finite(seconds),
            str(value.get("reason", "")),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _moment(text: str) -> datetime:
    moment = parse_utc(text)
    if moment.tzinfo is None:
        raise ValueError("a time without its zone")
    return moment


def _finite(seconds: object) -> float:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds < math.inf:
        raise ValueError("no number of seconds")
    return float(seconds)


@dataclass(frozen=True, slots=True)
class Summary:
    """The events of some time. Medians are in seconds; None where nothing was measured."""

    counts: dict[What, int]
    rejects: dict[str, int]
    failures: dict[str, int]
    bloat: dict[str, int]
    medians: dict[What, float | None]

    @property
    def pass_rate(self) -> float | None:
        """Passed DOs of those that ran; None when none ran."""
        ran = self.counts[What.DO_PASSED] + self.counts[What.DO_FAILED]
        return self.counts[What.DO_PASSED] / ran if ran else None

    def json(self) -> dict[str, Any]:
        """Plain JSON values."""
        done = [self.medians[what] for what in (What.DO_PASSED, What.ACK, What.FIRST_DO)]
        return {
            "schema": 1,
            "counts": {what.value: self.counts[what] for what in What},
            "pass_rate": self.pass_rate,
            "header_rejects": self.rejects,
            "failures": self.failures,
            "bloat": self.bloat,
            "median_seconds": dict(zip(("drop_to_done", "paste_to_ack", "session_to_first_do"), done, strict=True)),
        }


_TIMED = (What.DO_PASSED, What.ACK, What.FIRST_DO)


def summarise(events: Iterable[Event], since: datetime | None = None, session: str | None = None) -> Summary:
    """What the events since then say, of one session or of all."""
    kept = [
        one
        for one in events
        if (since is None or one.at >= since) and (session is None or one.session.casefold() == session.casefold())
    ]
    counted = Counter(one.what for one in kept)
    return Summary(
        {what: counted[what] for what in What},
        _reasons(kept, What.HEADER_REJECTED),
        _reasons(kept, What.DO_FAILED),
        _reasons(kept, What.BLOAT),
        {what: _median(kept, what) for what in _TIMED},
    )


def _reasons(events: Iterable[Event], what: What) -> dict[str, int]:
    """The most frequent first; of equal ones by name, so that nothing depends on the order of files."""
    counted = Counter(one.reason or "unknown" for one in events if one.what is what)
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def _median(events: Iterable[Event], what: What) -> float | None:
    measured = [one.seconds for one in events if one.what is what and one.seconds is not None]
    return round(median(measured), 3) if measured else None


_HELP = {
    What.DO_QUEUED: "DOs that were dropped",
    What.DO_PASSED: "DOs that passed",
    What.DO_FAILED: "DOs that ran and did not pass",
    What.HEADER_REJECTED: "DOs whose header was rejected",
    What.NOTE_SENT: "notes that were sent",
    What.PASTE_MADE: "pastes that ask for an ACK",
    What.ACK: "pastes that were acknowledged",
    What.BLOAT: "times that a session was found to be bloated",
    What.FIRST_DO: "sessions whose first DO passed",
}
_SECONDS = {
    What.DO_PASSED: ("cotemp_do_seconds", "from drop to done"),
    What.ACK: ("cotemp_ack_seconds", "from a paste to its ACK"),
    What.FIRST_DO: ("cotemp_first_do_seconds", "from the beginning of a session to its first DO that passed"),
}


def prometheus(events: Iterable[Event]) -> str:
    """Prometheus' text format 0.0.4: a counter for each word and session, a summary for each time that is measured."""
    kept = list(events)
    return "".join(f"{one}\n" for what in What for one in (*_counter(kept, what), *_times(kept, what)))


def _counter(events: Iterable[Event], what: What) -> Iterator[str]:
    name = f"cotemp_{what.value}_total"
    yield f"# HELP {name} {_HELP[what]}"
    yield f"# TYPE {name} counter"
    counted = Counter((one.session, one.reason) for one in events if one.what is what)
    for (session, reason), number in sorted(counted.items()):
        more = f',reason="{_label(reason)}"' if reason else ""
        yield f'{name}{{session="{_label(session)}"{more}}} {number}'


def _times(events: Iterable[Event], what: What) -> Iterator[str]:
    if what not in _SECONDS:
        return
    name, told = _SECONDS[what]
    measured = [one.seconds for one in events if one.what is what and one.seconds is not None]
    yield f"# HELP {name} seconds {told}"
    yield f"# TYPE {name} summary"
    if measured:
        yield f'{name}{{quantile="0.5"}} {round(median(measured), 3)}'
    yield f"{name}_sum {round(math.fsum(measured), 3)}"
    yield f"{name}_count {len(measured)}"


def _label(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
