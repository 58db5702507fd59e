"""Starting at login, when nobody looks on: wait for what is not mounted yet, and write down what became of it."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ..errors import CotempError, TookTooLong
from ..places import Places
from ..redact import scrub_of
from ..times import show_duration
from .logfile import writing

__all__ = ["PATIENCE", "quietly", "wait_for"]

PATIENCE = 600.0
"""Seconds until a home that does not appear is given up, unless somebody says otherwise."""
_LONGEST_PAUSE = 3.0


@contextmanager
def quietly(places: Places) -> Iterator[logging.Logger]:
    """The daemon's log, for lines of our own; what goes wrong inside is written there before it is raised."""
    places.make_state()
    with writing(places, scrub_of(places, os.environ).scrubber()) as log:
        try:
            yield log
        except CotempError as error:
            log.warning("[login] %s (exit code %d)", error, error.exit_code)
            raise


def wait_for(paths: Sequence[Path], log: logging.Logger, patience: float) -> None:
    """Return when all of `paths` exist. Raises TookTooLong after `patience` seconds, naming what is missing."""
    missing = _missing(paths)
    if not missing:
        return
    began, pause = time.monotonic(), 0.05
    log.info("[login] waiting for %s, at most %s", _said(missing), show_duration(patience))
    while missing:
        if time.monotonic() - began >= patience:
            what = f"{_said(missing)} did not appear in {show_duration(patience)}"
            raise TookTooLong(what, "mount it, then: cotemp up; or make the home anew: cotemp init")
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)
        missing = _missing(missing)
    log.info("[login] all is there after %s", show_duration(time.monotonic() - began))


def _missing(paths: Sequence[Path]) -> list[Path]:
    return [path for path in paths if not os.path.exists(path)]  # `Path.exists` raises where a mount is broken


def _said(paths: Sequence[Path]) -> str:
    return " and ".join(map(str, paths))
