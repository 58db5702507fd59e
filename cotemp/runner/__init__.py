"""Runs an approved DO on a terminal of its own, keeps what it prints, and ends all of it.

    Runner ── asks ── zygote ── forks ── keeper ── starts ── the DO          (Linux, macOS)
    Runner ── starts ─────────────────── keeper ── starts ── the DO          (Windows)

    engines       which program runs which DO, as data
    variables     what the DO finds in its environment
    launch        the digest is checked, the private copy made, the plan written
    keeper        owns one run: output, time, cancel, the end of the whole tree
    posix, windows  how it is started, heard and ended there; terminal: our end of its terminal
    text, output  what it printed, as plain text, kept on disk
    reading       that text again, whole or live
    result        how it ended
    meaning       what that means, in plain words

Whichever of these processes is killed, the others end the run: nothing of it stays behind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .launch import Launch
    from .meaning import outcome
    from .reading import follow, read_output
    from .result import Finished, How, read_result
    from .runner import Runner, Started
    from .variables import environment

__all__ = [
    "Finished",
    "How",
    "Launch",
    "Runner",
    "Started",
    "environment",
    "follow",
    "outcome",
    "read_output",
    "read_result",
]

_ROOMS = {
    "variables": ("environment",),
    "launch": ("Launch",),
    "reading": ("follow", "read_output"),
    "meaning": ("outcome",),
    "result": ("Finished", "How", "read_result"),
    "runner": ("Runner", "Started"),
}


def __getattr__(name: str) -> Any:
    """Import a part when it is first asked for: `status` and `drop` only want to know the engines."""
    import importlib

    for room, names in _ROOMS.items():
        if name in names:
            return getattr(importlib.import_module(f".{room}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
