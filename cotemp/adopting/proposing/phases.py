"""The phases, each once, and where the sequence stands among them.

An index counts the lines of the old list, doubled and broken ones included. What counts is the phase that it meant:
when lines before that one go, its index becomes smaller, and the phase stays.
"""

from __future__ import annotations

from collections.abc import Sequence as Several
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from ...agents.sequence import Completion, Ending, Sequence
from ..model import Decision, NotUnderstood, OldPhase, Origin, Told, World

__all__ = ["Standing", "stand"]


@dataclass
class Standing:
    """The phases that are kept, where they stand, and how that came to be. `question`: what only a human knows."""

    phases: list[OldPhase] = field(default_factory=list)
    sequence: Sequence = Sequence()
    decisions: list[Decision] = field(default_factory=list)
    not_understood: list[NotUnderstood] = field(default_factory=list)
    question: str = ""


def stand(world: World, now: datetime, said: str | None = None) -> Standing:
    """Where the sequence of `world` stands; `said` is the id of the phase that a human named."""
    listed, index = _generation(world)
    found = Standing()
    _drop_doubled(found, listed)
    if not found.phases:
        return found
    _tell_of_older(found, world, listed)
    current = _named(found, said) if said else _current(found, world, listed, index)
    if world.complete:
        _complete(found, world.complete, now)
    elif current is not None:
        found.sequence = _at(found.phases, current, now)
    return found


def _generation(world: World) -> tuple[Several[OldPhase], Told | None]:
    """The list of phases that counts, and the index that belongs to it: the newer driver's, where it has them."""
    newer = world.config.phases if world.config else ()
    if newer:
        return newer, world.state_index or _moved(world, newer)
    return world.phases, world.state_index or world.index


def _moved(world: World, newer: Several[OldPhase]) -> Told | None:
    """The older index, as it counts in the newer list: by the phase that it meant."""
    told = world.index
    if told is None or not world.phases or not _is_number(told.value) or int(told.value) >= len(world.phases):
        return told
    meant = world.phases[int(told.value)].id
    place = next((number for number, one in enumerate(newer) if _same(one, meant)), None)
    return told if place is None else Told(str(place), told.origin)


def _tell_of_older(found: Standing, world: World, listed: Several[OldPhase]) -> None:
    if world.phases and listed is not world.phases:
        found.decisions.append(
            Decision("the newer list of phases counts, not this one", Origin(world.phases[0].origin.file))
        )
    if world.index and world.state_index:
        what = f"the newer index counts ({world.state_index.value[:80]}), not this one ({world.index.value[:80]})"
        found.decisions.append(Decision(what, world.index.origin))


def _drop_doubled(found: Standing, listed: Several[OldPhase]) -> None:
    kept: dict[str, OldPhase] = {}
    for place, phase in enumerate(listed):
        first = kept.setdefault(phase.id.casefold(), phase) if phase.id else phase
        if phase.id and first is phase:
            found.phases.append(phase)
        elif phase.id:
            what = f"{phase.id} is there twice: the one at index {place} is dropped, the first one stays"
            found.decisions.append(Decision(what, phase.origin))
            if (phase.plan, phase.status) != (first.plan, first.status):
                why = f"this second {phase.id} has files of its own ({phase.plan}, {phase.status or 'no status file'})"
                fix = "if it is a phase of its own, give it an id: cotemp phase add"
                found.not_understood.append(NotUnderstood(phase.origin, f"{why}: {fix}"))


def _current(found: Standing, world: World, listed: Several[OldPhase], index: Told | None) -> OldPhase | None:
    """The phase that the old index means; None when nobody can tell, and a human is asked."""
    if index is None:
        if world.complete is None:
            found.decisions.append(Decision(f"no index is kept: it begins with {found.phases[0].id}"))
        return found.phases[0]
    by_name = next((one for one in found.phases if _same(one, index.value)), None)
    if by_name and not _is_number(index.value):
        found.decisions.append(Decision(f"the current phase is named: {by_name.id}", index.origin))
        return by_name
    if not _is_number(index.value):
        _ask(found, index, f"{index.value[:80]!r} is no index")
        return None
    place = int(index.value) if len(index.value) < 10 else len(listed) + 1
    if place == len(listed):
        _past_the_last(found, index, world)
        return found.phases[-1]
    if place > len(listed):
        _ask(found, index, f"the index {index.value[:20]} is out of range: there are {len(listed)} phases")
        return None
    if not listed[place].id:
        _ask(found, index, f"the phase at index {place} could not be understood ({listed[place].origin})")
        return None
    return _meant(found, listed, place, index)


def _meant(found: Standing, listed: Several[OldPhase], place: int, index: Told) -> OldPhase:
    old = listed[place]
    current = next(one for one in found.phases if _same(one, old.id))
    now = found.phases.index(current)
    if current is not old:
        what = (
            f"the current phase is the second {old.id} (index {place}), which is dropped: the first one is current, at"
        )
        later = "what was done between the two is passed again when its status file says ## DONE"
        found.decisions.append(Decision(f"{what} index {now}; {later}", index.origin))
    elif now != place:
        what = f"lines before it are dropped: the current phase {old.id} moves from index {place} to {now}"
        found.decisions.append(Decision(what, index.origin))
    else:
        found.decisions.append(Decision(f"the current phase is {old.id}, index {now} as before", index.origin))
    return current


def _past_the_last(found: Standing, index: Told, world: World) -> None:
    what = f"the index {index.value} is one past the last phase: {found.phases[-1].id} is current"
    hint = "" if world.complete else "; when its status file says ## DONE, the sequence is complete"
    found.decisions.append(Decision(f"{what}{hint}", index.origin))


def _ask(found: Standing, index: Told, why: str) -> None:
    found.not_understood.append(NotUnderstood(index.origin, why))
    ids = ", ".join(one.id for one in found.phases[:10]) + (", …" if len(found.phases) > 10 else "")
    found.question = f"which phase is the current one? {why}; name it with --phase ({ids})"


def _named(found: Standing, said: str) -> OldPhase | None:
    """The phase that a human named. A name that is none is asked for again."""
    current = next((one for one in found.phases if _same(one, said)), None)
    if current is None:
        found.question = f"which phase is the current one? none is called {said[:80]}"
    else:
        found.decisions.append(Decision(f"the current phase is {current.id}, as you said"))
    return current


def _at(phases: Several[OldPhase], current: OldPhase, now: datetime) -> Sequence:
    place = phases.index(current)
    return Sequence(phase=current.id, index=place, since=now, done=tuple(one.id for one in phases[:place]))


def _complete(found: Standing, file: Path, now: datetime) -> None:
    """All that is done once at the end was done by the old watchdog: it wrote that file last."""
    last = found.phases[-1]
    found.question = ""
    found.decisions.append(Decision(f"the sequence is complete: all {len(found.phases)} phases are done", Origin(file)))
    done = tuple(one.id for one in found.phases)
    completion = Completion(now, tuple(Ending))
    found.sequence = Sequence(last.id, len(found.phases) - 1, now, done=done, complete=completion)


def _same(phase: OldPhase, name: str) -> bool:
    return bool(phase.id) and phase.id.casefold() == name.casefold()


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()
