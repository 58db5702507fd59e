"""How it stands: is something there, is it what somebody agreed to, and does it still work?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ..places import Places
from .agreed import Agreed, agreed, digest
from .entry import entry_name
from .machine import Machine
from .system import System
from .systems import systems

__all__ = ["Standing", "State", "standing"]

_ANEW = "look at it, then: cotemp autostart enable, or cotemp autostart disable"


class State(StrEnum):
    """`changed`: what is there is not what was agreed to; `stale`: it starts a cotemp that is gone."""

    DISABLED = "disabled"
    ENABLED = "enabled"
    CHANGED = "changed"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Standing:
    """The state, the entry and its consent as far as there are any; `why` and `fix` where something is wrong."""

    state: State
    system: System | None = None
    where: str = ""
    agreed: Agreed | None = None
    why: str = ""
    fix: str = ""


def standing(places: Places, machine: Machine) -> Standing:
    """How it stands for this home, read anew; a Python that an entry names is tried out."""
    name, given = entry_name(places.state), agreed(places)
    there = {system.name: system for system in systems(machine) if system.found(name) is not None}
    system = next((one for one in systems(machine) if given and one.name == given.system), None)
    system = system or next(iter(there.values()), None)
    if system is None:
        return Standing(State.DISABLED)
    state, why, fix = _judged(system, name, given, there)
    if state is State.ENABLED and given and (why := _gone(given, machine)):
        state, fix = State.STALE, "write it anew: cotemp autostart enable"
    return Standing(state, system, system.where(name), given, why, fix)


def _judged(system: System, name: str, given: Agreed | None, there: dict[str, System]) -> tuple[State, str, str]:
    """State, reason and fix, as far as the entry itself tells."""
    text = system.found(name)
    if given is None:
        return State.CHANGED, "nobody agreed to it here", _ANEW
    if text is None:
        return State.CHANGED, "somebody removed it", "as you want it: cotemp autostart enable, or … disable"
    if digest(system, text) != given.sha256:
        return State.CHANGED, f"it is not what {given.by} agreed to", _ANEW
    if off := system.off(name):
        return State.CHANGED, off, "as you want it: cotemp autostart enable, or … disable"
    if len(there) > 1:
        more = ", ".join(one.where(name) for one in there.values() if one is not system)
        return State.CHANGED, f"there is a second entry: {more}", _ANEW
    return State.ENABLED, "", ""


def _gone(given: Agreed, machine: Machine) -> str:
    """Why what is started cannot work any more; '' when it can."""
    python = given.argv[: given.argv.index("-P")] if "-P" in given.argv else given.argv[:1]
    if not machine.exists(python[-1]):
        return f"its Python is gone: {python[-1]}"
    code, _ = machine.run([python[-1], "-P", "-c", "import cotemp"])
    return f"its Python has no cotemp any more: {python[-1]}" if code else ""
