"""Where events come from: terminals, the repo of the handoff, inboxes, requests, checks, the file STOP, limits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from ...agents.desk import Desk
from ...agents.requests import Answer, Request, What
from ...config import Config
from ...config.settings import CheckConfig
from ...errors import CotempError
from ..accepted import accept
from ..plan.model import Checked, Event, Limits, Reloaded, Requested, StopFile, World
from ..wanted import read_wanted
from .book import Book
from .checks import Due, run_check
from .courier import Courier
from .deeds import asked
from .mail import Mail
from .starting import parts_of_all
from .station import Station
from .terminals import Terminals
from .workers import Workers

__all__ = ["Sources"]

BLIND = 10.0
"""Seconds for which a request waits until every terminal was looked at."""
_WITH_SETTINGS = {What.UP, What.RELOAD}


class Sources:
    """`glance` is cheap and asks often, `look` sees to the terminals; both tell of what is, again and again.

    What takes its time runs in threads, and `report` gets what it found.
    """

    def __init__(
        self, station: Station, file: Path, book: Book, desk: Desk, terminals: Terminals,
        report: Callable[[Event], None],
    ) -> None:  # fmt: skip
        """`file` are the settings that count where a request names none."""
        self._station, self._file, self._book = station, file, book
        self._desk, self._terminals = desk, terminals
        self._report = report
        self._mail = Mail(station.places)
        self._due = Due()
        self._courier = Courier(station, report)
        self._workers = Workers(2)
        self._stopped: bool | None = None
        self._blind_since: float | None = None

    def glance(self, world: World) -> Iterator[Event]:
        """What files tell that changed since the last time."""
        yield from self._stop_file()
        yield from self._requests(world)
        watched = {session.casefold() for session in read_wanted(self._station.places)}
        yield from self._mail.look(world.agents, watched)
        limits = self._book.edited_limits()
        if limits is not None:
            yield Limits(limits)
        self._courier.follow(world)
        self._start_checks(world.config)

    def look(self, world: World) -> Iterator[Event]:
        """What the terminals show."""
        yield from self._terminals.look(world)

    def again(self) -> None:
        """Tell again what may have gone astray."""
        self._courier.again()
        self._mail = Mail(self._station.places)
        self._stopped = None

    def close(self) -> None:
        """Ask nothing more."""
        self._courier.close()
        self._workers.close(0)

    def _stop_file(self) -> Iterator[Event]:
        stopped = self._station.places.is_stopped()
        if stopped != self._stopped:
            self._stopped = stopped
            yield StopFile(stopped)

    def _requests(self, world: World) -> Iterator[Event]:
        if not self._has_seen_all(world):
            return
        for request in self._desk.take():
            try:
                yield from self._asked(request, world)
            except CotempError as error:
                self._station.say("", f"{asked(request)}: refused: {error.what}")
                self._desk.answer(Answer(request.id, (), error.exit_code, error.what, error.fix))
        while self._desk.problems:
            self._station.tell("", self._desk.problems.pop(0))

    def _has_seen_all(self, world: World) -> bool:
        """Who asks for agents means those that do not run: so it must be known which do. But nobody waits for ever."""
        if all(agent.look for agent in world.agents.values()):
            self._blind_since = None
            return True
        now = time.monotonic()
        self._blind_since = self._blind_since or now
        return now - self._blind_since > BLIND

    def _asked(self, request: Request, world: World) -> Iterator[Event]:
        """Those that come with new settings count only when these are good as a whole. Raises BadConfig."""
        config = world.config
        if request.what in _WITH_SETTINGS:
            file = request.args.get("config")
            config = accept(self._station.places, Path(file) if file else self._file, self._station.now()).config
            yield Reloaded(config)
        yield Requested(request, parts_of_all(config, world, self._station.places))

    def _start_checks(self, config: Config) -> None:
        for name in self._due.take(config.checks):
            self._workers.give(name, partial(self._check, name, config.checks[name]))

    def _check(self, name: str, check: CheckConfig) -> None:
        self._report(Checked(name, run_check(check, self._station.now(), self._station.scrubber)))
