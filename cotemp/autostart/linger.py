"""Lingering: whether systemd keeps a user's units running while that user is not logged in."""

from __future__ import annotations

from .machine import Machine
from .system import System

__all__ = ["lingers"]


def lingers(system: System, machine: Machine) -> bool | None:
    """True when the entry starts with the machine and outlives logout; None where that is no question."""
    return (machine.lingering / machine.user).exists() if system.name == "systemd" else None
