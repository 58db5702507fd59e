"""The switchboard: holds the claims of its sessions, and runs their queues side by side."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Empty, SimpleQueue

from ..config import Config
from ..errors import CotempError
from ..places import Places, SessionPlaces, storage_failed
from ..runner import Runner
from ..store.claims import Claim, hold
from ..store.identity import this_process
from ..store.ledger import Ledger
from ..store.owner import claim_session
from ..watcher import Watcher
from .desk import Desk, Event, Kind
from .pause import Pause
from .queue import SessionQueue
from .recovery import recover
from .rules import InForce

__all__ = ["Switchboard"]

SESSIONS_AT_ONCE = 64
"""How many sessions may run a DO at the same time."""


@dataclass(slots=True)
class _Line:
    """One session under our care. `due`: monotonic time of the next look, None when nothing waits."""

    queue: SessionQueue
    claim: Claim
    idle: threading.Event
    again: bool = False
    due: float | None = None
    expecting: bool = True


class Switchboard:
    """Runs the DOs of its sessions until it is closed.

    `events` is the loop; `add`, `remove`, `stop` and `poke` may be called from any thread and from
    signal handlers (all they do is leave a message for the loop).
    """

    def __init__(self, places: Places, config: Config, file: Path | None = None) -> None:
        """`config` was read from `file`, which is read again when it was changed; None: nothing is."""
        self._places = places
        self._mail: SimpleQueue[Event | Callable[[], None] | None] = SimpleQueue()
        self._guard = threading.Lock()
        self._lines: dict[str, _Line] = {}
        self._runner = Runner().__enter__()  # its helper process starts now, before there are threads
        self._desk = Desk(
            places, InForce(places, config, file), Ledger(places), self._runner, this_process(), self._report
        )
        self._pool = ThreadPoolExecutor(SESSIONS_AT_ONCE, thread_name_prefix="session")
        self._watcher = Watcher(places.sessions, self._changed)
        self._stopping = False

    # --- from outside ---

    def add(self, session: SessionPlaces) -> None:
        """Take care of `session` from now on: claim it, mend what a crash left, then run what waits.

        Raises HeldByOther when another process watches it, ForeignHost when another machine owns it,
        StorageFailed when the disk refuses.
        """
        if session.id in self._lines:
            return
        session.make()
        claim_session(session)
        claim = hold(self._places, f"watch-{session.id.casefold()}", f"watching {session.id}")
        try:
            recover(self._desk, session)
        except BaseException as error:
            claim.release()
            if isinstance(error, OSError):
                raise storage_failed(session.root, error) from error
            raise
        self._lines[session.id] = _Line(SessionQueue(self._desk, session), claim, _set())
        self._watcher.add(session)
        self._desk.report(Event(Kind.WATCHING, session.id, f"Watcher session: {session.id}"))
        self._changed(session.id)

    def remove(self, session: str) -> None:
        """Give `session` up; a DO of it that runs is interrupted."""
        line = self._lines.get(session)
        if line:
            self._watcher.remove(session)
            line.queue.stop()
            line.idle.wait()
            self._give_up(session)

    def finish(self, session: str) -> bool:
        """Make `session` take no more DOs; True when none of it runs any more."""
        line = self._lines.get(session)
        if line:
            line.queue.finish()
        return line is None or line.idle.is_set()

    def sessions(self) -> list[str]:
        """Ids of the sessions under our care."""
        return sorted(self._lines)

    @property
    def enforcer(self) -> str | None:
        """What holds the DOs to their consent; None: nothing on this machine does."""
        return self._desk.enforcer.name if self._desk.enforcer else None

    def look(self, session: str) -> None:
        """Make the queue of `session` look at its DOs now: something was decided about one."""
        self._changed(session)

    def stop(self) -> None:
        """Make `events` end; safe in a signal handler."""
        self._mail.put(None)

    def poke(self, act: Callable[[], None]) -> None:
        """Make the loop call `act`; safe in a signal handler."""
        self._mail.put(act)

    # --- the loop ---

    def events(self, *, once: bool = False, tick: Callable[[], float] = lambda: 3600.0) -> Iterator[Event]:
        """Run, and yield what happens, until `stop`; with `once`, until nothing more is expected.

        `tick` is called in every round and says in how many seconds it wants to be called again.
        """
        next_sweep = 0.0
        while not self._stopping:
            wish = tick()
            now = time.monotonic()
            if now >= next_sweep:
                self._watcher.sweep()
                next_sweep = now + self._watcher.period
            self._start_due(now)
            yield from self._receive(min(next_sweep, self._next_due(now), now + wish) - time.monotonic())
            if once and not self._expecting():
                yield from self._receive(0)
                return

    def close(self) -> None:
        """Interrupt what runs, give every session up and end all helper processes."""
        self._watcher.close()
        for line in self._lines.values():
            line.queue.stop()
        self._pool.shutdown(wait=True)
        for session in list(self._lines):
            self._give_up(session)
        self._runner.close()
        self._desk.ledger.close()

    def __enter__(self) -> Switchboard:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def leftover(self) -> Iterator[Event]:
        """What was reported while closing."""
        yield from self._receive(0)

    # --- inside ---

    def _report(self, event: Event) -> None:
        self._mail.put(replace(event, text=self._desk.scrubber.scrub(event.text)))

    def _receive(self, timeout: float) -> Iterator[Event]:
        try:
            item = self._mail.get(timeout=max(0.0, timeout))
            while True:
                if isinstance(item, Event):
                    yield item
                elif item is None:
                    self._stopping = True
                else:
                    item()
                item = self._mail.get_nowait()
        except Empty:
            return

    def _changed(self, session: str) -> None:
        """Called by the watcher's thread: the session's queue should look."""
        with self._guard:
            line = self._lines.get(session)
            if line is None:
                return
            if not line.idle.is_set():
                line.again = True
                return
            line.idle.clear()
            line.due = None
        self._pool.submit(self._drain, line)

    def _drain(self, line: _Line) -> None:
        while True:
            pause = self._one_drain(line)
            with self._guard:
                if line.again:
                    line.again = False
                    continue
                line.idle.set()
                line.due = time.monotonic() + pause.seconds if pause else None
                line.expecting = bool(pause and pause.expected)
            self._mail.put(_nothing)
            return

    def _one_drain(self, line: _Line) -> Pause | None:
        session = line.queue.session.id
        try:
            return line.queue.drain()
        except CotempError as error:
            self._desk.report(Event(Kind.TROUBLE, session, str(error)))
        except Exception as error:  # one session's bug must not end the others
            self._desk.report(Event(Kind.TROUBLE, session, f"bug in cotemp: {type(error).__name__}: {error}"))
        return Pause(5.0, expected=False)

    def _start_due(self, now: float) -> None:
        for session, line in list(self._lines.items()):
            if line.due is not None and line.due <= now:
                self._changed(session)

    def _next_due(self, now: float) -> float:
        return min((line.due for line in self._lines.values() if line.due is not None), default=now + 3600)

    def _expecting(self) -> bool:
        with self._guard:
            return any(not line.idle.is_set() or line.expecting for line in self._lines.values())

    def _give_up(self, session: str) -> None:
        line = self._lines.pop(session)
        line.claim.release()
        self._desk.report(Event(Kind.STOPPED, session, f"{session} is not watched by this process any more"))


def _set() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


def _nothing() -> None:
    """A message that only wakes the loop."""
