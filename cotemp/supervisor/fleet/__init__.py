"""Performs the plan: looks at the agents, gathers what happened, takes a step, does what it says, and remembers it.

sources ─ what happened ──> loop ──> plan.step ──> book ─ kept on disk ──> acting ─ done in threads ──> loop

sources: courier (the repo of the handoff), mail (inboxes), checks, requests, and the terminals
terminals: eyes (look), starting and its trials, line and ringing, stopping and the last screen; hosting says where
acting: the terminals again, service, desktop, journal; deeds says for the log what was done
book: the state of the agents, and rows for `status`
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from ...agents.places import AgentPlaces
from ...errors import CotempError
from ...places import Places
from ...redact import Scrubber
from .pace import Pace

if TYPE_CHECKING:
    from .loop import Loop

__all__ = ["Fleet", "Pace"]

PATIENCE = 15.0
"""Seconds that the end waits for what is being done to agents; they themselves stay as they are."""


class Fleet:
    """The agents of a home in the daemon's care, in a thread of its own; nothing runs while there are none.

    `log` gets an agent's name, or "", and a line. `changed` is called, from that thread, when the agents are wanted
    no more, or again.
    """

    def __init__(
        self, places: Places, file: Path, scrubber: Scrubber, log: Callable[[str, str], None],
        changed: Callable[[], None] = lambda: None, pace: Pace | None = None,
    ) -> None:  # fmt: skip
        self._places, self._file, self._scrubber, self._log = places, file, scrubber, log
        self._changed, self._pace = changed, pace or Pace()
        self._loop: Loop | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Fleet:
        self.hurry()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._loop and self._thread:
            self._loop.end()
            self._thread.join(PATIENCE)

    def hurry(self) -> None:
        """See at once what is asked for."""
        if self._loop:
            self._loop.poke()
        else:
            self.notice()

    def notice(self) -> None:
        """Begin when there is something to care for. What keeps it from that is told, and tried again next time."""
        try:
            if self._loop is None and self._is_needed():
                self._begin()
        except CotempError as error:
            self._log("", f"the agents are not looked after: {error}")

    def is_wanted(self) -> bool:
        """Whether there is an agent to care for, or something was asked."""
        return self._asks() or (self._loop is not None and self._loop.is_wanted())

    def _is_needed(self) -> bool:
        return self._asks() or bool(_names(AgentPlaces.of(self._places).agents))

    def _asks(self) -> bool:
        names = _names(AgentPlaces.of(self._places).requests)
        return any(name.endswith(".json") and not name.endswith(".answer.json") for name in names)

    def _begin(self) -> None:
        from .loop import Loop
        from .station import Station

        station = Station(self._places, self._scrubber, self._log, self._pace)
        self._loop = Loop.open(station, self._file, self._changed)
        self._thread = threading.Thread(target=self._loop.run, name="fleet", daemon=True)
        self._thread.start()


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []
