"""Holds a run to its consent: it sees, changes and reaches only what its view says. An enforcer counts only
after its self-test passed on this machine.

    view         what a run may see and change, and what an enforcer makes of it
    layout       that view on this machine: links, secrets, sockets, the repo's own traps (repo)
    bubblewrap   the layout as arguments; seccomp: the filter of system calls; memory: control groups
    enforcer     all of it together, for one run; seatbelt: the same for macOS
    finding      which enforcer holds on this machine (binaries, selftest, probe)
    prefixes     which folders a program needs to be seen
    entering     the last step before the enforcer takes over; status: whether a run began
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .enforcer import Bubblewrap, Enforcer
    from .finding import find
    from .prefixes import programs
    from .view import Confined, Limits, Missing, View

__all__ = ["Bubblewrap", "Confined", "Enforcer", "Limits", "Missing", "View", "find", "programs"]

_ROOMS = {
    "enforcer": ("Bubblewrap", "Enforcer"),
    "finding": ("find",),
    "prefixes": ("programs",),
    "view": ("Confined", "Limits", "Missing", "View"),
}


def __getattr__(name: str) -> Any:
    """Import a part when it is first asked for: a keeper needs next to nothing of it."""
    import importlib

    for room, names in _ROOMS.items():
        if name in names:
            return getattr(importlib.import_module(f".{room}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
