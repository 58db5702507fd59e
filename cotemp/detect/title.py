"""What the title of an agent's terminal tells: programs turn a spinner in it, or mark it when they ask."""

from __future__ import annotations

import platform
from datetime import datetime

from ..agents.states import State
from .subject import Claim, Subject

__all__ = ["claim"]

_REFINES = {
    State.BUSY: frozenset[State](),
    State.BLOCKED: frozenset({State.BUSY, State.IDLE}),
    State.IDLE: frozenset[State](),
}


def claim(subject: Subject, now: datetime) -> Claim | None:
    """The state that the title names, if any. A title that tmux gave (the host's name) says nothing."""
    title = subject.pane.title.strip() if subject.pane else ""
    if not title or title in (platform.node(), platform.node().partition(".")[0]):
        return None
    known = subject.backend.title
    for patterns, state in ((known.blocked, State.BLOCKED), (known.busy, State.BUSY), (known.idle, State.IDLE)):
        if patterns.find(title):
            return Claim(source="title", at=now, quote=title, state=state, refines=_REFINES[state])
    return None
