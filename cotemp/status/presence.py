"""Who is there: the panels, the watchers and the daemon, and which of them still live."""

from __future__ import annotations

import os
from typing import NamedTuple

from ..panels.records import Panel, Presence, presence, read
from ..places import Places
from ..store.claims import Holder, recorded
from ..store.identity import Life, ProcessId, life
from .index import Index, mark

__all__ = ["Claims", "PanelRow", "read_claims", "read_panels"]

_DAEMON = "daemon"
_WATCH = "watch-"


class Claims(NamedTuple):
    """Who watches which session (id case-folded), and the daemon. `lost`: a daemon that died without a farewell."""

    watchers: dict[str, Holder]
    daemon: Holder | None
    lost: Holder | None


def read_claims(places: Places, index: Index) -> Claims:
    """The claims that living processes hold; one that lives where we cannot look counts as living."""
    written = index.told("claims", "", mark(str(places.locks)), lambda: _claims(places))
    lives: dict[tuple[str, ...], bool] = {}
    watchers: dict[str, Holder] = {}
    daemon = lost = None
    for name, pid, *process, since, what in written:
        holder = Holder(ProcessId(pid, *process), since, what)
        key = (str(pid), *process)
        if key not in lives:
            lives[key] = life(holder.process) is not Life.DEAD
        if name == _DAEMON:
            daemon, lost = (holder, None) if lives[key] else (None, holder)
        elif lives[key]:
            watchers[name.removeprefix(_WATCH)] = holder
    return Claims(watchers, daemon, lost)


def _claims(places: Places) -> list[list[object]]:
    return [
        [name, who.process.pid, who.process.host, who.process.start_token, who.since, who.what]
        for name, who in recorded(places).items()
        if name == _DAEMON or name.startswith(_WATCH)
    ]


class PanelRow(NamedTuple):
    """What a panel's record says, as plain JSON values; `state` is a `Presence`."""

    name: str
    session: str
    ts: str
    pid: int
    host: str | None
    token: str | None
    state: str


def read_panels(places: Places, index: Index) -> list[PanelRow]:
    """Every readable panel of the registry, dead ones too, by name, with what can be said of its process now."""
    try:
        files = [name for name in os.listdir(places.panels) if name.lower().endswith(".json")]
    except OSError:
        return []
    states: dict[tuple[int, str | None, str | None], str] = {}
    found = []
    for file in files:
        at = mark(f"{places.panels}{os.sep}{file}")
        record = index.known("panels", file, at)
        if record is None:
            record = _panel(places, file)
            index.keep("panels", file, at, record)
        if record:
            name, session, ts, pid, host, token, state = record
            if state != Presence.ELSEWHERE or (host and token):
                process = pid, host, token
                state = states[process] = states.get(process) or presence(*process).value
            found.append(PanelRow(name, session, ts, pid, host, token, state))
    return sorted(found, key=lambda row: (row.name.casefold(), row.name, row.ts))


def _panel(places: Places, name: str) -> list[object]:
    found = read(places, places.panels / name)
    if not isinstance(found, Panel):
        return []
    return [found.name, found.session_id, found.ts, found.pid, found.host, found.start_token, found.state.value]
