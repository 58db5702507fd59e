"""The loop: gathers what happened, takes a step of the plan, remembers it, and has it performed.

What the plan decides is on disk before anything of it is done, so that a crash at any point leads to the same end: who
comes back sees what was meant, looks at what is, and goes on from there.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, SimpleQueue

from ...agents.desk import Desk
from ...errors import CotempError
from ..plan import is_due, step
from ..plan.case import alive
from ..plan.model import Agent, Done, Event, Requested, Tick, World
from .acting import Acting
from .book import Book
from .deeds import asked
from .sources import Sources
from .station import Station
from .terminals import Terminals

__all__ = ["Loop"]


class Loop:
    """One thread's work: all that decides happens in it. `poke` may be called from any thread."""

    @classmethod
    def open(cls, station: Station, file: Path, changed: Callable[[], None]) -> Loop:
        """Take up the agents of a home where they are; `file` are its settings. Raises StorageFailed."""
        book = Book(station)
        return cls(station, file, book, book.open(file), changed)

    def __init__(self, station: Station, file: Path, book: Book, world: World, changed: Callable[[], None]) -> None:
        self._station = station
        self._book = book
        self._changed = changed
        self._mail: SimpleQueue[Event | None] = SimpleQueue()
        desk, terminals = Desk(station.places), Terminals(station)
        desk.open()
        self._acting = Acting(station, book, desk, terminals, self._mail.put)
        self._sources = Sources(station, file, book, desk, terminals, self._mail.put)
        self._ended = threading.Event()
        self._events: deque[Event] = deque()
        self._glance_due = self._look_due = 0.0
        self.world = world
        self._was_wanted = True

    def poke(self) -> None:
        """Look at everything now."""
        self._glance_due = self._look_due = 0.0
        self._mail.put(None)

    def end(self) -> None:
        """Make `run` return, as soon as what it does now is done."""
        self._ended.set()
        self._mail.put(None)

    def is_wanted(self) -> bool:
        """Whether there is an agent to care for, or something is being done."""
        return self._acting.is_busy() or any(map(_is_wanted, self.world.agents.values()))

    def run(self) -> None:
        """Until `end`. A bug of ours is written down, and the loop goes on after a pause."""
        while not self._ended.is_set():
            try:
                self._round()
            except CotempError as error:
                self._station.tell("", f"the agents are not looked after now: {error}")
                self._ended.wait(self._station.pace.pause)
            except Exception:
                self._station.tell("", f"bug in cotemp: {traceback.format_exc()}")
                self._sources.again()
                self._ended.wait(self._station.pace.pause)
        self._sources.close()
        self._acting.close()

    def _round(self) -> None:
        if not self._events:  # else they could not be kept the last time
            self._events.extend(self._gather())
        if not self._events and not is_due(self.world, self._station.now()):
            return
        self._events.append(Tick())
        while self._events:
            self._take_next()
        self._book.show(self.world, self._station.now())
        wanted = self.is_wanted()
        if wanted != self._was_wanted:
            self._was_wanted = wanted
            self._changed()

    def _take_next(self) -> None:
        """One event; it stays when what it led to could not be kept, and goes when it is a bug that it led to."""
        try:
            self._take(self._events[0])
        except CotempError:
            raise
        except BaseException:
            self._events.popleft()
            raise
        self._events.popleft()

    def _gather(self) -> Iterator[Event]:
        yield from self._receive(min(self._glance_due, self._look_due) - time.monotonic())
        now, pace = time.monotonic(), self._station.pace
        if now >= self._look_due:
            self._look_due = now + pace.look
            yield from self._sources.look(self.world)
        if now >= self._glance_due:
            self._glance_due = now + pace.glance
            yield from self._sources.glance(self.world)

    def _receive(self, timeout: float) -> Iterator[Event]:
        """What workers and others sent meanwhile."""
        try:
            event = self._mail.get(timeout=max(timeout, 0.0))
            while True:
                if event is not None:
                    yield event
                if isinstance(event, Done):
                    self._look_due = 0.0  # what it changed is seen at once
                event = self._mail.get_nowait()
        except Empty:
            return

    def _take(self, event: Event) -> None:
        """A step: decided, kept, and only then done."""
        world, actions = step(self.world, event, self._station.now())
        self._book.keep(world)
        if isinstance(event, Requested):
            self._station.say("", asked(event.request))
        self.world = world
        for action in actions:
            self._acting.perform(action, world)


def _is_wanted(agent: Agent) -> bool:
    """Also one that still has to be ended."""
    record = agent.record
    return bool(agent.doing) or (alive(agent.look) if record.stopped else record.wanted)
