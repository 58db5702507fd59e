"""Where keepers come from on Windows, which has no fork: a Python process for each run."""

from __future__ import annotations

import contextlib
import errno
import json
import queue
import subprocess
import sys
import tempfile
import threading
from functools import cache
from typing import IO, Any

from ..redact import Scrub
from ..same_python import same_python

assert sys.platform == "win32"

__all__ = ["Nursery", "PipeLine", "end_strays"]

CLOSING = 5.0
"""Seconds that a keeper may need to end after its run."""
TRIAL = 10.0
"""Seconds in which a terminal must show that it works."""
_KEEPER = f"{__package__}.windows"


class Nursery:
    """Starts keepers; may be used by several threads at once."""

    def __init__(self) -> None:
        self._said = tempfile.TemporaryFile()  # noqa: SIM115  (closed by `close`)

    def line(self) -> PipeLine:
        """A line to a keeper that is being started. Raises OSError when no process can be started."""
        return PipeLine(
            subprocess.Popen(
                same_python(_KEEPER), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=self._said, creationflags=subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP,
            )
        )  # fmt: skip

    def prepare(self, scrub: Scrub) -> None:
        """Nothing: every keeper is a process of its own, and gets this with its plan."""

    def terminal(self, wanted: str) -> str:
        """What a script gets that should get `wanted`: a pipe where terminals do not work."""
        return wanted if wanted == "pipe" or _terminals_work() else "pipe"

    def last_words(self) -> str:
        """What the keepers complained about last, if anything."""
        self._said.seek(0)
        words = self._said.read().decode("utf-8", "replace").strip().splitlines()
        return words[-1] if words else ""

    def close(self) -> None:
        """Nothing more will be started."""
        self._said.close()


@cache
def _terminals_work() -> bool:
    """Tried once, in a process of its own: the library changes the console of the process that uses it."""
    argv = same_python(_KEEPER, "try-terminal")
    try:
        tried = subprocess.run(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=TRIAL,
            creationflags=subprocess.CREATE_NO_WINDOW,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return False
    return tried.returncode == 0


class PipeLine:
    """Our end of the line to one keeper. One thread receives at a time; any may send."""

    def __init__(self, keeper: subprocess.Popen[bytes]) -> None:
        assert keeper.stdin
        assert keeper.stdout
        self._keeper = keeper
        self._to: IO[bytes] = keeper.stdin
        self._from: IO[bytes] = keeper.stdout
        self._guard = threading.Lock()
        self._messages: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        with self._from, contextlib.suppress(OSError, ValueError):
            for line in self._from:
                self._messages.put(json.loads(line))
        self._messages.put(None)

    def send(self, data: bytes) -> None:
        """Raises OSError when the keeper is gone."""
        with self._guard:
            if self._to.closed:
                raise BrokenPipeError(errno.EPIPE, "the line is closed")
            self._to.write(data if data.endswith(b"\n") else data + b"\n")
            self._to.flush()

    def receive(self, seconds: float | None) -> dict[str, Any] | None:
        """The next message; None when no more will come. Raises TimeoutError."""
        try:
            return self._messages.get(timeout=seconds)
        except queue.Empty:
            raise TimeoutError from None

    def close(self) -> None:
        """Nobody listens any more: a keeper that still runs kills its run."""
        with contextlib.suppress(OSError):
            self._to.close()
        try:
            self._keeper.wait(CLOSING)
        except subprocess.TimeoutExpired:
            self._keeper.kill()
            self._keeper.wait()


def end_strays(run_id: str) -> None:
    """Nothing to do: the job object of `run_id` died with its keeper, and everything in it."""
