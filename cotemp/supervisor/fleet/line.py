"""The line to one agent: the eyes and hands with which a bell is rung."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...agents.states import Reading
from ...errors import NotFound
from ...hosts.host import Host, Pane
from .ringing import Glance

__all__ = ["OneLine"]

ABOVE = 300
"""Lines of what scrolled away that are searched for a bell."""


@dataclass(frozen=True, slots=True)
class OneLine:
    """A `Line` over a host. `read` makes a reading of a screen, `holds` tells whether its composer holds a text."""

    host: Host
    agent: str
    read: Callable[[Pane, str], Reading]
    holds: Callable[[str, str], bool]

    def see(self, text: str) -> Glance:
        """Its terminal, fresh."""
        pane = self.host.look().get(self.agent)
        if pane is None or pane.dead:
            return Glance(pane)
        screen = self.host.screen(self.agent)
        return Glance(pane, self.read(pane, screen), self.holds(screen, text))

    def stands(self, text: str) -> bool:
        """However it is wrapped and framed; what says nothing for itself stands nowhere."""
        if not text.startswith("["):
            return False  # only a bell with its number is known again
        try:
            return _bare(text) in _bare(self.host.history(self.agent, ABOVE))
        except NotFound:
            return False

    def type(self, text: str) -> None:
        """Type it, and no key."""
        self.host.type(self.agent, text)

    def enter(self) -> None:
        """Press Enter."""
        self.host.press(self.agent, "Enter")


def _bare(text: str) -> str:
    """`text` without blanks and what frames are drawn with."""
    return "".join(char for char in text if not (char.isspace() or "\u2500" <= char <= "\u259f"))
