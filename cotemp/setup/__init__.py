"""Making the home and the settings of this machine, and removing every trace of them again."""

from __future__ import annotations

from .done import Done
from .making import initialise
from .removing import Removal, plan_removal, remains, remove
from .settings import CAREFUL, has_policy

__all__ = ["CAREFUL", "Done", "Removal", "has_policy", "initialise", "plan_removal", "remains", "remove"]
