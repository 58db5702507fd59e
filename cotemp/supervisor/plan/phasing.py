"""Rules that bring an agent into the current phase, or to its new settings."""

from __future__ import annotations

from datetime import datetime, timedelta

from ...agents.states import Composer, State
from .case import Case
from .model import Next

__all__ = ["drained", "in_phase"]

LAST_WORDS = 300.0
"""Seconds that a busy agent has to end its turn when the phase changes: who wrote `## DONE` is usually about to."""


def in_phase(it: Case) -> Next | None:
    """It was launched for another phase than the current one."""
    launched = it.record.launched
    if it.phase is None or launched is None or launched.phase == it.phase:
        return None
    why = f"the phase is {it.phase} now"
    at = it.now if _has_ended_turn(it) else _patience_ends(it, launched.at)
    return it.next("phase", why, "restart", at, lambda: it.launch(why))


def drained(it: Case) -> Next | None:
    """It is restarted with its new settings as soon as that costs nothing."""
    if not it.record.drain:
        return None
    if not _has_ended_turn(it):
        return None  # what else may happen to it does
    why = "its settings have changed, and it is at its prompt"
    return it.next("drain", why, "restart", it.now, lambda: it.launch(why))


def _has_ended_turn(it: Case) -> bool:
    return it.state is State.IDLE and it.composer is Composer.EMPTY


def _patience_ends(it: Case, launched: datetime) -> datetime:
    return max(it.world.sequence.since or launched, launched) + timedelta(seconds=LAST_WORDS)
