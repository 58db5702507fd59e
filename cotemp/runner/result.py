"""How a run ended: `result.json`, written by whoever kept the run.

It is in the run's folder even when nobody was there any more to be told.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from ..places import write_whole
from ..times import parse_utc, utc

__all__ = ["CANCEL", "Finished", "How", "hold", "is_over", "read_result", "write_result"]

RESULT = "result.json"
CANCEL = "cancel"
"""A file of this name in the run's folder asks its keeper to end the run; it holds who asked."""
KEEPER = "keeper.lock"
PATIENCE = 15.0
"""Seconds that a keeper whose watcher is gone may need to end the run."""


class How(StrEnum):
    """The way in which a run ended, seen from outside.

    `exited`: the script's process ended by itself, or something else killed it. `lost`: whoever
    watched it is gone, so it was killed. `not_started`: it never ran.
    """

    EXITED = "exited"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    LOST = "lost"
    NOT_STARTED = "not_started"


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of a run. `marked`: the wrapper came to its end. Sizes are bytes of the cleaned text.
    `redacted`: how many secrets of each kind were taken out of it.

    `why` says in plain words why it was stopped, or what else is worth knowing.
    """

    how: How
    exit_code: int | None = None
    signal: int | None = None
    marked: bool = False
    elapsed_ms: int = 0
    bytes_seen: int = 0
    bytes_kept: int = 0
    why: str | None = None
    ended: datetime = datetime.fromtimestamp(0, UTC)
    redacted: dict[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; `from_json` reads them."""
        return asdict(self) | {"how": self.how.value, "ended": utc(self.ended)}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Finished:
        """Raises KeyError, TypeError or ValueError when it is not ours."""
        values = {"redacted": {}} | values  # runs of an older version have none
        known = {name: values[name] for name in cls.__dataclass_fields__}
        return cls(**known | {"how": How(values["how"]), "ended": parse_utc(values["ended"])})


def write_result(run_dir: Path, run_id: str, finished: Finished) -> None:
    """Raises StorageFailed when the disk refuses."""
    text = json.dumps({"schema": 1, "run_id": run_id} | finished.to_json(), indent=1)
    write_whole(run_dir / RESULT, text.encode(), mode=0o600)


def read_result(run_dir: Path, patience: float = PATIENCE) -> Finished | None:
    """How the run ended; None when that is not known.

    A run that is just being ended, because its watcher is gone, is waited for, `patience` seconds at most.
    """
    deadline = time.monotonic() + patience
    while _is_kept(run_dir) and time.monotonic() < deadline:
        time.sleep(0.01)
    try:
        return Finished.from_json(json.loads((run_dir / RESULT).read_bytes()))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def is_over(run_dir: Path) -> bool:
    """True when the run has ended, however; False while it runs and before it begins."""
    if (run_dir / RESULT).exists():
        return True
    return (run_dir / KEEPER).exists() and not _is_kept(run_dir)


@contextlib.contextmanager
def hold(run_dir: Path) -> Iterator[None]:
    """While this is open, everybody can see that the run has its keeper; the system ends it with the process."""
    with open(run_dir / KEEPER, "ab") as file:
        _lock(file.fileno(), wait=True)
        yield


def _is_kept(run_dir: Path) -> bool:
    try:
        with open(run_dir / KEEPER, "rb") as file:
            return not _lock(file.fileno(), wait=False)
    except FileNotFoundError:
        return False


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int, *, wait: bool) -> bool:
        os.lseek(descriptor, 0, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(descriptor: int, *, wait: bool) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
