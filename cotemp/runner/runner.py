"""Starting runs and waiting for their end: the side of whoever wants a DO to run."""

from __future__ import annotations

import contextlib
import errno
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Protocol

from ..errors import TookTooLong
from ..places import write_whole
from ..times import parse_utc
from .launch import Launch, make_copy, plan
from .plan import remove_copy
from .reading import kept_bytes
from .result import CANCEL, Finished, How, read_result

if sys.platform == "win32":
    from .windows_nursery import Nursery, end_strays
else:
    from .nursery import Nursery, end_strays

__all__ = ["Runner", "Started"]

HELLO = 30.0
"""Seconds in which a new keeper must report; it takes 2 ms unless the machine is stuck."""
ATTEMPTS = 3
"""How many keepers are asked for when one is killed before it did anything."""


class Line(Protocol):
    """The line to one keeper."""

    def send(self, data: bytes) -> None:
        """Raises OSError when the keeper is gone."""

    def receive(self, seconds: float | None) -> dict[str, Any] | None:
        """The next message; None when no more will come. Raises TimeoutError."""

    def close(self) -> None:
        """Nobody listens any more: a keeper that still runs kills its run."""


class Started:
    """A run under way. `pid` of its first process, None when it could not be started; `started` in UTC.

    Every method may be called from any thread.
    """

    def __init__(self, line: Line, launch: Launch) -> None:
        self._line = line
        self._run_id = launch.run_id
        self._run_dir = launch.run_dir
        self._guard = threading.Lock()
        self._finished: Finished | None = None
        self._began = time.monotonic()
        self.started = datetime.now(UTC)
        self.pid: int | None = None
        self._take(self._receive(None))

    def wait(self, timeout: float | None = None) -> Finished:
        """Wait until the run has ended and nothing of it is left.

        Raises TookTooLong when that is not the case within `timeout` seconds; the run goes on.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        if not self._guard.acquire(timeout=-1 if timeout is None else timeout):
            raise _still_runs(self._run_id)
        try:
            while self._finished is None:
                self._take(self._receive(deadline))
            return self._finished
        finally:
            self._guard.release()

    @property
    def has_ended(self) -> bool:
        """Whether somebody waited for its end already."""
        return self._finished is not None

    def cancel(self, who: str) -> None:
        """Ask for its end, on behalf of `who`. Any process can, by the file that this leaves."""
        write_whole(self._run_dir / CANCEL, f"{who}\n".encode("utf-8", "replace"), mode=0o600)

    def interrupt(self, why: str = "its watcher was stopped") -> None:
        """End it because we stop."""
        with contextlib.suppress(OSError):  # it has ended
            self._line.send(why.encode("utf-8", "replace"))

    def _receive(self, deadline: float | None) -> dict[str, Any] | None:
        try:
            return self._line.receive(None if deadline is None else max(0.0, deadline - time.monotonic()))
        except TimeoutError:
            raise _still_runs(self._run_id) from None

    def _take(self, said: dict[str, Any] | None) -> None:
        if said and "started" in said:
            self.pid, self.started = said["started"], parse_utc(said["at"])
            return
        self._finished = Finished.from_json(said["ended"]) if said else self._lost()
        self._line.close()
        remove_copy(self._run_dir)

    def _lost(self) -> Finished:
        """Its keeper is gone without a word: end what it left, and find out what can still be known."""
        end_strays(self._run_id)
        kept = kept_bytes(self._run_dir)
        return read_result(self._run_dir) or Finished(
            how=How.LOST,
            elapsed_ms=int((time.monotonic() - self._began) * 1000),
            bytes_seen=kept,
            bytes_kept=kept,
            why="the process that kept it was killed: what it did up to then is not known",
            ended=datetime.now(UTC),
        )


def _still_runs(run_id: str) -> TookTooLong:
    return TookTooLong(f"{run_id} has not ended yet", f"see what it does: cotemp log {run_id} -f")


class Runner:
    """Starts runs; may be used by several threads at once. Close it, or use it as a context manager."""

    def __init__(self) -> None:
        self._nursery = Nursery()
        self._guard = threading.Lock()
        self._under_way: set[Started] = set()

    def start(self, launch: Launch) -> Started:
        """Start a run; it has begun, or could not be started, when this returns.

        Raises RefusedByPolicy when the bytes are not those that were approved, BadName for a file name that
        is none, StorageFailed when the disk refuses, OSError when this system starts no process at all; nothing
        has begun then.
        """
        launch = replace(launch, engine=replace(launch.engine, terminal=self.terminal(launch.engine.terminal)))
        text = plan(launch).line()
        make_copy(launch)
        if launch.scrub:
            self._nursery.prepare(launch.scrub)
        try:
            started = Started(self._keeper(text), launch)
        except BaseException:
            remove_copy(launch.run_dir)
            raise
        with self._guard:
            self._under_way = {run for run in self._under_way if not run.has_ended} | {started}
        return started

    def terminal(self, wanted: str) -> str:
        """What a script gets that should get `wanted` (pty or pipe): a pipe where terminals do not work."""
        return self._nursery.terminal(wanted)

    def close(self) -> None:
        """Interrupt what runs, wait for its end, and end all helper processes."""
        with self._guard:
            under_way = list(self._under_way)
        for run in under_way:
            run.interrupt()
        for run in under_way:
            run.wait()
        self._nursery.close()

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _keeper(self, text: bytes) -> Line:
        """A line to a keeper that has taken the plan. One that was killed before it said so has started
        nothing, so another may be asked."""
        why = ""
        for _ in range(ATTEMPTS):
            line = self._nursery.line()
            try:
                line.send(text)
                said = line.receive(HELLO)
                if said and "keeper" in said:
                    return line
                why = said["failed"] if said else self._nursery.last_words()
            except (OSError, TimeoutError) as error:
                why = str(error) or "no answer"
            line.close()
        raise OSError(errno.EAGAIN, f"no process that could keep a run can be started: {why}")
