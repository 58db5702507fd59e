"""The keeper of one agent (Linux, macOS): a process that holds its terminal, and answers for it until cleared away.

It is forked from the zygote, and outlives it, the daemon and every command.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import selectors
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ...errors import HeldByOther
from ..host import Size
from ..starter import take
from .kept import ATTACHED, Kept

assert sys.platform != "win32"

from ...processes import adopt_orphans, reap, wake_at_end_of_child  # noqa: E402  (not on Windows)
from .line import FRAME, KEYS, listen, peer_is_us, socket_path  # noqa: E402
from .program import CHUNK, TerminalProgram  # noqa: E402

__all__ = ["LOCK", "keep", "lock"]

LOCK = "lock"
LINGERING = 24 * 3600.0
"""Seconds for which the last screen of a program that has ended can be read."""
_MOST_UNSEEN = 1 << 20
"""Bytes that wait for a human's terminal that does not take them; then it is left alone."""
_LONGEST_REQUEST = 1 << 20


def lock(folder: Path) -> int:
    """Be the only one of `folder`, until this process ends; a killed one holds nothing. Raises HeldByOther."""
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise HeldByOther(f"{folder.name} runs already", f"end it first: cotemp down {folder.name}") from error
    return descriptor


def keep(asked: dict[str, Any], report: Callable[[dict[str, Any]], None]) -> None:
    """Start what `asked` says and keep it; `report` is called once, when it runs. Raises HeldByOther, OSError."""
    folder = Path(asked["folder"])
    held = lock(folder)
    adopt_orphans()
    keeper = _Keeper(folder, asked, wake_at_end_of_child())
    report({"is": keeper.kept.record.to_json()})
    keeper.serve()
    os.close(held)


class _Keeper:
    def __init__(self, folder: Path, asked: dict[str, Any], wake: int) -> None:
        self.selector = selectors.DefaultSelector()
        size = Size(int(asked["columns"]), int(asked["rows"]))
        self._folder = folder
        self._listening = listen(folder)
        self._wake = wake
        self._program = TerminalProgram(take(asked["file"]), size, self.selector)
        self.kept = Kept(folder, asked["agent"], self._program, size)
        self.kept.write_record()
        self._ended = 0.0
        self._guests: dict[int, _Guest] = {}
        for descriptor in (self._listening.fileno(), wake):
            self.selector.register(descriptor, selectors.EVENT_READ)

    def serve(self) -> None:
        """Until somebody clears it away, or its time is over."""
        while not self.kept.leaving and not (self._ended and time.monotonic() > self._ended + LINGERING):
            for key, events in self.selector.select(self._patience()):
                self._attend(key.fd, events)
            if self.kept.seconds_until_due() == 0:
                self.kept.write_record()
        self._listening.close()
        socket_path(self._folder).unlink(missing_ok=True)

    def _patience(self) -> float | None:
        due = self.kept.seconds_until_due()
        return LINGERING if due is None and self._ended else due

    def _attend(self, descriptor: int, events: int) -> None:
        if descriptor == self._program.descriptor:
            if events & selectors.EVENT_WRITE:
                self._program.write_more()
            if events & selectors.EVENT_READ:
                self._hear()
        elif descriptor == self._wake:
            os.read(self._wake, CHUNK)
            self._reap()
        elif descriptor == self._listening.fileno():
            self._welcome()
        elif guest := self._guests.get(descriptor):
            guest.attend(events)

    def _hear(self) -> bool:
        if data := self._program.read():
            self.kept.heard(data)
        return bool(data)

    def _reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            for pid, status in reap():
                if pid == self._program.pid:
                    self._end(os.waitstatus_to_exitcode(status))

    def _end(self, code: int) -> None:
        while self._hear():  # its last words
            pass
        self._ended = time.monotonic()
        self.kept.ended(code if code >= 0 else 128 - code)
        for guest in list(self._guests.values()):
            guest.part()

    def _welcome(self) -> None:
        with contextlib.suppress(OSError):
            end, _ = self._listening.accept()
            if peer_is_us(end):
                self._guests[end.fileno()] = _Guest(end, self.kept, self.selector, self._guests)
            else:
                end.close()


class _Guest:
    """Whoever connected: asks one thing, or stays as a human's terminal."""

    def __init__(
        self, end: socket.socket, kept: Kept, selector: selectors.BaseSelector, guests: dict[int, _Guest]
    ) -> None:
        end.settimeout(0)
        self._end = end
        self._kept = kept
        self._selector = selector
        self._guests = guests
        self._heard = bytearray()
        self._unsent = bytearray()
        self._is_attached = False
        self._is_parting = False
        selector.register(end, selectors.EVENT_READ)

    def attend(self, events: int) -> None:
        """Something can be read or written."""
        try:
            if events & selectors.EVENT_WRITE:
                self._send()
            if events & selectors.EVENT_READ:
                self._hear()
        except BlockingIOError:
            pass
        except OSError:
            self._close()

    def show(self, data: bytes) -> None:
        self._unsent += data
        if len(self._unsent) > _MOST_UNSEEN:
            self._close()
        else:
            self.attend(selectors.EVENT_WRITE)

    def part(self) -> None:
        """Close as soon as everything is sent; who waits for an answer gets it first."""
        if self._is_attached:
            self._is_parting = True
            self.attend(selectors.EVENT_WRITE)

    def _send(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._unsent:
                del self._unsent[: self._end.send(self._unsent)]
        if self._is_parting and not self._unsent:
            self._close()
        elif self._end.fileno() >= 0:
            self._selector.modify(self._end, selectors.EVENT_READ | (selectors.EVENT_WRITE if self._unsent else 0))

    def _hear(self) -> None:
        data = self._end.recv(CHUNK)
        if not data or len(self._heard) > _LONGEST_REQUEST:
            self._close()
            return
        self._heard += data
        if not self._is_attached and b"\n" in self._heard:
            line, _, self._heard = self._heard.partition(b"\n")
            self._asked(bytes(line))
        if self._is_attached:
            self._take_frames()

    def _asked(self, line: bytes) -> None:
        try:
            asked = json.loads(line)
        except ValueError:
            self._close()
            return
        said = self._kept.answer(asked)
        self._is_attached = said.get("is") == ATTACHED
        self._is_parting = not self._is_attached
        self.show(json.dumps(said).encode() + b"\n")
        if self._is_attached:
            self._kept.come(self, Size(int(asked["columns"]), int(asked["rows"])))

    def _take_frames(self) -> None:
        while len(self._heard) >= FRAME.size:
            kind, length = FRAME.unpack_from(self._heard)
            if len(self._heard) < FRAME.size + length:
                return
            content = bytes(self._heard[FRAME.size : FRAME.size + length])
            del self._heard[: FRAME.size + length]
            if kind == KEYS:
                self._kept.keys(content)
            else:
                self._kept.resize(Size(int.from_bytes(content[:2]), int.from_bytes(content[2:4])))

    def _close(self) -> None:
        if self._end.fileno() >= 0:
            self._guests.pop(self._end.fileno(), None)
            self._selector.unregister(self._end)
            self._end.close()
            self._kept.gone(self)
