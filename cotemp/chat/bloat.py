"""Whether a chat has grown too long: signals with value and threshold, and a breach once it was seen twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median

from typing_extensions import TypedDict

__all__ = ["Course", "Facts", "Limits", "Signal", "ToldSignal", "alert_line", "followed", "healthy_line", "signals"]

_HOUR = 60.0
_FEW = 3
"""Runs whose median stands for now, and at least so many before them, so that there is a trend."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The thresholds. `stale` and `quick` are minutes and seconds; `in_a_row`: so many checks make a breach."""

    dos_per_hour: float = 2
    stale: float = 25
    slower: float = 2
    """Times by which artifacts come later than before."""
    quick: float = 60
    """Artifacts that come within so many seconds are never late."""
    dos: int = 5
    turns: int = 60
    characters: int = 200_000
    in_a_row: int = 2


DEFAULT = Limits()


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a session at `now`. All that is counted "since the wrap" is so since its beginning without one.

    `begun` and `alive`: first and last sign of life since the wrap, None without any. `latencies`: seconds from drop to
    artifact of its runs, oldest first. `turns` and `characters`: pasted since the bootstrap, None when nobody counts.
    """

    now: datetime
    begun: datetime | None = None
    alive: datetime | None = None
    dos_last_hour: int = 0
    dos_since_wrap: int = 0
    latencies: tuple[float, ...] = ()
    turns: int | None = None
    characters: int | None = None


class ToldSignal(TypedDict):
    """A sign that a chat has grown too long, for programs."""

    name: str
    """`dos_per_hour`, `stale_minutes`, `artifact_latency`, `dos_since_wrap`, `pasted_turns`, `pasted_characters`."""
    value: float | None
    """Null when nobody can tell."""
    threshold: float
    unit: str
    breached: bool
    """Whether it is over its threshold now."""
    remark: str | None
    """Why it is not judged, or what helps to read it."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One sign. `value` is None when nobody can tell. `remark`: why it is not judged, or what helps to read it.

    `said` is its part of the alert line.
    """

    name: str
    value: float | None
    threshold: float
    unit: str
    breached: bool
    remark: str = ""
    said: str = field(default="", compare=False)

    def json(self) -> ToldSignal:
        """Plain JSON values."""
        return {
            "name": self.name,
            "value": self.value,
            "threshold": self.threshold,
            "unit": self.unit,
            "breached": self.breached,
            "remark": self.remark or None,
        }


@dataclass(frozen=True, slots=True)
class Course:
    """How it went so far: the signals that are `over` their thresholds for good, and for how many checks in a row
    each of the others, or of these, has said otherwise."""

    over: frozenset[str] = frozenset()
    otherwise: Mapping[str, int] = field(default_factory=dict)


def signals(facts: Facts, limits: Limits = DEFAULT) -> tuple[Signal, ...]:
    """Every signal of a session.

    A session in which nothing happened since its wrap has nothing to lose: it is idle, and neither slow nor stale.
    """
    return (
        _throughput(facts, limits),
        _staleness(facts, limits),
        _latency(facts, limits),
        _since_wrap(facts, limits),
        *_pasted(facts, limits),
    )


def followed(before: Course, found: Sequence[Signal], in_a_row: int = DEFAULT.in_a_row) -> Course:
    """The course after one more check: a signal is over, or calm again, once so many checks in a row have said so."""
    otherwise = {
        one.name: before.otherwise.get(one.name, 0) + 1 for one in found if one.breached != (one.name in before.over)
    }
    turned = frozenset(name for name, checks in otherwise.items() if checks >= in_a_row)
    return Course(before.over ^ turned, {name: checks for name, checks in otherwise.items() if name not in turned})


def alert_line(found: Sequence[Signal], now: datetime, session: str) -> str:
    """What the original writes into its alerts, with our signals and the session at its end."""
    said = " | ".join(one.said for one in found if one.breached)
    return f"[BLOAT?] {said} — {_utc(now)} [{session}]"


def healthy_line(now: datetime) -> str:
    """The original's words for no alert."""
    return f"Health OK — {_utc(now)}"


def _throughput(facts: Facts, limits: Limits) -> Signal:
    least, dos = limits.dos_per_hour, facts.dos_last_hour
    open_for = _minutes(facts.begun, facts.now)
    remark = "idle since its wrap" if open_for is None else "" if open_for >= _HOUR else "counts after the first hour"
    low = not remark and dos < least
    return Signal("dos_per_hour", dos, least, "/h", low, remark, f"Low DO throughput: {dos}/h (<{least:g}/h)")


def _staleness(facts: Facts, limits: Limits) -> Signal:
    quiet = _minutes(facts.alive, facts.now)
    minutes = None if quiet is None else int(quiet)
    stale = minutes is not None and minutes > limits.stale
    said = f"Status stale: {minutes} min (>{limits.stale:g})"
    return Signal(
        "stale_minutes", minutes, limits.stale, "min", stale, "" if facts.alive else "idle since its wrap", said
    )


def _latency(facts: Facts, limits: Limits) -> Signal:
    latest, earlier = facts.latencies[-_FEW:], facts.latencies[:-_FEW]
    value = round(median(latest), 1) if latest else None
    if value is None or len(earlier) < _FEW:
        return Signal("artifact_latency", value, limits.quick, "s", breached=False, remark="too few runs for a trend")
    before = median(earlier)
    most = round(max(limits.quick, before * limits.slower), 1)
    said = f"Artifact latency rising: {value:.0f} s (>{most:.0f} s)"
    return Signal("artifact_latency", value, most, "s", value > most, f"{before:.1f} s before", said)


def _since_wrap(facts: Facts, limits: Limits) -> Signal:
    dos = facts.dos_since_wrap
    said = f"DOs since CoWrap: {dos} (>={limits.dos})"
    return Signal("dos_since_wrap", dos, limits.dos, "DOs", dos >= limits.dos, said=said)


def _pasted(facts: Facts, limits: Limits) -> Iterator[Signal]:
    counted = (("turns", facts.turns, limits.turns), ("characters", facts.characters, limits.characters))
    for unit, value, most in counted:
        over = value is not None and value > most
        said = f"Pasted since bootstrap: {value} {unit} (>{most})"
        yield Signal(f"pasted_{unit}", value, most, unit, over, "" if value is not None else "not counted", said)


def _minutes(since: datetime | None, now: datetime) -> float | None:
    """Never below 0: clocks are set back, and files come from other machines."""
    return None if since is None else max(0.0, (now - since).total_seconds() / 60)


def _utc(now: datetime) -> str:
    return f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
