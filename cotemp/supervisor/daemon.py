"""The daemon of one home: watches the sessions and agents that are wanted, until it is told to stop.

Which sessions are wanted stands in a file (`wanted.json` in this machine's state), so that a change is one write and a
signal, and a daemon that comes back knows what to do. Agents are asked for by requests; the fleet looks after them.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path

from ..config import Config
from ..dispatch.desk import Event, Kind
from ..dispatch.switchboard import Switchboard
from ..errors import CotempError, HeldByOther
from ..places import Places
from ..redact import scrub_of
from ..store.claims import hold
from ..wraps.minder import Minder
from .fleet import Fleet
from .logfile import writing
from .wanted import Wanted, read_both, read_wanted

__all__ = ["CLAIM", "CONTROL", "serve", "stop_file"]

CLAIM = "daemon"
"""Name of the claim that makes the daemon the only one of its home."""
CONTROL = "control"
"""Name of the claim under which what is wanted is changed, and under which the daemon ends when that is nothing."""
RETRY = 3.0
"""Seconds after which a session that another process watches is tried again."""
LEAVING = 0.2
"""Seconds between two looks at a session that is given up as soon as its DO has ended."""
GLANCE = 1.0
"""Seconds between two looks for the file STOP."""
IDLE = 60.0
"""Seconds between two looks at what is wanted, when nothing is expected to change."""


def stop_file(places: Places) -> Path:
    """A file of this name asks the daemon to stop, where there are no signals."""
    return places.daemon / "stop"


def serve(places: Places, config: Config, file: Path) -> None:
    """Be the daemon; `config` was read from `file`. Raises HeldByOther when this home has one already."""
    scrubber = scrub_of(places, os.environ, config.policy).scrubber()
    with writing(places, scrubber) as log:
        # Handlers that do nothing, not SIG_IGN, which every DO would inherit. Who sees our claim may tell us to
        # look at once; we look anyway, after that.
        for name in ("SIGINT", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), lambda *_: None)
        stop_file(places).unlink(missing_ok=True)
        with (
            ExitStack() as until_gone,
            hold(places, CLAIM, "the daemon"),
            Switchboard(places, config, file) as board,
            Minder(places, file, lambda session, line: log.info("[%s] %s", session, line)),
        ):
            fleet = Fleet(places, file, scrubber, partial(_tell, log), lambda: board.poke(follower.follow))
            follower = _Follower(places, board, fleet, log, until_gone)
            with fleet:
                follower.run()
        for event in board.leftover():
            _write(log, event)
        log.info("stopped")


class _Follower:
    """Makes the switchboard watch what is wanted, and writes down what it does."""

    def __init__(
        self, places: Places, board: Switchboard, fleet: Fleet, log: logging.Logger, until_gone: ExitStack
    ) -> None:
        self._places = places
        self._board = board
        self._fleet = fleet
        self._log = log
        self._until_gone = until_gone
        self._told: dict[str, str] = {}
        self._wanted: list[str] = []
        self._stopped = False
        self._leaving: set[str] = set()
        self._next_try = 0.0

    def run(self) -> None:
        signal.signal(signal.SIGTERM, lambda *_: self._board.stop())
        if sys.platform != "win32":
            signal.signal(signal.SIGHUP, lambda *_: self._board.poke(self._hurry))
            signal.signal(signal.SIGINT, lambda *_: self._board.stop())  # ^C, where it runs in the foreground
        self._log.info("started, process %d, home %s", os.getpid(), self._places.home)
        self.follow()
        for event in self._board.events(tick=self._tick):
            _write(self._log, event)

    def _tick(self) -> float:
        """Called by the loop; returns seconds until it wants to be called again."""
        wish = GLANCE
        if sys.platform == "win32":
            wish = 0.5
            if stop_file(self._places).exists():
                self._board.stop()
            if read_wanted(self._places) != self._wanted:
                self._hurry()
        self._fleet.notice()
        if time.monotonic() >= self._next_try or self._places.is_stopped() != self._stopped:
            self.follow()
        return min(wish, self._next_try - time.monotonic())

    def _hurry(self) -> None:
        """Somebody asked for something."""
        self._fleet.hurry()
        self.follow()

    def follow(self) -> None:
        """Start and give up sessions until they are what is wanted; none while all is stopped."""
        self._stopped = self._places.is_stopped()
        wanted = read_both(self._places)
        self._wanted = wanted.sessions
        self._watch(Wanted([], []) if self._stopped else wanted)
        ending = not (wanted.sessions or self._leaving or self._fleet.is_wanted())
        if ending:
            self._end()
        self._next_try = time.monotonic() + (LEAVING if self._leaving or ending else RETRY if self._told else IDLE)

    def _watch(self, wanted: Wanted) -> None:
        for session in self._leaving | (set(self._board.sessions()) - set(wanted.sessions)):
            # One that is wanted again while it leaves comes back as soon as its DO has ended.
            gently = session in wanted.finishing or session in wanted.sessions
            if gently and not self._board.finish(session):
                self._leaving.add(session)
            else:
                self._board.remove(session)
                self._leaving.discard(session)
        for session in set(wanted.sessions) - self._leaving:
            self._add(session)

    def _end(self) -> None:
        """Stop, so that whoever wants something from now on waits until we are gone; not while somebody does."""
        with suppress(HeldByOther):
            claim = hold(self._places, CONTROL, "the daemon, which ends")
            if read_wanted(self._places) or self._fleet.is_wanted():
                claim.release()
            else:
                self._until_gone.enter_context(claim)
                self._board.stop()

    def _add(self, session: str) -> None:
        try:
            self._board.add(self._places.session(session))
            self._told.pop(session, None)
        except CotempError as error:
            if self._told.get(session) != str(error):
                self._told[session] = str(error)
                self._log.warning("[%s] %s", session, error)


def _tell(log: logging.Logger, agent: str, line: str) -> None:
    log.info("%s%s", f"[{agent}] " if agent else "", line)


def _write(log: logging.Logger, event: Event) -> None:
    level = logging.WARNING if event.kind is Kind.TROUBLE else logging.INFO
    log.log(level, "[%s] %s", event.session, event.text)
