"""Making the home and the settings of this machine, and removing every trace of them again."""

from __future__ import annotations

from .making import CAREFUL, Done, initialise
from .removing import Removal, plan_removal, remains, remove

__all__ = ["CAREFUL", "Done", "Removal", "initialise", "plan_removal", "remains", "remove"]
