"""The daemon's log: one file of bounded size, without secrets; what starts the daemon at login writes there, too."""

from __future__ import annotations

import logging
import logging.handlers
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..places import Places
from ..redact import Scrubber

__all__ = ["log_file", "writing"]

LOG_BYTES = 1024 * 1024
"""Size at which the log is rotated; three old ones are kept."""


def log_file(places: Places) -> Path:
    """Where the daemon writes what it does."""
    return places.daemon / "daemon.log"


@contextmanager
def writing(places: Places, scrubber: Scrubber) -> Iterator[logging.Logger]:
    """The log, open for writing; it is closed at the end, so that another process may rotate it."""
    log = logging.getLogger("cotemp.daemon")
    log.setLevel(logging.INFO)
    log.propagate = False
    handler = logging.handlers.RotatingFileHandler(
        log_file(places), maxBytes=LOG_BYTES, backupCount=3, encoding="utf-8", errors="backslashreplace"
    )
    handler.setFormatter(_Scrubbing(scrubber))
    log.addHandler(handler)
    try:
        yield log
    finally:
        log.removeHandler(handler)
        handler.close()


class _Scrubbing(logging.Formatter):
    """Takes the secrets out of every line."""

    def __init__(self, scrubber: Scrubber) -> None:
        super().__init__("%(asctime)s %(message)s")
        self._scrubber = scrubber

    def format(self, record: logging.LogRecord) -> str:
        return self._scrubber.scrub(super().format(record))
