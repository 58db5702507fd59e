"""A few threads for what takes its time, so that one slow terminal never delays the others."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

__all__ = ["Workers"]

Work = Callable[[], None]


class Workers:
    """Does work in threads, at most `size` at once, and for each key one piece after the other, in order.

    Work reports what came of it by itself; it must not raise. The threads end with the process: a program that
    hangs keeps nobody from leaving.
    """

    def __init__(self, size: int = 12) -> None:
        self._size = size
        self._waiting: deque[tuple[str, Work]] = deque()
        self._busy: set[str] = set()
        self._change = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._closed = False

    def give(self, key: str, work: Work) -> None:
        """Have `work` done as soon as a thread is free and everything given before for `key` has ended."""
        with self._change:
            if self._closed:
                return
            self._waiting.append((key, work))
            if self._idle == 0 and len(self._threads) < self._size:
                self._hire()
            self._change.notify_all()

    def is_busy(self) -> bool:
        """Whether something is being done, or waits."""
        with self._change:
            return bool(self._busy or self._waiting)

    def close(self, patience: float) -> bool:
        """Do nothing more that waits; wait so many seconds for what is being done. True when all of it ended."""
        with self._change:
            self._closed = True
            self._waiting.clear()
            self._change.notify_all()
            return self._change.wait_for(lambda: not self._busy, patience)

    def _hire(self) -> None:
        thread = threading.Thread(target=self._work, name=f"fleet-{len(self._threads)}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _work(self) -> None:
        while (taken := self._take()) is not None:
            key, work = taken
            try:
                work()
            finally:
                with self._change:
                    self._busy.discard(key)
                    self._change.notify_all()

    def _take(self) -> tuple[str, Work] | None:
        """The next work whose key is free; waits for it. None when there will be no more."""
        with self._change:
            self._idle += 1
            self._change.wait_for(lambda: self._closed or self._free() is not None)
            self._idle -= 1
            if self._closed or (free := self._free()) is None:
                return None
            self._waiting.remove(free)
            self._busy.add(free[0])
            return free

    def _free(self) -> tuple[str, Work] | None:
        return next((one for one in self._waiting if one[0] not in self._busy), None)
