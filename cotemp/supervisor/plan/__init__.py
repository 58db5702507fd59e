"""What the supervisor does about agents, decided without touching anything: facts and events in, actions out.

The way of one thought: `step` takes an event in (`absorbing`, and a room for each kind of event), moves what concerns
all agents (`phases`, `limiting`), asks for the `outlook` of each agent that is concerned (`rules`, and a room for each
theme), and gives out what is due.
"""

from __future__ import annotations

from .bells import text_of
from .diff import Change, changes
from .limiting import limited_until
from .rules import outlook
from .stepping import beginning, step

__all__ = ["Change", "beginning", "changes", "limited_until", "outlook", "step", "text_of"]
