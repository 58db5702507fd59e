"""What the command line asks of the daemon: a file for each request, answered by a file.

A request is carried out at most once: the daemon takes it (a rename) before it acts. What it had taken when it
crashed is answered so when it comes back, and not tried again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from .moment import Moment

__all__ = ["Answer", "Request", "What"]


class What(StrEnum):
    """What can be asked."""

    UP = "up"
    """Start `agents` (none named: all) with the settings of now. args: `drain`, `task`, `model`, and `keep-stopped`,
    which leaves alone what was stopped on purpose, as at login."""
    DOWN = "down"
    RELOAD = "reload"
    WAKE = "wake"
    NUDGE = "nudge"
    RESUME = "resume"
    """End a stop, a quarantine, a problem that a human has mended; open limit windows are probed now."""
    PHASE = "phase"
    """args: `do` = set | next | back | add, and `id`, `plan`, `status`."""
    STOP_ALL = "stop-all"


@dataclass(frozen=True, slots=True)
class Request:
    """Asked by a person or program of this machine. `id` is unique; `at` is UTC."""

    id: str
    what: What
    at: Moment
    agents: tuple[str, ...] = ()
    args: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a request: `said`, a line for each thing that was done; `problem` and `fix` when it was not, with
    the exit code of the error tree."""

    id: str
    said: tuple[str, ...] = ()
    exit_code: int = 0
    problem: str = ""
    fix: str = ""
