"""Where keepers come from on Linux and macOS: a zygote of ours, started early and again when it was killed."""

from __future__ import annotations

import contextlib
import json
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from typing import Any

from ..redact import Scrub
from ..same_python import same_python
from .plan import KEEPER, SCRUB, message

assert sys.platform != "win32"

from ..processes import marked, send  # noqa: E402  (not on Windows)

__all__ = ["Nursery", "SocketLine", "end_strays"]

CLOSING = 5.0
"""Seconds that the zygote may need to end after its last keeper."""


class SocketLine:
    """Our end of the line to one keeper. One thread receives at a time; any may send."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        self._rest = b""

    def send(self, data: bytes) -> None:
        """Raises OSError when the keeper is gone."""
        self._socket.sendall(data)

    def receive(self, seconds: float | None) -> dict[str, Any] | None:
        """The next message; None when no more will come. Raises TimeoutError."""
        deadline = None if seconds is None else time.monotonic() + seconds
        while b"\n" not in self._rest:
            part = self._part(deadline)
            if not part:
                return None
            self._rest += part
        line, _, self._rest = self._rest.partition(b"\n")
        said: dict[str, Any] = json.loads(line)
        return said

    def _part(self, deadline: float | None) -> bytes:
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        if not poll.poll(None if deadline is None else max(0.0, deadline - time.monotonic()) * 1000):
            raise TimeoutError
        try:
            return self._socket.recv(65536)
        except ConnectionError:
            return b""

    def close(self) -> None:
        """Nobody listens any more: a keeper that still runs kills its run."""
        self._socket.close()


class Nursery:
    """Gives out lines to new keepers; may be used by several threads at once."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._said = tempfile.TemporaryFile()  # noqa: SIM115  (closed by `close`)
        self._mailbox: socket.socket | None = None
        self._zygote: subprocess.Popen[bytes] | None = None
        self._scrub: Scrub | None = None
        self._hatch()

    def line(self) -> SocketLine:
        """A line to a keeper that is being forked. Raises OSError when no process can be started."""
        ours, theirs = socket.socketpair()
        with theirs, self._guard:
            try:
                self._send(theirs)
            except OSError:  # the zygote was killed
                self._bury()
                self._hatch()
                self._send(theirs)
        return SocketLine(ours)

    def prepare(self, scrub: Scrub) -> None:
        """Let the zygote prepare what its keepers will need to take secrets out: once, not in every run."""
        with self._guard:
            if scrub is not self._scrub:
                self._scrub = scrub
                self._send_scrub()

    def terminal(self, wanted: str) -> str:
        """What a script gets that should get `wanted`: just that, here."""
        return wanted

    def last_words(self) -> str:
        """What the zygote and its keepers complained about last, if anything."""
        self._said.seek(0)
        words = self._said.read().decode("utf-8", "replace").strip().splitlines()
        return words[-1] if words else ""

    def close(self) -> None:
        """End the zygote; what is still kept is killed by its keepers."""
        with self._guard:
            self._bury()
            self._said.close()

    def _send(self, end: socket.socket) -> None:
        assert self._mailbox, "closed"
        socket.send_fds(self._mailbox, [KEEPER], [end.fileno()])

    def _send_scrub(self) -> None:
        """Over a socket of its own, so that it is in no argument, environment or file."""
        if self._mailbox and self._scrub:
            ours, theirs = socket.socketpair()
            with ours, theirs, contextlib.suppress(OSError):  # the zygote was killed: the next one is told again
                socket.send_fds(self._mailbox, [SCRUB], [theirs.fileno()])
                theirs.close()
                ours.sendall(message(**self._scrub.to_json()))

    def _hatch(self) -> None:
        ours, theirs = socket.socketpair()
        argv = same_python(f"{__package__}.zygote", str(theirs.fileno()))
        with theirs:
            self._zygote = subprocess.Popen(
                argv, cwd="/", pass_fds=[theirs.fileno()], start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self._said,
            )  # fmt: skip
        self._mailbox = ours
        self._send_scrub()

    def _bury(self) -> None:
        if self._mailbox:
            self._mailbox.close()
        if self._zygote:
            try:
                self._zygote.wait(CLOSING)
            except subprocess.TimeoutExpired:
                self._zygote.kill()
                self._zygote.wait()
        self._mailbox = self._zygote = None


def end_strays(run_id: str) -> None:
    """Kill what is left of a run whose keeper was killed, and could end nothing any more."""
    deadline = time.monotonic() + CLOSING
    while (left := marked(run_id)) and time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            send(signal.SIGKILL, left)
        time.sleep(0.005)
