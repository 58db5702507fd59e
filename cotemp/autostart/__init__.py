"""Starting at login: off until somebody asks for it, shown before it is written, and removed by one command.

entry (what is started) ── systemd | xdg | launchd | task | run_key (how each system is told)
                               │
planning (enable, disable) ────┴──── standing (is it there, as agreed, and does it still work?)
"""

from __future__ import annotations

from .agreed import RECORD
from .entry import entry_name
from .linger import lingers
from .machine import Machine, Values
from .planning import Plan, disable, disable_named, enable, entries, plan
from .standing import Standing, State, standing

__all__ = [
    "RECORD",
    "Machine",
    "Plan",
    "Standing",
    "State",
    "Values",
    "disable",
    "disable_named",
    "enable",
    "entries",
    "entry_name",
    "lingers",
    "plan",
    "standing",
]
