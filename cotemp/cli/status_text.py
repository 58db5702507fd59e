"""How the state of a home is told to people: a table that fits the terminal, or one line for a prompt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..display import display_line
from ..times import local, parse_utc, show_duration
from .paint import columns, paint, width

if TYPE_CHECKING:
    from ..status import SessionStatus, Snapshot

__all__ = ["one_line", "table"]

_WATCHERS = {"running": paint("running", "green"), "stopped": "stopped", "elsewhere": paint("elsewhere", "yellow")}
_NOTHING = "-"
_LONGEST_NAME = 32
_SHORTEST_LOG = 16
"""Cells below which the name of a log says nothing any more."""
_GAP = 2


class _Column(NamedTuple):
    header: str
    cells: list[str]
    right: bool = False

    def width(self) -> int:
        return max(width(self.header), *map(width, self.cells))

    def is_empty(self) -> bool:
        return all(cell == _NOTHING for cell in self.cells)


def table(snapshot: Snapshot, session: str | None, room: int) -> Iterator[str]:
    """The home, a row per panel and session, and what needs a human, in lines of `room` cells (0: of any length).

    The name of the own `session` is set off.
    """
    yield _headline(snapshot)
    rows = _worth_a_row(snapshot)
    if rows:
        yield from _lines(_fitting(rows, session, room), rows, room)
    if snapshot.agents or snapshot.phase or snapshot.checks:
        from .agents_text import agents_part  # only where there are agents

        yield from agents_part(snapshot, room)
    for sentence in snapshot.attention:
        yield f"{paint('!', 'red')} {display_line(sentence)}"


def _worth_a_row(snapshot: Snapshot) -> list[SessionStatus]:
    """The sessions, but for those of agents in which nothing waits and nothing ran: the agents have their own table."""
    agents = {row.agent.casefold() for row in snapshot.agents}
    return [
        row
        for row in snapshot.sessions
        if row.session.casefold() not in agents
        or row.watcher.state != "stopped"
        or row.pid is not None
        or any((row.inbox_dos, row.outbox_dos, row.held, row.unknown, row.notes_unread))
    ]


def one_line(snapshot: Snapshot) -> str:
    """What goes on, in words, and how many things need a human."""
    rows = {row.session: row for row in snapshot.sessions}.values()  # a session with two panels counts once
    numbers = {
        "running": sum(len(row.running) for row in rows),
        "waiting": sum(row.inbox_dos for row in rows),
        "held": sum(row.held for row in rows),
        "unknown": sum(row.unknown for row in rows),
        "unread": sum(row.notes_unread for row in rows),
    }
    parts = [f"{number} {word}" for word, number in numbers.items() if number]
    states = [row.state for row in snapshot.agents if row.state not in ("stopped", "done")]
    parts += [f"{states.count(state)} {state}" for state in dict.fromkeys(states)]
    parts = parts or ["idle"]
    if snapshot.attention:
        parts.append(paint(f"!{len(snapshot.attention)}", "red"))
    return " ".join(parts)


def _headline(snapshot: Snapshot) -> str:
    daemon = snapshot.supervisor
    told = paint("daemon stopped", "dim")
    if daemon.state != "stopped":
        told = paint(f"daemon {daemon.state}, process {daemon.pid} since {_local(daemon.since)}", "green")
    return f"{paint(display_line(snapshot.home), 'bold')}  {told}"


def _local(utc: str | None) -> str:
    try:
        return f"{local(parse_utc(utc or '')):%Y-%m-%d %H:%M}"
    except ValueError:
        return "?"


# --- the table ---


def _fitting(rows: Sequence[SessionStatus], session: str | None, room: int) -> list[_Column]:
    """The columns but the last log, as many as fit into `room` cells."""
    found = _columns(rows, session)
    if not room or _total(found) <= room:
        return found
    found = [column for column in found if not (column.header in ("held", "unknown", "oldest") and column.is_empty())]
    if _total(found) <= room:
        return found
    short = {"inbox_dos": "in", "outbox_dos": "out"}
    counts = [_number("inbox_dos", rows), _number("outbox_dos", rows)]
    where = next(number for number, column in enumerate(found) if column.header == "inbox_ps1")
    found = [column for column in found if "box_" not in column.header]
    found[where:where] = [column._replace(header=short[column.header]) for column in counts]
    if _total(found) <= room:
        return found
    return [column for column in found if column.header != "pid"]


def _columns(rows: Sequence[SessionStatus], session: str | None) -> list[_Column]:
    """Every column but the last log. Those of all engines' DOs are left out where there are only PowerShell's."""
    others = any((row.inbox_dos, row.outbox_dos) != (row.inbox_ps1, row.outbox_ps1) for row in rows)
    counts = ("inbox_ps1", "outbox_ps1", *(("inbox_dos", "outbox_dos") if others else ()))
    found = [
        _Column("name", [_name(row, session) for row in rows]),
        _Column("session", [display_line(row.session) for row in rows]),
        _Column("pid", [_pid(row) for row in rows], right=True),
        *(_number(name, rows) for name in counts),
        _Column("watcher", [_WATCHERS[row.watcher.state] for row in rows]),
    ]
    if any(row.running for row in rows):
        found.append(_Column("runs", [_runs(row) for row in rows]))
    return [
        *found,
        _Column("today", [_today(row) for row in rows]),
        _Column("held", [paint(str(row.held), "yellow") if row.held else _NOTHING for row in rows], right=True),
        _Column("unknown", [paint(str(row.unknown), "red") if row.unknown else _NOTHING for row in rows], right=True),
        _Column("unread", [str(row.notes_unread or _NOTHING) for row in rows], right=True),
        _Column("oldest", [_oldest(row) for row in rows], right=True),
    ]


def _number(name: str, rows: Sequence[SessionStatus]) -> _Column:
    return _Column(name, [str(getattr(row, name)) for row in rows], right=True)


def _name(row: SessionStatus, session: str | None) -> str:
    shown = display_line(row.name, _LONGEST_NAME)
    return paint(shown, "bold") if session and row.session.casefold() == session.casefold() else shown


def _pid(row: SessionStatus) -> str:
    """With a `?` where nobody can say whether it is still the same process."""
    if row.pid is None:
        return _NOTHING
    return str(row.pid) if row.alive else f"{row.pid}?"


def _runs(row: SessionStatus) -> str:
    if not row.running:
        return _NOTHING
    more = f" +{len(row.running) - 1}" if len(row.running) > 1 else ""
    return paint(display_line(row.running[0].title, 24) + more, "bold")


def _today(row: SessionStatus) -> str:
    total, passed = sum(row.runs_today.values()), row.runs_today.get("passed", 0)
    if total == passed:
        return f"{total} ok" if total else _NOTHING
    return paint(f"{passed} of {total} ok", "red")


def _oldest(row: SessionStatus) -> str:
    return _NOTHING if row.oldest_waiting_s is None else show_duration(max(1, row.oldest_waiting_s))


def _total(found: Sequence[_Column]) -> int:
    return sum(column.width() + _GAP for column in found) - _GAP


def _lines(found: list[_Column], rows: Sequence[SessionStatus], room: int) -> list[str]:
    """The table, with as much of the last logs' names as there is room for."""
    left = room - _total(found) - _GAP if room else 0
    if not room or left >= _SHORTEST_LOG:
        found.append(_Column("last_log", [_cut(display_line(row.last_log), left) for row in rows]))
    right = [number for number, column in enumerate(found) if column.right]
    cells = zip(*(column.cells for column in found), strict=True)
    return columns(cells, [column.header for column in found], right=right, gap=_GAP)


def _cut(text: str, room: int) -> str:
    """`text` in at most `room` cells (0: all of it)."""
    if not room or width(text) <= room:
        return text
    while width(text) >= room:
        text = text[:-1]
    return text + "\u2026"
