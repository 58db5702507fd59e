"""The zygote: a small process with one thread, started early, from which the keepers are forked.

Forking a process that has threads can deadlock the child, and the death signal of a parent belongs
to its thread; a process that does nothing but fork has neither trouble, and its forks take 1 ms.
It also adopts, and ends, what a keeper that was killed left behind.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
from typing import NoReturn

from ..redact import Scrub
from .keeper import keep
from .plan import SCRUB, message

assert sys.platform != "win32"

from ..processes import adopt_orphans, below, children, reap, send, wake_at_end_of_child  # noqa: E402
from .posix import PosixControl, PosixScript  # noqa: E402  (not on Windows)

__all__ = ["main"]


def main() -> None:
    """Fork a keeper for every socket that arrives; end when nobody can send any more and no keeper is left."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # it ends with its owner, and not before
        signal.signal(number, signal.SIG_IGN)
    adopt_orphans()
    gc.freeze()
    _Zygote(socket.socket(fileno=int(sys.argv[1]))).serve()


class _Zygote:
    def __init__(self, mailbox: socket.socket) -> None:
        self._mailbox = mailbox
        self._wake = wake_at_end_of_child()
        self._alive, self._living = os.pipe()  # `_alive` becomes readable when the last `_living` closes: with us
        self._keepers: set[int] = set()

    def serve(self) -> None:
        poll = select.poll()
        for descriptor in (self._mailbox.fileno(), self._wake):
            poll.register(descriptor, select.POLLIN)
        owned = True
        while owned or self._has_children():
            for descriptor, _ in poll.poll():
                if descriptor == self._wake:
                    os.read(self._wake, 4096)
                    self._end_strays()
                elif not self._take():
                    poll.unregister(self._mailbox)
                    owned = False

    def _take(self) -> bool:
        """Fork a keeper for one socket, or learn from it what is to be scrubbed; False when no more will come."""
        sent, descriptors, _, _ = socket.recv_fds(self._mailbox, 1, 1)
        if not sent:
            return False
        with socket.socket(fileno=descriptors[0]) as line:
            if sent == SCRUB:
                _prepare(line)
                return True
            try:
                pid = os.fork()
            except OSError as error:
                with contextlib.suppress(OSError):
                    line.sendall(message(failed=f"no process can be started: {error.strerror}"))
                return True
            if pid == 0:
                self._be_keeper(line)
            self._keepers.add(pid)
        return True

    def _be_keeper(self, line: socket.socket) -> NoReturn:
        code = 1
        try:
            os.setsid()
            self._mailbox.close()
            os.close(self._living)
            adopt_orphans()
            control = PosixControl(line, self._alive)
            plan = control.plan()
            keep(plan, os.getpid(), lambda plan: PosixScript(plan, control), control)
            code = 0
        except BaseException:  # whatever it is, this process must not go on as a second zygote
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(code)

    def _has_children(self) -> bool:
        try:
            self._keepers.difference_update(pid for pid, _ in reap())
        except ChildProcessError:
            return False
        return True

    def _end_strays(self) -> None:
        """Kill what became ours because its keeper was killed; what is below it becomes ours in turn."""
        if self._has_children():
            for stray in set(children(os.getpid())) - self._keepers:
                send(signal.SIGKILL, [stray, *below(stray)])


def _prepare(line: socket.socket) -> None:
    """Prepare what keepers need to take secrets out; whoever sends half of it is gone."""
    with line.makefile("rb") as file, contextlib.suppress(ValueError, KeyError, TypeError, OSError):
        Scrub.from_json(json.loads(file.readline())).prepare()
