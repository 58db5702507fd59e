"""Numbers and names in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from .view import View

__all__ = ["command", "count", "waits", "where"]

NAMED = 3
"""How many sessions a sentence names; the others are counted."""


def count(number: int, what: str) -> str:
    """`1 DO`, `2 DOs`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def waits(dos: int) -> str:
    """`1 DO waits`, `2 DOs wait`."""
    return "1 DO waits" if dos == 1 else f"{dos} DOs wait"


def where(views: Sequence[View]) -> str:
    """The sessions, named as far as they are few."""
    names = [view.id for view in views]
    if len(names) > NAMED:
        return f"{', '.join(names[:NAMED])} and {len(names) - NAMED} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def command(views: Sequence[View]) -> str:
    """The sessions as the arguments of a command."""
    names = [view.id for view in views]
    return " ".join(names[:NAMED] + (["..."] if len(names) > NAMED else []))
