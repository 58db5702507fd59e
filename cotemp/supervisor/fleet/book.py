"""What the fleet remembers and shows: the state on disk as the plan's world, and a row for each agent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from ...agents.limits import Limit
from ...agents.seen import Board
from ...agents.store import Kept, Store
from ...config.settings import Config
from ...errors import BadConfig, CotempError
from ..accepted import accept, accepted
from ..plan import beginning
from ..plan.model import CheckSeen, World
from .checks import keep
from .rows import Rows
from .station import Station

__all__ = ["Book"]


class Book:
    """The state of one home's agents; the daemon has it alone."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._store = Store(station.places)
        self._board = Board(station.places)
        self._kept = Kept()
        self._rows = Rows()
        self._shown: set[str] = set()
        self._checks: Mapping[str, CheckSeen] = {}

    def open(self, file: Path) -> World:
        """The world as it was kept, with every agent of the settings in force, and those that are known from before.

        Raises StorageFailed.
        """
        self._kept = kept = self._store.load()
        self._tell_problems()
        config = self._settings(file)
        names = {name.casefold(): name for name in (*kept.records, *config.agents)}
        records = [kept.record(name) for name in names.values()]
        return beginning(config, records, kept.sequence, kept.limits.values(), kept.handoff)

    def _settings(self, file: Path) -> Config:
        """Those that were accepted; where none ever were, those in `file`, if they can be."""
        known = accepted(self._station.places)
        try:
            return (known or accept(self._station.places, file, self._station.now())).config
        except BadConfig as error:
            self._station.tell("", f"no settings for agents: {error}")
            return Config()

    def keep(self, world: World) -> None:
        """Write what of `world` is durable and has changed. Raises StorageFailed; then nothing may be done by it."""
        before = self._kept
        if all(before.records.get(name) is agent.record for name, agent in world.agents.items()) and (
            before.sequence is world.sequence and before.limits is world.limits and before.handoff is world.handoff
        ):
            return  # with almost every look
        records = {name: agent.record for name, agent in world.agents.items()}
        self._kept = Kept(records, world.sequence, world.limits, world.handoff)
        try:
            self._store.save(before, self._kept)
        except BaseException:
            self._kept = before
            raise

    def show(self, world: World, now: datetime) -> None:
        """Write the rows that changed, for `status` and `why`; what the disk refuses is told, and no more."""
        shown = {name for name, agent in world.agents.items() if name in world.config.agents or agent.record.launched}
        try:
            for row in self._rows.changed(world, shown, now):
                self._board.write(row)
            for gone in self._shown - shown:
                self._board.remove(gone)
            if world.checks is not self._checks:
                keep(self._station.files.checks, world.checks)
        except CotempError as error:
            self._rows.forget()
            self._station.tell("", f"status is not up to date: {error}")
        self._shown, self._checks = shown, world.checks

    def edited_limits(self) -> Mapping[str, Limit] | None:
        """The usage limits as a person changed them on disk; None while nobody did."""
        edited = self._store.edited_limits()
        self._tell_problems()
        return edited

    def mark_complete(self, world: World) -> None:
        """Write `SEQUENCE-COMPLETE`."""
        self._store.mark_complete(world.sequence)

    def _tell_problems(self) -> None:
        while self._store.problems:
            self._station.tell("", self._store.problems.pop(0))
