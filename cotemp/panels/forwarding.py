"""Sessions that were closed and have a successor: what is sent to the old id goes to the new one.

The file in the old session's folder only says that there may be a successor; who it is stands in this machine's
state, so that nobody who can write the home leads mail elsewhere.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping

from ..errors import BadUsage
from ..places import Places, SessionPlaces, make_folder, refuse_link, write_whole
from ..store.mailbox import NotPlain, read_plain

__all__ = ["MARK", "forward", "forwarded", "predecessors", "successor"]

MARK = "closed.json"
"""The file in the folder of a session that is over."""

_LIMIT = 1024 * 1024
_STEPS = 50


def forward(places: Places, old: SessionPlaces, new: SessionPlaces) -> None:
    """From now on what names `old` means `new`. Raises BadUsage when `new` leads back to `old`, StorageFailed."""
    if _led(_known(places), new.id.casefold()) == old.id.casefold():
        raise BadUsage(f"{new.id} leads to {old.id} already", "name a session that is new")
    known = {**_known(places), old.id.casefold(): new.id}
    make_folder(places.state, 0o700)
    text = json.dumps({"schema": 1, "sessions": known}, indent=2)
    write_whole(places.state / "forwards.json", text.encode(), mode=0o600)


def forwarded(places: Places, session: SessionPlaces) -> SessionPlaces:
    """The session that is meant where `session` is named: its last successor, else itself."""
    if not os.path.lexists(session.root / MARK):  # one look, for those who only send a note
        return session
    name = successor(places, session.id)
    if name.casefold() == session.id.casefold():
        return session
    found = places.session(name)
    refuse_link(found.root)
    return found if found.exists() else session


def successor(places: Places, session: str) -> str:
    """The id of the last successor of a session; its own when it has none."""
    known = _known(places)
    last = _led(known, session.casefold())
    return next((name for name in known.values() if name.casefold() == last), session)


def predecessors(places: Places, session: str) -> list[str]:
    """Ids, case-folded, of the closed sessions that lead to this one."""
    known, wanted = _known(places), session.casefold()
    return [old for old in known if _led(known, old) == wanted]


def _led(known: Mapping[str, str], folded: str) -> str:
    """Where a chain of successors ends."""
    for _ in range(_STEPS):
        if folded not in known:
            break
        folded = known[folded].casefold()
    return folded


def _known(places: Places) -> dict[str, str]:
    try:
        sessions = json.loads(read_plain(places.state / "forwards.json", _LIMIT)[0])["sessions"]
        return {str(old): str(new) for old, new in sessions.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, NotPlain):
        return {}
