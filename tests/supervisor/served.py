"""The daemon as a process that can be killed at a chosen step: `python -m tests.supervisor.served HOME CONFIG [STEP]`.

At a STEP the process kills itself, as `kill -9` does: `kept:3` when the state was written the third time with something
new, `begun:1` when the first action was begun, `stopped:1` when a terminal was ended, `starting:1` before and
`started:1` after the start of a program.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cotemp.config import in_force
from cotemp.hosts.tmux import TmuxHost
from cotemp.places import Places
from cotemp.supervisor import daemon, fleet
from cotemp.supervisor.fleet.acting import Acting
from cotemp.supervisor.fleet.book import Book
from cotemp.supervisor.plan.model import Action, Tell, World

from .fleets import FAST


def _die_at(step: str) -> None:
    """Make this process kill itself at that step."""
    kind, _, number = step.partition(":")
    left = int(number)

    def counted(*_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    keep, perform = Book.keep, Acting.perform

    def kept(self: Book, world: World) -> None:
        before = self._kept
        keep(self, world)
        if self._kept != before:
            counted()

    def begun(self: Acting, action: Action, world: World) -> None:
        perform(self, action, world)
        if not isinstance(action, Tell):
            counted()

    wrapped: dict[str, tuple[type, str, Any]] = {
        "kept": (Book, "keep", kept),
        "begun": (Acting, "perform", begun),
        "stopped": (TmuxHost, "stop", _around(TmuxHost.stop, after=counted)),
        "starting": (TmuxHost, "start", _around(TmuxHost.start, before=counted)),
        "started": (TmuxHost, "start", _around(TmuxHost.start, after=counted)),
    }
    owner, name, replacement = wrapped[kind]
    setattr(owner, name, replacement)


def _around(act: Callable[..., Any], before: Callable[[], Any] = int, after: Callable[[], Any] = int) -> Any:
    def around(self: object, *given: object) -> Any:
        before()
        done = act(self, *given)
        after()
        return done

    return around


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
