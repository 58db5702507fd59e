"""For whom a paste is: the session that it is kept under, and the window of that session's chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..panels import find
from ..panels.forwarding import predecessors, successor
from ..places import Places
from .letters import folder_name

if TYPE_CHECKING:
    from ..config import Config

__all__ = ["kept_under", "window"]


def kept_under(places: Places, to: str) -> str:
    """The id under which pastes for `to` are kept: a session's, its successor's, or one made of the name."""
    found = find(places, to)
    return successor(places, found.id) if found else folder_name(to)


def window(places: Places, config: Config, session: str) -> str:
    """The vendor of a session's chat: `[sessions.X] chat`, else what it was before the session was closed."""
    named = (config.session(one).chat for one in (session, *predecessors(places, session)))
    return next(filter(None, named), "generic")
