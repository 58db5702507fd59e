"""One agent's terminal as its keeper knows it, on every system: the screen, the record, and the answers to requests."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from ...errors import BadUsage, CotempError, NotFound
from ...store.identity import ProcessId, identify, this_process
from ..host import Size
from ..keys import checked_text, key_bytes
from .answers import failed
from .record import Record
from .screen import Screen
from .sieve import Sieve, is_question

__all__ = ["ATTACHED", "Kept", "Program", "Viewer"]

SETTLING = 0.5
"""Seconds between two writings of the record while things change all the time."""
ATTACHED = "attached"
"""The answer to whoever wants to attach; what follows it is the terminal's."""
LONGEST_LINE = 4000
"""Bytes of one line that a terminal keeps for a program that reads whole lines (4095 on Linux)."""

_SAID_BY_TERMINAL = re.compile(rb"\x1b\[[?>]?[0-9;]*[cnRuy]|\x1b\[[IO]|\x1b[\]P][^\x07\x1b]*(?:\x07|\x1b\\)")
"""What a human's terminal sends by itself: answers, and that it got or lost the focus."""
_REPLAYED = (1, 1000, 1002, 1003, 1004, 1006, 2004)
"""Private modes that a terminal must be in to be the one that the program thinks it has: keys, mouse, focus, paste."""


class Program(Protocol):
    """A program on a terminal of ours."""

    pid: int

    def write(self, data: bytes) -> None:
        """Type into it."""

    def resize(self, size: Size) -> None:
        """Tell it the size of its terminal."""

    def reads_lines(self) -> bool:
        """True when it is given whole lines, of limited length, and not each key."""


class Viewer(Protocol):
    """A human's terminal that is attached."""

    def show(self, data: bytes) -> None:
        """Show it what the program writes."""


class Kept:
    """A program, its screen and who looks at it."""

    def __init__(self, folder: Path, agent: str, program: Program, size: Size) -> None:
        self.viewers: list[Viewer] = []
        self.leaving = False
        self._folder = folder
        self._program = program
        self._sieve = Sieve()
        self._screen = Screen(size.columns, size.rows, lambda text: program.write(text.encode()))
        me = this_process()
        self.record = Record(
            agent=agent,
            keeper=me,
            program=identify(program.pid) or ProcessId(program.pid, me.host, "ended"),
            output=time.time(),
            columns=size.columns,
            rows=size.rows,
        )
        self._written = 0.0
        self._is_due = True
        self._answers: dict[str, Callable[[dict[str, Any]], Any]] = {
            "look": lambda _: self.record.to_json(),
            "screen": lambda _: self._screen.coloured(),
            "history": lambda asked: self._screen.plain(int(asked["lines"])),
            "type": self._type,
            "press": self._press,
            "attach": self._attach,
            "leave": self._leave,
        }

    def heard(self, data: bytes) -> None:
        """The program wrote something."""
        pieces = self._sieve.pieces(data)
        for piece in pieces:
            self._screen.show(piece)
        shown = "".join([piece for piece in pieces if not is_question(piece)]).encode("utf-8", "replace")
        for viewer in list(self.viewers) if shown else ():
            viewer.show(shown)
        self.record.output = time.time()
        self.record.title = self._screen.title
        self._is_due = True

    def ended(self, exit_code: int | None) -> None:
        """The program has ended."""
        self.record.dead, self.record.exit_code = True, exit_code
        self.write_record()

    def come(self, viewer: Viewer, size: Size) -> None:
        """A human attaches: the terminal takes the size of theirs."""
        self.viewers.append(viewer)
        self.resize(size)
        viewer.show(self._picture())
        self.record.typed = time.time()
        self._count_viewers()

    def gone(self, viewer: Viewer) -> None:
        """A human detached."""
        if viewer in self.viewers:
            self.viewers.remove(viewer)
            self._count_viewers()

    def _count_viewers(self) -> None:
        self.record.attached = len(self.viewers)
        self.write_record()

    def keys(self, data: bytes) -> None:
        """A human's terminal sent this."""
        self._program.write(data)
        if _SAID_BY_TERMINAL.sub(b"", data):
            self.record.typed = time.time()
            self._is_due = True

    def resize(self, size: Size) -> None:
        """The terminal has another size from now on."""
        if (size.columns, size.rows) != (self.record.columns, self.record.rows):
            self._screen.resize(size.rows, size.columns)
            self._program.resize(size)
            self.record.columns, self.record.rows = size.columns, size.rows
            self._is_due = True

    def seconds_until_due(self) -> float | None:
        """When `write_record` is to be called; None while nothing changes."""
        return max(0.0, self._written + SETTLING - time.monotonic()) if self._is_due else None

    def write_record(self) -> None:
        """Write down how it stands. A full disk does not end an agent: then the last record stays."""
        self._is_due, self._written = False, time.monotonic()
        try:
            self.record.write(self._folder)
        except CotempError:
            self._is_due = True

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        """The answer to one request: as `answers` tells."""
        try:
            return {"is": self._answers[str(asked["do"])](asked)}
        except CotempError as error:
            return failed(error)
        except (KeyError, TypeError, ValueError):
            return failed(BadUsage("the keeper does not know this request", "it is of another version: start it anew"))

    def _type(self, asked: dict[str, Any]) -> None:
        data = checked_text(str(asked["text"])).encode()
        if len(data) > LONGEST_LINE and self._living().reads_lines():
            raise BadUsage(
                f"{self.record.agent} reads whole lines now, and {len(data)} bytes are more than a line can have",
                f"type at most {LONGEST_LINE} bytes",
            )
        self._living().write(data)

    def _press(self, asked: dict[str, Any]) -> None:
        pressed = [key_bytes(str(key), application=self._screen.application_keys) for key in asked["keys"]]
        self._living().write(b"".join(pressed))

    def _attach(self, asked: dict[str, Any]) -> str:
        self._living()
        int(asked["columns"]), int(asked["rows"])
        return ATTACHED

    def _living(self) -> Program:
        if self.record.dead:
            raise NotFound(f"{self.record.agent} has ended", f"start it again: cotemp up {self.record.agent}")
        return self._program

    def _leave(self, _: dict[str, Any]) -> None:
        self.leaving = True

    def _picture(self) -> bytes:
        """What makes a human's terminal look as ours does."""
        screen = self._screen
        modes = "".join([f"\x1b[?{mode}h" for mode in _REPLAYED if mode << 5 in screen.mode])
        cursor = f"\x1b[{screen.cursor.y + 1};{screen.cursor.x + 1}H\x1b[?25{'l' if screen.cursor.hidden else 'h'}"
        return ("\x1b[0m\x1b[2J\x1b[H" + screen.coloured().replace("\n", "\r\n") + modes + cursor).encode()
