"""How agents are told to people: the table of `status`, the current phase, what happens next and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from ..display import display_line
from ..times import local_or_none, parse_utc, show_duration
from .paint import clipped, columns, paint, width

if TYPE_CHECKING:
    from ..status import AgentStatus, CheckStatus, PhaseStatus, Snapshot

__all__ = ["agent_lines", "agents_part", "check_lines", "moment", "painted", "phase_line"]

_STYLES = {
    "busy": "green", "idle": "green", "starting": "green", "waiting-until": "green", "blocked": "red", "dead": "red",
    "unknown": "red", "quarantined": "red", "limited": "yellow", "stopped": "dim", "done": "dim",
}  # fmt: skip
_NOTHING = "-"
_SHORTEST = 16
"""Cells below which half a sentence says nothing any more."""
_GAP = 2


def agents_part(snapshot: Snapshot, room: int) -> Iterator[str]:
    """What `status` tells of agents, the sequence and the checks, below its sessions."""
    if snapshot.phase:
        yield phase_line(snapshot.phase)
    if snapshot.agents:
        yield from agent_lines(snapshot.agents, parse_utc(snapshot.generated), room)
    yield from check_lines(snapshot.checks)


def painted(state: str) -> str:
    """A state in its colour."""
    style = _STYLES.get(state)
    return paint(state, style) if style else state


def phase_line(phase: PhaseStatus) -> str:
    """The current phase and the files that its agents go by."""
    if phase.complete:
        return f"all {phase.count} phases are done, the last was {display_line(phase.id)}"
    where = f"phase {paint(display_line(phase.id), 'bold')} ({phase.index + 1} of {phase.count})"
    return f"{where}, plan {display_line(phase.plan)}, status {display_line(phase.status)}"


def check_lines(checks: Sequence[CheckStatus]) -> Iterator[str]:
    """A line for each check."""
    for check in checks:
        sign = {True: paint("ok", "green"), False: paint("fails", "red"), None: "-"}[check.ok]
        yield f"check {display_line(check.name)}: {sign}  {check.text}".rstrip()


def agent_lines(rows: Sequence[AgentStatus], now: datetime, room: int) -> list[str]:
    """The table, in lines of `room` cells (0: of any length); how a state is known and what comes next give way."""
    cells = [_cells(row, now) for row in rows]
    headers = ["agent", "kind", "state", "since", "phase", "model", "context"]
    for name in ("context", "phase", "model", "kind"):
        number = headers.index(name)
        if all(row[number] == _NOTHING for row in cells) or (room and _total(headers, cells) + _SHORTEST > room):
            headers.pop(number)
            for row in cells:
                row.pop(number)
    told = [[_next(row, now), _known(row)] for row in rows]
    left = room - _total(headers, cells) - _GAP if room else 0
    if room and left < 2 * _SHORTEST:
        told = [[clipped(following, max(0, left))] for following, _ in told] if left >= _SHORTEST else [[]] * len(rows)
    elif room:
        widest = min(max(width(following) for following, _ in told), max(left // 2, left - _widest_known(told)))
        told = [[clipped(a, widest), clipped(b, left - widest - _GAP)] for a, b in told]
    headers += ["next", "known by"][: len(told[0])]
    return columns([[*row, *more] for row, more in zip(cells, told, strict=True)], headers, gap=_GAP)


def moment(utc: str | None, now: datetime) -> str:
    """A time as people say it today: `10:31`, with its day when that is another one."""
    when = local_or_none(utc)
    if when is None:
        return "?"
    return f"{when:%H:%M}" if when.date() == now.astimezone().date() else f"{when:%Y-%m-%d %H:%M}"


def _cells(row: AgentStatus, now: datetime) -> list[str]:
    return [
        display_line(row.agent, 32),
        row.kind or _NOTHING,
        painted(row.state),
        _age(row.since, now),
        display_line(row.phase or _NOTHING, 20),
        display_line(row.model or row.backend or _NOTHING, 20),
        _NOTHING if row.context_pct is None else f"{row.context_pct}%",
    ]


def _age(utc: str | None, now: datetime) -> str:
    since = local_or_none(utc)
    return show_duration(max(0.0, (now - since).total_seconds())) if since else _NOTHING


def _next(row: AgentStatus, now: datetime) -> str:
    if row.limited_until and row.state == "limited":
        return f"until {moment(row.limited_until, now)}"
    if row.next is None:
        return _NOTHING
    at = f" at {moment(row.next.at, now)}" if row.next.at else ""
    return display_line(f"{row.next.action}{at}: {row.next.why}")


def _known(row: AgentStatus) -> str:
    age = f", {show_duration(row.evidence.age_s)}" if row.evidence.age_s else ""
    return display_line(f"{row.evidence.source}{age}: {row.evidence.quote}")


def _widest_known(told: Sequence[Sequence[str]]) -> int:
    return max(width(known) for _, known in told) + _GAP


def _total(headers: Sequence[str], cells: Sequence[Sequence[str]]) -> int:
    columns_ = zip(headers, *cells, strict=True)
    return sum(max(map(width, column)) + _GAP for column in columns_) - _GAP
