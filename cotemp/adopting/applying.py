"""Moving in for real: settings, then state, then a note that it is so, and only then are old files set aside.

A crash in between loses nothing: before the note everything is done again with the same end, after it only the rest.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from ..asking import NoAnswer, ask
from ..config.reading import applied as settings_of
from ..errors import CotempError, HeldByOther, WaitsForHuman
from ..places import Places
from ..supervisor import control
from .destination import Destination, Way, write
from .model import Proposal, World
from .originals import set_aside
from .past import Moved, note
from .state import keep_state

__all__ = ["Applied", "apply", "finish", "folders_of"]


@dataclass
class Applied:
    """What was done: `(what, file)` for each file that was written or set aside, and sentences about the rest."""

    files: list[tuple[str, Path]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def folders_of(world: World) -> tuple[str, ...]:
    """By what a world is known again."""
    found = (world.named, world.root, world.logs, world.plans)
    return tuple(dict.fromkeys(os.path.realpath(folder) for folder in found if folder))


def apply(places: Places, proposal: Proposal, where: Destination, now: datetime, env: Mapping[str, str]) -> Applied:
    """Carry `proposal` out.

    Raises WaitsForHuman for an open question, HeldByOther while a daemon runs, StorageFailed.
    """
    if proposal.open_question:
        raise WaitsForHuman("nothing was changed: " + proposal.open_question)
    applied = Applied()
    if where.way is Way.BESIDE:
        _write(places, where, applied)
        return applied
    places.make_state()
    with control.alone(places, "cotemp adopt"):
        _refuse_beside_a_daemon(places)
        _write(places, where, applied)
        config = settings_of(where.file, where.data)
        applied.remarks += keep_state(places, proposal, config, now)
        moved = _noted(proposal, where, now)
        note(places, moved)
    return finish(places, moved, env, applied)


def finish(places: Places, moved: Moved, env: Mapping[str, str], applied: Applied | None = None) -> Applied:
    """The rest: the old watchdog ends, the old files are set aside."""
    applied = applied or Applied()
    if moved.watchdog:
        _end(*moved.watchdog, env, applied)
    for file in moved.left():
        applied.files.append((f"{file.name} is kept as", set_aside(file)))
    note(places, replace(moved, done=True))
    return applied


def _refuse_beside_a_daemon(places: Places) -> None:
    running = control.daemon(places)
    if running:
        raise HeldByOther(f"{running.said()} keeps the state of agents", "end it first: cotemp down; agents run on")


def _write(places: Places, where: Destination, applied: Applied) -> None:
    kept = write(places, where)
    if where.way is not Way.THERE:
        applied.files.append((f"settings ({where.way})", where.file))
    applied.files += [("what was there is kept as", file) for file in kept]


def _noted(proposal: Proposal, where: Destination, now: datetime) -> Moved:
    gone = [file for file in proposal.set_aside if not _same(file, where.file)]
    watchdog = proposal.watchdog
    return Moved(
        at=now,
        folders=folders_of(proposal.world),
        config=str(where.file),
        files=tuple(map(str, gone)),
        watchdog=(watchdog.server, watchdog.name) if watchdog else None,
    )


def _same(file: Path, other: Path) -> bool:
    return os.path.realpath(file) == os.path.realpath(other)


def _end(server: str, name: str, env: Mapping[str, str], applied: Applied) -> None:
    """End exactly that session; one that is gone already is what was wanted."""
    try:
        said = ask(["tmux", "-S", server, "kill-session", "-t", f"={name}"], env, most=4096, patience=4.0)
    except (NoAnswer, OSError) as error:
        raise CotempError(f"tmux did not end {name}: {error}", f"end it: tmux kill-session -t ={name}") from error
    if said.code == 0:
        applied.remarks.append(f"the old watchdog's tmux session {name} was ended")
