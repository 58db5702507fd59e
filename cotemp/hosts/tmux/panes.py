"""What tmux tells of its panes in one call, read into rows; titles and names of sessions are foreign text."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...store.identity import identify
from ..host import Pane, Size

__all__ = ["MARK", "WHOSE", "Row", "listing", "read_rows", "server_pid"]

MARK = "@cotemp_agent"
"""The pane option that names the agent: only a pane that we started has it, wherever a human moves it."""

WHOSE = f"#{{{MARK}}}|#{{session_name}}"
"""Asks whose a pane is."""

_NUMBERS = (
    "pane_pid", "pane_dead", "pane_dead_status", "pane_dead_signal", "window_activity", "session_attached",
    "pane_in_mode", "pane_width", "pane_height",
)  # fmt: skip
_PANE = "|".join(["p", "#{pane_id}", "#{session_id}", f"#{{{MARK}}}", *(f"#{{{name}}}" for name in _NUMBERS)])
# The session's name may hold the separator as the title may: its length tells where it ends. Free text stands last,
# and TAB would be mangled where no client is attached.
_PANE += "|#{n:session_name}|#{session_name}|#{pane_title}"
_SERVER = "s|#{pid}"
_CLIENT = "c|#{session_id}|#{client_activity}"


@dataclass(frozen=True, slots=True)
class Row:
    """One pane: its tmux ids, the mark, the session's name."""

    pane_id: str
    session_id: str
    mark: str
    session: str
    pane: Pane

    def is_still(self, told: str) -> bool:
        """Whether the pane of this id is still this one, by what tmux says to `WHOSE` now."""
        return told == f"{self.mark}|{self.session}"


def listing() -> list[str]:
    """The words of the call: all panes, whoever is attached and the server itself, in one round trip."""
    return ["list-panes", "-a", "-F", _PANE, ";", "list-clients", "-F", _CLIENT, ";", "display-message", "-p", _SERVER]


def server_pid(printed: str) -> int | None:
    """The server's process, of `listing`'s answer."""
    last = printed.rstrip("\n").rpartition("\n")[2]
    return int(last[2:]) if last.startswith("s|") and last[2:].isdigit() else None


def read_rows(printed: str) -> list[Row]:
    """The rows of `listing`'s answer, oldest pane first. Lines that are no rows are left out."""
    lines = printed.split("\n")
    typed = _typed(lines)
    rows = [row for line in lines if (row := _row(line))]
    rows.sort(key=lambda row: int(row.pane_id[1:]))
    return [replace(row, pane=replace(row.pane, typed=typed.get(row.session_id))) for row in rows]


def _typed(lines: list[str]) -> dict[str, float]:
    """When a human last pressed a key in each session."""
    found: dict[str, float] = {}
    for line in lines:
        kind, _, rest = line.partition("|")
        session, _, moment = rest.partition("|")
        if kind == "c" and moment.isdigit():
            found[session] = max(found.get(session, 0.0), float(moment))
    return found


def _row(line: str) -> Row | None:
    parts = line.split("|", 4 + len(_NUMBERS) + 1)
    if parts[0] != "p" or len(parts) < 6 + len(_NUMBERS):
        return None
    _, pane_id, session_id, mark, *rest = parts
    *numbers, length, text = rest
    try:
        pid, dead, status, signal, output, attached, mode, columns, rows = (int(word or -1) for word in numbers)
        session, title = text[: int(length)], text[int(length) + 1 :]
    except ValueError:
        return None
    code = status if status >= 0 else 128 + signal if signal > 0 else None
    # tmux calls a pane dead as soon as nobody can write to it, which may be before its process has ended.
    is_dead = dead == 1 and (code is not None or identify(pid) is None)
    pane = Pane(
        agent=mark,
        pid=pid,
        dead=is_dead,
        exit_code=code if is_dead else None,
        title=title,
        output=float(output),
        attached=max(attached, 0),
        typed=None,
        in_mode=mode > 0,
        size=Size(columns, rows),
    )
    return Row(pane_id, session_id, mark, session, pane)
