"""One line for each thing that happens, as it happens, with what other programs leave in `coticker/inbox`."""

from __future__ import annotations

from .queue import Foreign, foreign
from .ticking import tick

__all__ = ["Foreign", "foreign", "tick"]
