"""The snapshot: what the folders, the registry, the claims and the ledger say, put together row by row."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UnknownTarget
from ..panels.records import Presence
from ..places import Places, config_file
from ..store.identity import host_id
from ..times import utc
from .attention import attention
from .chats import Echoes, Table, about_chats, read_echoes
from .folders import EMPTY, Contents, read_sessions
from .index import Index
from .model import SessionStatus, Snapshot, Supervisor, Watcher
from .presence import Claims, PanelRow, read_claims, read_panels
from .settings import Settings, read_settings
from .view import View, views
from .work import Open, Work, read_work

if TYPE_CHECKING:
    from .agents import Agents

__all__ = ["only", "snapshot"]

_SHAPE = [kind._fields for kind in (Settings, PanelRow, Work, Open, Contents, Echoes, Table)]
"""Of what the index keeps: an index of another shape is not ours."""
_ALIVE = {Presence.ALIVE.value: True}
"""Of the panels that are present; of the others nobody can tell."""


def snapshot(places: Places, now: datetime, config: Path | None = None) -> Snapshot:
    """What is going on; `now` is this moment, `config` the settings file (default: this machine's).

    Writes nothing but the index in this machine's state. What is missing or broken is no error: it is
    told in `attention`.
    """
    seconds = now.timestamp()
    index = Index(places, seconds, _SHAPE)
    settings = read_settings(places, config or config_file(), index)
    claims = read_claims(places, index)  # before the ledger, so that what the ledger calls running has a watcher
    work = read_work(places, now, index)
    panels = read_panels(places, index)
    ids, problem = _session_ids(places)
    contents = read_sessions(str(places.sessions), ids, settings.extensions, index, seconds)
    found = list(views(places, contents, claims, work))
    echoes = read_echoes(places, index)
    problems = [one for one in (problem, settings.problem, work.problem) if one]
    problems += attention(places, found, claims, settings, index, seconds)
    problems += about_chats(places, {view.id.casefold(): view.id for view in found}, echoes, index, seconds)
    agents = _agents(places, settings, claims, now)
    problems += agents.attention if agents else ()
    if ids:
        index.save()
    return Snapshot(
        1,
        str(places.home),
        host_id(),
        utc(now),
        tuple(problems),
        _supervisor(claims),
        tuple(_rows(found, panels, settings, echoes, seconds)),
        *(agents[:3] if agents else ()),
    )


def _agents(places: Places, settings: Settings, claims: Claims, now: datetime) -> Agents | None:
    """The agents; None where there are none, and nothing is imported for them."""
    if not (settings.agents or settings.phases or settings.checks or os.path.isdir(places.state / "agents")):
        return None
    from .agents import agents_of

    return agents_of(places, settings, claims, now)


def only(found: Snapshot, names: Sequence[str]) -> Snapshot:
    """`found` with the rows of `names` (agents, sessions or panels) alone. Raises UnknownTarget with the nearest."""
    wanted = {name.casefold() for name in names}
    sessions = tuple(row for row in found.sessions if {row.name.casefold(), row.session.casefold()} & wanted)
    agents = tuple(row for row in found.agents if row.agent.casefold() in wanted)
    known = {name.casefold() for row in sessions for name in (row.name, row.session)}
    known |= {row.agent.casefold() for row in agents}
    for name in names:
        if name.casefold() not in known:
            import difflib  # only for a name that nobody has

            every = {row.agent for row in found.agents} | {row.session for row in found.sessions}
            raise UnknownTarget(name, difflib.get_close_matches(name, every, 3))
    return replace(found, sessions=sessions, agents=agents)


def _session_ids(places: Places) -> tuple[list[str], str | None]:
    """The sessions on disk, and why there are none to be seen."""
    try:
        ids = places.session_ids()
    except OSError as error:
        return [], f"{places.sessions} cannot be read ({error.strerror}): cotemp doctor"
    return ids, None if ids or os.path.isdir(places.home) else f"there is no home {places.home}: cotemp init"


def _supervisor(claims: Claims) -> Supervisor:
    if claims.daemon is None:
        return Supervisor("stopped")
    process = claims.daemon.process
    return Supervisor("running" if process.host == host_id() else "elsewhere", process.pid, claims.daemon.since)


def _rows(
    found: Sequence[View], panels: Sequence[PanelRow], settings: Settings, echoes: Echoes, now: float
) -> Iterator[SessionStatus]:
    """A row for each panel that is present, by name, then one for each session that has none."""
    by_id = {view.id.casefold(): view for view in found}
    present = [panel for panel in panels if panel.state != Presence.DEAD]
    for panel in present:
        view = by_id.get(panel.session.casefold()) or View(panel.session, EMPTY, Watcher("stopped"))
        yield _row(panel.name, panel, view, echoes, now)
    shown = {panel.session.casefold() for panel in present}
    names = _names(panels, settings)
    for view in found:
        key = view.id.casefold()
        if key not in shown:
            yield _row(names.get(key, view.id), None, view, echoes, now)


def _names(panels: Sequence[PanelRow], settings: Settings) -> Mapping[str, str]:
    """What sessions without a panel are called: as in the settings, else as their latest panel was."""
    latest = {panel.session.casefold(): panel.name for panel in sorted(panels, key=lambda panel: panel.ts)}
    return {**latest, **settings.names}


def _row(name: str, panel: PanelRow | None, view: View, echoes: Echoes, now: float) -> SessionStatus:
    held = view.contents
    return SessionStatus(
        name=name,
        session=view.id,
        pid=panel.pid if panel else None,
        inbox_ps1=held.waiting.get(".ps1", 0),
        outbox_ps1=held.outbox_ps1,
        last_log=held.last_log,
        alive=_ALIVE.get(panel.state) if panel else False,
        inbox_dos=sum(held.waiting.values()),
        outbox_dos=held.outbox_dos,
        watcher=view.watcher,
        running=view.running,
        held=held.held + len(view.changes),
        unknown=len(view.unknown) + len(view.lost),
        runs_today=dict(view.today),
        notes_unread=held.notes,
        oldest_waiting_s=None if held.oldest is None else max(0, int(now - held.oldest / 1e9)),
        policy_echo=echoes.echoed.get(view.id.casefold()),
    )
