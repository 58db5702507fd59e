"""For whom a paste is: the session that it is kept under, and the window of that session's chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..panels import find
from ..panels.forwarding import predecessors, successor
from ..places import Places
from .letters import folder_name

if TYPE_CHECKING:
    from ..chat.paste import Scrub
    from ..config import Config

__all__ = ["kept_under", "window"]


def kept_under(places: Places, to: str, scrub: Scrub | None = None) -> str:
    """The id under which pastes for `to` are kept: a session's, its successor's, or one made of the name.

    Such a name becomes a folder's, so that `scrub` takes secrets out of it first (None: those that anybody would know).
    """
    found = find(places, to)
    if found:
        return successor(places, found.id)
    from ..redact import scrub_of  # a table of patterns: sessions do without

    return folder_name((scrub or scrub_of(places).scrubber().scrub)(to))


def window(places: Places, config: Config, session: str) -> str:
    """The vendor of a session's chat: `[sessions.X] chat`, else what it was before the session was closed."""
    named = (config.session(one).chat for one in (session, *predecessors(places, session)))
    return next(filter(None, named), "generic")
