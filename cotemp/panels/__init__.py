"""The registry of panels: who is where, and whether the process that said so is still the one alive now."""

from __future__ import annotations

from .addresses import find, names, nearest, resolve
from .records import Panel, Presence, Unreadable
from .registry import Panels, default_name, listing, register, remove_dead

__all__ = [
    "Panel",
    "Panels",
    "Presence",
    "Unreadable",
    "default_name",
    "find",
    "listing",
    "names",
    "nearest",
    "register",
    "remove_dead",
    "resolve",
]
