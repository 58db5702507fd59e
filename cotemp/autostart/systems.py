"""Which ways of starting at login a machine has, the best one first."""

from __future__ import annotations

from ..errors import BadUsage, ToolMissing
from .launchd import launchd
from .machine import Machine
from .run_key import run_key
from .system import System
from .systemd import systemd
from .task import task
from .xdg import xdg

__all__ = ["choose", "systems"]


def systems(machine: Machine) -> tuple[System, ...]:
    """The ways that this machine may have; none where we know of none."""
    if machine.platform == "win32":
        return (task(machine), run_key(machine))
    if machine.platform == "darwin":
        return (launchd(machine),)
    if machine.platform.startswith(("linux", "freebsd")):
        found: tuple[System, ...] = (systemd(machine), xdg(machine))
        return found if machine.runs_systemd else found[::-1]
    return ()


def choose(machine: Machine, by: str | None) -> System:
    """The way called `by`, else the best. Raises BadUsage or ToolMissing when this machine does not have it."""
    found = systems(machine)
    if not found:
        raise ToolMissing(f"cotemp knows no way to start at login on {machine.platform}", "run: cotemp up")
    if by is None:
        return found[0]
    for system in found:
        if system.name == by:
            return system
    raise BadUsage(f"this system has no {by}", f"one of: {', '.join(system.name for system in found)}")
