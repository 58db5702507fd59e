"""What must agree between two parts of `agents.toml`, each rule a function over the document as it was read.

The values may still be of any type: every rule looks only at what it can understand, so that all
mistakes of a file are found at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..mistakes import Mistake
from . import agents, sessions, work
from .raw import Raw

__all__ = ["RULES"]

RULES: tuple[Callable[[Raw], Iterator[Mistake]], ...] = (*sessions.RULES, *agents.RULES, *work.RULES)
"""Every rule; each gives the mistakes that it finds."""
