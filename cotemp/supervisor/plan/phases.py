"""The sequence of phases: when the next one begins, and what is done once after the last."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from ...agents.record import BellKind, Stopped
from ...agents.sequence import Completion, Ending, Sequence, all_phases
from . import bells
from .changing import followers, with_record
from .model import Action, Doing, Done, Journal, MarkComplete, Notify, Outcome, Tell, World
from .waking import prompt_of

__all__ = ["AGAIN", "ending_done", "go_to", "pass_phases", "phase_ids", "sequence_due"]

AGAIN = timedelta(minutes=5)
"""After which a part of the end that failed, or of which nothing is heard, is tried again."""


def phase_ids(world: World) -> tuple[str, ...]:
    """The ids of all phases in order."""
    return tuple(one.id for one in all_phases(world.config, world.sequence))


def sequence_due(world: World, now: datetime) -> datetime | None:
    """When `pass_phases` may have something to do although nothing happened: at once, as long as it moves."""
    if world.ending:
        return world.ending.since + AGAIN
    complete, ids = world.sequence.complete, phase_ids(world)
    if world.sequence.phase not in ids:
        return None
    moves = len(complete.endings) < len(Ending) or ids[-1] != world.sequence.phase if complete else _is_done(world)
    return now if moves else None


def pass_phases(world: World, now: datetime) -> tuple[World, tuple[Action, ...]]:
    """The sequence one step further, where that is due. A part of the end is noted by a later step than the one that
    changed the records, so that it is not noted on disk before they are."""
    ids, sequence = phase_ids(world), world.sequence
    if not ids:
        return world, ()
    if sequence.phase is None:
        return _begin(world, ids, now), ()
    if sequence.phase not in ids:
        return _lost(world)
    if sequence.complete:
        return _revive(world, ids, now) if ids[-1] != sequence.phase else _end(world, now)
    return _advance(world, ids, now) if _is_done(world) else (world, ())


def _begin(world: World, ids: tuple[str, ...], now: datetime) -> World:
    if not any(world.agents[name].record.wanted for name in followers(world)):
        return world
    return replace(world, sequence=replace(world.sequence, phase=ids[0], index=0, since=now))


def _lost(world: World) -> tuple[World, tuple[Action, ...]]:
    """The current phase was taken out of the settings: a human says where to go on."""
    line = f"the current phase {world.sequence.phase} is in agents.toml no more; cotemp phase set says where to go on"
    if line in world.told:
        return world, ()
    return replace(world, told=world.told | {line}), (Tell("", line),)


def _is_done(world: World) -> bool:
    status = world.statuses.get(world.sequence.phase or "")
    return status is not None and status.done and status.blob != world.sequence.ignored


def _advance(world: World, ids: tuple[str, ...], now: datetime) -> tuple[World, tuple[Action, ...]]:
    old, sequence = str(world.sequence.phase), world.sequence
    done = (*(one for one in sequence.done if one != old), old)
    if old == ids[-1]:
        ended = replace(sequence, done=done, complete=Completion(now))
        return replace(world, sequence=ended), (Tell("", f"phase {old} is done; it was the last one"),)
    new = ids[ids.index(old) + 1]
    moved = go_to(replace(world, sequence=replace(sequence, done=done)), new, now)
    return moved, (Tell("", f"phase {old} is done; {new} begins"),)


def go_to(world: World, phase: str, now: datetime, *, ignoring: bool = False) -> World:
    """`phase` is the current one, and a finished sequence goes on. `ignoring`: a `## DONE` that stands in its status
    file now does not count."""
    status = world.statuses.get(phase)
    ignored = status.blob if ignoring and status and status.done else None
    index = phase_ids(world).index(phase)
    moved = replace(world.sequence, phase=phase, index=index, since=now, ignored=ignored, complete=None)
    return _restarted(replace(world, sequence=moved, ending=None), now)


def _revive(world: World, ids: tuple[str, ...], now: datetime) -> tuple[World, tuple[Action, ...]]:
    phase = ids[ids.index(str(world.sequence.phase)) + 1]
    return go_to(world, phase, now), (Tell("", f"the sequence goes on with the new phase {phase}"),)


def _restarted(world: World, now: datetime) -> World:
    for name in followers(world):
        stopped = world.agents[name].record.stopped
        if stopped and stopped.why == "finished":
            world = with_record(world, name, stopped=None, wanted=True, relaunch=now)
    return world


# --- after the last phase ---


def _end(world: World, now: datetime) -> tuple[World, tuple[Action, ...]]:
    """As many parts as can be noted now, until one has something to do."""
    if world.ending and now < world.ending.since + AGAIN:
        return world, ()
    for part in Ending:
        if not _is_noted(world, part):
            world, given = _ENDINGS[part](world, now)
            if not _is_noted(world, part):
                return world, given
    return world, ()


def _is_noted(world: World, part: Ending) -> bool:
    return world.sequence.complete is not None and part in world.sequence.complete.endings


def _stop_loops(world: World, now: datetime) -> tuple[World, tuple[Action, ...]]:
    running = [name for name in followers(world) if not world.agents[name].record.stopped]
    if not running:
        return _noted(world, Ending.STOPPED), ()
    for name in running:
        world = with_record(world, name, stopped=Stopped(now, "finished"))
    return world, ()


def _last_wake(world: World, now: datetime) -> tuple[World, tuple[Action, ...]]:
    before = world
    assert world.sequence.complete is not None
    for name, settings in world.config.agents.items():
        record = world.agents[name].record
        if settings.kind == "persistent" and settings.wake and record.is_up:
            record = bells.drop(record, BellKind.WAKE)
            id = f"last-wake:{world.sequence.complete.at.isoformat()}"  # noqa: A001
            world = with_record(world, name, bells.queue(record, id, BellKind.LAST_WAKE, prompt_of(settings.wake), now))
    return (world, ()) if world is not before else (_noted(world, Ending.WAKE), ())


def _mark(world: World, now: datetime) -> tuple[World, tuple[Action, ...]]:
    return _given(world, MarkComplete(), now)


def _journal(world: World, now: datetime) -> tuple[World, tuple[Action, ...]]:
    if world.config.handoff is None or world.config.handoff.journal_file is None:
        return _noted(world, Ending.JOURNAL), ()
    return _given(world, Journal(_summary(world)), now)


def _notify(world: World, now: datetime) -> tuple[World, tuple[Action, ...]]:
    return _given(world, Notify("cotemp: all phases are done", _summary(world)), now)


def _summary(world: World) -> str:
    sequence = world.sequence
    assert sequence.complete is not None
    return f"{sequence.complete.at:%Y-%m-%d %H:%M} UTC: all phases are done: {', '.join(sequence.done)}"


def _given(world: World, action: Action, now: datetime) -> tuple[World, tuple[Action, ...]]:
    return replace(world, ending=Doing(action, now)), (action,)


_ENDINGS: Mapping[Ending, Callable[[World, datetime], tuple[World, tuple[Action, ...]]]] = {
    Ending.STOPPED: _stop_loops,
    Ending.FILE: _mark,
    Ending.WAKE: _last_wake,
    Ending.JOURNAL: _journal,
    Ending.NOTIFIED: _notify,
}
_BY_ACTION: Mapping[type, Ending] = {
    MarkComplete: Ending.FILE,
    Journal: Ending.JOURNAL,
    Notify: Ending.NOTIFIED,
}


def ending_done(world: World, event: Done) -> World:
    """A part of the end was performed. A notification that cannot be shown here is none that is tried for ever."""
    if world.ending is None or world.ending.action != event.action or world.sequence.complete is None:
        return world
    if event.outcome is Outcome.DONE or isinstance(event.action, Notify):
        return replace(_noted(world, _BY_ACTION[type(event.action)]), ending=None)
    return world


def _noted(world: World, part: Ending) -> World:
    sequence: Sequence = world.sequence
    assert sequence.complete is not None
    ended = replace(sequence.complete, endings=(*sequence.complete.endings, part))
    return replace(world, sequence=replace(sequence, complete=ended))
