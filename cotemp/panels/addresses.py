"""From what a person types to a session: a panel's name or a session id, in any case."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

from ..errors import BadConfig, BadName, NotFound, UnknownTarget
from ..names import session_id
from ..places import Places, SessionPlaces, config_file, refuse_link
from .forwarding import forwarded
from .records import Panel, Presence, known
from .registry import SEED_NAMES

__all__ = ["find", "names", "nearest", "resolve"]

_RANK = {Presence.ALIVE: 0, Presence.UNVERIFIED: 1, Presence.ELSEWHERE: 1, Presence.DEAD: 2}


def find(places: Places, to: str) -> SessionPlaces | None:
    """The session that `to` names, case-insensitively; None when nothing is called so.

    A session id comes first, so that no panel's name can stand in another session's way. Among panels,
    those that are alive come before those nobody can vouch for, and these before dead ones. When no panel
    is called so, it is what this machine's configuration or the original calls a session. Raises NotFound
    when `to` fits several sessions alike, DamagedData when the session's folder is a link.
    """
    session = _session(places, to)
    if session and session.exists():
        return session
    wanted = to.casefold()
    fitting = [panel for panel in known(places) if wanted in (panel.name.casefold(), panel.session_id.casefold())]
    best = min((_RANK[panel.state] for panel in fitting), default=None)
    fitting = [panel for panel in fitting if _RANK[panel.state] == best]
    sessions = {panel.session_id.casefold(): panel.session_id for panel in fitting}
    if len(sessions) > 1:
        raise _ambiguous(to, fitting)
    found = [_session(places, sid) for sid in sessions.values()]
    # The folder of a dead panel was removed on purpose: nobody would read what is put there.
    named = next((one for one in found if one and (one.exists() or best != _RANK[Presence.DEAD])), None)
    return named or _without_panel(places, wanted)


def resolve(places: Places, to: str, *, create: bool = False) -> SessionPlaces:
    """The session of the panel or session `to`; with `create`, a session id that is new is created.

    Of one that was closed it is the successor. Raises UnknownTarget with the nearest names, BadName for what no
    session can be called, NotFound when `to` fits several sessions alike.
    """
    found = find(places, to)
    if found is None and create:
        found = places.session(to)
    if found is None:
        raise _unknown(places, to)
    found = forwarded(places, found)
    if create or not found.exists():
        found.make()
    return found


def names(places: Places) -> list[str]:
    """What `resolve` understands: panels that are not dead, sessions by the names that they have without one, ids."""
    ids = {sid.casefold(): sid for sid in places.session_ids()}
    panels = [panel.name for panel in known(places) if panel.state is not Presence.DEAD]
    planned = [name for name, sid in _planned(places).items() if sid.casefold() in ids]
    return list({name.casefold(): name for name in [*panels, *planned, *ids.values()]}.values())


def nearest(places: Places, to: str) -> list[str]:
    """At most three panel names and session ids that look like `to`."""
    from difflib import get_close_matches  # only for a mistake

    found = {name.casefold(): name for name in names(places)}
    wanted = to.casefold()
    parts = sorted(name for name in found if len(wanted) > 2 and wanted in name)
    close = get_close_matches(wanted, list(found), n=3, cutoff=0.6)
    return [found[name] for name in dict.fromkeys([*close, *parts])][:3]


def _session(places: Places, to: str) -> SessionPlaces | None:
    """The folders of session `to`, real ones; None when `to` is no session id."""
    try:
        session = places.session(to)
    except BadName:
        return None
    refuse_link(session.root)
    return session


def _without_panel(places: Places, folded: str) -> SessionPlaces | None:
    """The session that is called so while it has no panel, where it exists."""
    sid = next((sid for name, sid in _planned(places).items() if name.casefold() == folded), None)
    session = _session(places, sid) if sid else None
    return session if session and session.exists() else None


def _planned(places: Places) -> dict[str, str]:
    """Sessions by the names that this machine's configuration gives them, and by the original's."""
    seed = {name: sid for sid, name in SEED_NAMES.items()}
    file = config_file()
    if not file.exists():  # the settings cost 20 ms to import
        return seed
    from ..config import in_force

    with contextlib.suppress(BadConfig):  # a note can be sent all the same
        seed |= {one.name: sid for sid, one in in_force(places, file).sessions.items() if one.name}
    return seed


def _unknown(places: Places, to: str) -> UnknownTarget:
    """What to raise for a name that nothing has. Raises BadName when nothing could ever have it."""
    near = nearest(places, to)
    if not near or set(to) & set("/\\\0"):
        session_id(to)
    return UnknownTarget(to, near, no_home="" if places.home.is_dir() else str(places.home))


def _ambiguous(to: str, panels: Iterable[Panel]) -> NotFound:
    told = ", ".join(f"{panel.session_id} (process {panel.pid}, {panel.state.value})" for panel in panels)
    return NotFound(f"{to!r} is the name of panels of several sessions: {told}", "name the session instead")
