"""Watches the repo of the handoff, in a thread of its own: git takes its time."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from typing import NamedTuple

from ...agents.sequence import all_phases
from ...config.settings import Handoff
from ...handoff.watch import PhaseFiles, RepoWatch
from ..plan.model import Event, World
from .station import Station

__all__ = ["Courier"]


class _Wish(NamedTuple):
    """What is to be watched."""

    handoff: Handoff
    phases: tuple[PhaseFiles, ...]
    began: bool


class Courier:
    """Brings what is new in the repo to `report`. Only the thread has the watch; the loop leaves a wish, and never
    waits for git."""

    def __init__(self, station: Station, report: Callable[[Event], None]) -> None:
        self._station, self._report = station, report
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._wish: _Wish | None = None
        self._again = False

    def follow(self, world: World) -> None:
        """Watch the repo of the settings in force, and the files of all phases."""
        handoff = world.config.handoff
        self._wish = _Wish(handoff, _files_of(world), world.handoff.began) if handoff else None
        if handoff and self._thread is None:
            self._thread = threading.Thread(target=self._run, name="courier", daemon=True)
            self._thread.start()

    def again(self) -> None:
        """Tell everything once more: what was told went astray."""
        self._again = True

    def close(self) -> None:
        """Bring nothing more; git, if it runs, ends by itself."""
        self._ended.set()

    def _run(self) -> None:
        watch: RepoWatch | None = None
        watched: Handoff | None = None
        while not self._ended.wait(self._station.pace.glance):
            wish = self._wish
            if wish is None or wish.handoff != watched or self._again:
                self._again = False
                watched = wish.handoff if wish else None
                watch = RepoWatch(wish.handoff, wish.phases, began=wish.began) if wish else None
            if wish and watch:
                watch.watch(wish.phases)
                self._poll(watch)

    def _poll(self, watch: RepoWatch) -> None:
        try:
            told = watch.poll(self._station.now())
        except Exception:  # a bug of ours may not end the handoff for good
            self._station.tell("", f"bug in cotemp: {traceback.format_exc()}")
            self._ended.wait(self._station.pace.pause)
            return
        for problem in told.problems:
            self._station.tell("", problem)
        for event in told.events:
            self._report(event)


def _files_of(world: World) -> tuple[PhaseFiles, ...]:
    every = all_phases(world.config, world.sequence)
    return tuple(PhaseFiles(one.id, one.plan, one.status_file) for one in every)
