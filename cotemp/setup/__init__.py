"""Making the home and the settings of this machine, and removing every trace of them again."""

from __future__ import annotations

from .done import Done
from .making import initialise
from .powershell import install_powershell, restore_originals
from .profile import add_to_profile
from .removing import Removal, plan_removal, remains, remove
from .settings import CAREFUL, has_policy

__all__ = [
    "CAREFUL",
    "Done",
    "Removal",
    "add_to_profile",
    "has_policy",
    "initialise",
    "install_powershell",
    "plan_removal",
    "remains",
    "remove",
    "restore_originals",
]
