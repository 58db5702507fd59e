"""What waits in the inboxes of the agents' sessions: a cheap look that tells only of changes."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime

from ...errors import CotempError
from ...names import do_extension, is_note
from ...places import Places, SessionPlaces
from ..plan.model import Notes, NoteSeen

__all__ = ["Mail"]

FRESH = 2.0
"""A folder that changed this recently (seconds) may change again without its time changing."""


class Mail:
    """The inboxes that were seen, by agent."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._sessions: dict[str, SessionPlaces] = {}
        self._marks: dict[str, float] = {}
        self._told: dict[str, tuple[NoteSeen, ...]] = {}

    def look(self, agents: Iterable[str], watched: Collection[str]) -> Iterator[Notes]:
        """What waits for each of `agents`, where that is something else than before. The DOs of sessions in `watched`
        (case-folded) are left out: they are run, not read."""
        for agent in agents:
            waiting = self._waiting(agent, with_dos=agent.casefold() not in watched)
            if waiting is not None and waiting != self._told.get(agent, ()):
                self._told[agent] = waiting
                yield Notes(agent, waiting)

    def _waiting(self, agent: str, *, with_dos: bool) -> tuple[NoteSeen, ...] | None:
        """None when nothing can have changed."""
        with suppress(CotempError):
            session = self._sessions.get(agent) or self._places.session(agent)
            if session.exists():
                self._sessions[agent] = session
            changed = _changed(session)
            if changed == self._marks.get(agent):
                return None
            if time.time() - changed > FRESH:
                self._marks[agent] = changed
            found = [one for one in _listed(session) if with_dos or not one.is_do]
            return tuple(sorted(found, key=lambda one: (one.arrived, one.name)))
        return None


def _changed(session: SessionPlaces) -> float:
    try:
        return os.stat(session.inbox).st_mtime
    except OSError:
        return 0.0


def _listed(session: SessionPlaces) -> Iterator[NoteSeen]:
    with suppress(OSError), os.scandir(session.inbox) as entries:
        for entry in entries:
            is_do = do_extension(entry.name) is not None
            if is_do or is_note(entry.name):
                with suppress(OSError):
                    arrived = entry.stat(follow_symlinks=False).st_mtime
                    yield NoteSeen(entry.name, datetime.fromtimestamp(arrived, UTC), is_do=is_do)
