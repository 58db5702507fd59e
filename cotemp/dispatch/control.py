"""Stopping a queue from another thread, and the run that it has under way."""

from __future__ import annotations

import threading

from ..runner import Started

__all__ = ["Control"]


class Control:
    """Lets another thread stop a queue, and the run that it has under way."""

    def __init__(self) -> None:
        self.finishing = False
        self.stopped = threading.Event()
        self._guard = threading.Lock()
        self._started: Started | None = None

    @property
    def taking(self) -> bool:
        """True while the queue may take another DO."""
        return not (self.finishing or self.stopped.is_set())

    def attach(self, started: Started | None) -> None:
        """The run that is under way from now on; one that starts after the stop is stopped at once."""
        with self._guard:
            self._started = started
            late = self.stopped.is_set()
        if started and late:
            started.interrupt()

    def stop(self) -> None:
        """Take no more DOs, and interrupt the one that runs."""
        with self._guard:
            self.stopped.set()
            started = self._started
        if started:
            started.interrupt()
