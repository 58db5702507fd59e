"""For whoever types to an agent: what its composer holds, and where on the screen a text stands."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from ..agents.states import Composer
from .rows import rows_of
from .screen import see

if TYPE_CHECKING:
    from ..agents.backends import Backend

__all__ = ["Shown", "composer_of", "shows"]


class Shown(StrEnum):
    """Where a text stands."""

    COMPOSER = "composer"
    """In the composer, and nothing else is in it."""
    SCREEN = "screen"
    """On the screen, not in the composer: it was sent."""
    NOWHERE = "nowhere"


def composer_of(backend: Backend, screen: str) -> Composer:
    """What the composer on a screen (lines with SGR colours) is."""
    return see(backend, screen).composer


def shows(backend: Backend, screen: str, text: str) -> Shown:
    """Where `text` stands on a screen. Programs wrap lines: blanks and line ends are not compared."""
    wanted, seen = _squeezed(text), see(backend, screen)
    if not wanted:
        return Shown.NOWHERE
    if _squeezed(seen.text) == wanted:
        return Shown.COMPOSER
    return Shown.SCREEN if _stands(wanted, screen, seen.text) else Shown.NOWHERE


def _stands(wanted: str, screen: str, typed: str) -> bool:
    """Whether it stands anywhere, not counting the composer, which may hold it with something else."""
    everything = _squeezed("".join(_inner(row.text) for row in rows_of(screen)))
    return everything.count(wanted) > _squeezed(typed).count(wanted)


def _inner(line: str) -> str:
    """A line without the frame that a program draws around what was said."""
    return line.strip(" │┃❯›>")


def _squeezed(text: str) -> str:
    return "".join(text.split())
