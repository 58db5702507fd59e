"""The daemon as a process that can be killed at a chosen step: `python -m tests.supervisor.served HOME CONFIG [STEP]`.

A STEP is `kept:3` or `begun:2`: the process kills itself, as `kill -9` does, right after the state was written the
third time with something new, or right after the second action was begun.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from cotemp.config import in_force
from cotemp.places import Places
from cotemp.supervisor import daemon, fleet
from cotemp.supervisor.fleet.acting import Acting
from cotemp.supervisor.fleet.book import Book
from cotemp.supervisor.plan.model import Action, Tell, World

from .fleets import FAST


def _die_at(step: str) -> None:
    kind, _, number = step.partition(":")
    left = int(number)
    keep, perform = Book.keep, Acting.perform

    def counted() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def kept(self: Book, world: World) -> None:
        before = self._kept
        keep(self, world)
        if self._kept != before:
            counted()

    def begun(self: Acting, action: Action, world: World) -> None:
        perform(self, action, world)
        if not isinstance(action, Tell):
            counted()

    if kind == "kept":
        Book.keep = kept  # type: ignore[method-assign]
    else:
        Acting.perform = begun  # type: ignore[method-assign]


def main() -> None:
    home, config, *step = sys.argv[1:]
    if "COTEMP_TEST_PACE" not in os.environ:
        fleet.Pace = lambda: FAST  # type: ignore[misc, assignment]
    if step:
        _die_at(step[0])
    places = Places.at(home)
    daemon.serve(places, in_force(places, Path(config)), Path(config))


if __name__ == "__main__":
    main()
