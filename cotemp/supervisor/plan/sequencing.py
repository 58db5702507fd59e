"""What people ask of the sequence: another phase, the next, the one before, one more."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from ...agents.requests import Request
from ...agents.sequence import AddedPhase
from .model import World
from .phases import go_to, phase_ids
from .words import Refused

__all__ = ["phase_asked"]

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def phase_asked(world: World, request: Request, now: datetime) -> tuple[World, tuple[str, ...]]:
    """The world after a request about phases, and what to say. Raises Refused."""
    if request.id and request.id == world.sequence.asked:
        return world, (f"the phase is {world.sequence.phase}",)
    do = _DEEDS.get(request.args.get("do", ""))
    if do is None:
        raise Refused("a phase is set, or the next one, the one before, or one more", "see: cotemp phase --help", 2)
    world, line = do(world, request, now)
    return replace(world, sequence=replace(world.sequence, asked=request.id)), (line,)


def _set(world: World, request: Request, now: datetime) -> tuple[World, str]:
    wanted, ids = request.args.get("id", ""), phase_ids(world)
    if wanted not in ids:
        raise Refused(f"there is no phase {wanted}", f"there are: {', '.join(ids) or 'none'}", 4)
    return _moved(world, wanted, now)


def _next(world: World, request: Request, now: datetime) -> tuple[World, str]:
    ids, place = phase_ids(world), _place(world)
    if place + 1 >= len(ids):
        raise Refused(f"{ids[place]} is the last phase", "add one: cotemp phase add", 2)
    done = (*(one for one in world.sequence.done if one != ids[place]), ids[place])
    return _moved(replace(world, sequence=replace(world.sequence, done=done)), ids[place + 1], now)


def _back(world: World, request: Request, now: datetime) -> tuple[World, str]:
    ids, place = phase_ids(world), _place(world)
    if place == 0:
        raise Refused(f"{ids[place]} is the first phase", "see: cotemp phase list", 2)
    return _moved(world, ids[place - 1], now)


def _add(world: World, request: Request, now: datetime) -> tuple[World, str]:
    new = AddedPhase(
        request.args.get("id", ""),
        request.args.get("plan", ""),
        request.args.get("status") or f"STATUS-{request.args.get('id', '')}.md",
    )
    if new in world.sequence.added:
        return world, f"{new.id} is there already"
    _check(world, new)
    longer = replace(world.sequence, added=(*world.sequence.added, new))
    return replace(world, sequence=longer), f"{new.id} is the last phase now"


def _check(world: World, new: AddedPhase) -> None:
    if not _ID.fullmatch(new.id) or not new.plan or not (new.plan + new.status).isprintable():
        raise Refused("a phase has an id and a plan file", "cotemp phase add ID PLAN", 2)
    if new.id in phase_ids(world):
        raise Refused(f"there is a phase {new.id} already", "take another id", 2)


def _place(world: World) -> int:
    ids, current = phase_ids(world), world.sequence.phase
    if not ids:
        raise Refused("there are no phases", "declare some: [[phases]] in agents.toml", 4)
    if current is None:
        return 0
    if current not in ids:
        raise Refused(
            f"the current phase {current} is in agents.toml no more", "say where to go on: cotemp phase set", 2
        )
    return ids.index(current)


def _moved(world: World, phase: str, now: datetime) -> tuple[World, str]:
    """A human's word is above a `## DONE` that stands there already."""
    before = world.sequence.phase
    left = tuple(one for one in world.sequence.done if one != phase)
    world = replace(world, sequence=replace(world.sequence, done=left))
    return go_to(world, phase, now, ignoring=True), f"the phase is {phase} now (it was {before or 'none'})"


_DEEDS: Mapping[str, Callable[[World, Request, datetime], tuple[World, str]]] = {
    "set": _set,
    "next": _next,
    "back": _back,
    "add": _add,
}
