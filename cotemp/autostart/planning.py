"""Switching it on and off: first what would be written, then, when somebody agreed, the writing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..errors import NotFound
from ..places import Places
from .agreed import agree, digest, forget
from .entry import Entry, entry_for, entry_name
from .machine import Machine
from .python import login_python, store_folder
from .standing import Standing, standing
from .system import System
from .systems import choose, systems

__all__ = ["Plan", "disable", "disable_named", "enable", "entries", "plan"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What `enable` would write, and what there is to know about it."""

    system: System
    entry: Entry
    text: str
    notes: tuple[str, ...]

    @property
    def sha256(self) -> str:
        """What consent to it is recorded with."""
        return digest(self.system, self.text)

    @property
    def where(self) -> str:
        return self.system.where(self.entry.name)


def plan(places: Places, config: Path, machine: Machine, by: str | None = None) -> Plan:
    """What starting at login would need for this home. Writes nothing.

    Raises NotFound without a home, BadUsage for paths that cannot be written, ToolMissing where there is no way.
    """
    if not places.sessions.is_dir():
        raise NotFound(f"there is no home {places.home} yet", "make it: cotemp init")
    system = choose(machine, by)
    entry = entry_for(
        places,
        config.absolute() if config.exists() else None,
        login_python(machine),
        environment={} if machine.platform == "win32" else machine.env,
        user=_windows_user(machine),
        looked_after=system.looked_after,
    )
    return Plan(system, entry, system.render(entry), tuple(_notes(machine)))


def enable(places: Places, wanted: Plan, machine: Machine) -> Standing:
    """Write what was planned, in the place of whatever entry this home had; and that this user agreed to it."""
    wanted.system.install(wanted.entry)
    for other in systems(machine):
        if other.name != wanted.system.name:
            other.remove(wanted.entry.name)
    agree(places, wanted.system, wanted.entry)
    return standing(places, machine)


def disable(places: Places, machine: Machine) -> list[str]:
    """Remove every entry of this home, whoever wrote it, and the consent; returns where they stood."""
    removed = disable_named(entry_name(places.state), machine)
    forget(places)
    return removed


def disable_named(name: str, machine: Machine) -> list[str]:
    """Remove every entry of that name; returns where they stood. Raises CotempError when the system refuses."""
    return [system.where(name) for system in systems(machine) if system.remove(name)]


def entries(name: str, machine: Machine) -> list[str]:
    """Where the entries of that name stand."""
    return [system.where(name) for system in systems(machine) if system.found(name) is not None]


def _windows_user(machine: Machine) -> str:
    domain = machine.env.get("USERDOMAIN") if machine.platform == "win32" else None
    return f"{domain}\\{machine.user}" if domain else machine.user


def _notes(machine: Machine) -> list[str]:
    notes = []
    if folder := store_folder(machine):
        notes.append(f"this Python is the Microsoft Store's: what it writes to AppData is really below {folder}")
    return notes
