"""The keeper of one agent on Windows: a pseudo console by pywinpty, and a named pipe on which it answers.

Its program ends with it: a pseudo console whose owner is gone hangs up.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
import time
from multiprocessing.connection import Listener
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import BadUsage, CotempError, HeldByOther
from ..host import Size
from ..starter import take
from .answers import failed
from .kept import ATTACHED, SETTLING, Kept

assert sys.platform == "win32"

if TYPE_CHECKING:
    from .windows_line import End

from .windows_line import key_of, pipe_name  # noqa: E402  (only on Windows)

__all__ = ["KEYS", "SIZE", "main"]

KEYS, SIZE = b"k", b"s"
"""The first byte of what an attached terminal sends: keys, or columns and rows as two numbers of 16 bits."""
LINGERING = 24 * 3600.0
"""Seconds for which the last screen of a program that has ended can be read."""


class ConsoleProgram:
    """A program on a pseudo console."""

    def __init__(self, launch: dict[str, Any], size: Size) -> None:
        # Only here: it changes the console of the process that uses it.
        import winpty  # type: ignore[import-not-found, import-untyped, unused-ignore]

        if launch["stdin"]:
            raise BadUsage(
                "on Windows a program in a terminal cannot read a file as its input",
                'write prompt = "argument" or prompt = "keys" for its backend',
            )
        self._process = winpty.PtyProcess.spawn(
            launch["argv"], cwd=launch["cwd"], env=launch["env"], dimensions=(size.rows, size.columns)
        )
        self.pid = int(self._process.pid)

    def read(self) -> bytes:
        """What it wrote next; empty at its end."""
        try:
            return str(self._process.read(65536)).encode("utf-8", "replace")
        except EOFError:
            return b""

    def wait(self) -> int:
        """Wait for its end; its exit code."""
        while self._process.isalive():
            time.sleep(0.05)
        return int(self._process.exitstatus or 0)

    def write(self, data: bytes) -> None:
        self._process.write(data.decode("utf-8", "replace"))

    def resize(self, size: Size) -> None:
        self._process.setwinsize(size.rows, size.columns)

    def reads_lines(self) -> bool:
        return False  # a pseudo console does not tell


class _Guest:
    """A human's terminal at the other end of a pipe."""

    def __init__(self, end: End) -> None:
        self._end = end

    def show(self, data: bytes) -> None:
        with contextlib.suppress(OSError):
            self._end.send_bytes(data)


class _Keeper:
    def __init__(self, folder: Path, asked: dict[str, Any]) -> None:
        size = Size(int(asked["columns"]), int(asked["rows"]))
        try:
            self._listener = Listener(pipe_name(folder), family="AF_PIPE", authkey=key_of(folder))
        except PermissionError as error:  # whoever was first has that name
            raise HeldByOther(f"{folder.name} runs already", f"end it first: cotemp down {folder.name}") from error
        self._program = ConsoleProgram(take(asked["file"]), size)
        self.kept = Kept(folder, asked["agent"], self._program, size)
        self._lock = threading.Lock()
        self.kept.write_record()

    def serve(self) -> None:
        """Until somebody clears it away."""
        for work in (self._hear, self._await_end, self._write_records):
            threading.Thread(target=work, daemon=True).start()
        while not self.kept.leaving:
            with contextlib.suppress(OSError, EOFError):  # whoever came left again, or had another key
                end = self._listener.accept()
                threading.Thread(target=self._attend, args=(end,), daemon=True).start()

    def _hear(self) -> None:
        while data := self._program.read():
            with self._lock:
                self.kept.heard(data)

    def _await_end(self) -> None:
        code = self._program.wait()
        with self._lock:
            self.kept.ended(code)
        time.sleep(LINGERING)
        os._exit(0)

    def _write_records(self) -> None:
        while True:
            time.sleep(SETTLING)
            with self._lock:
                if self.kept.seconds_until_due() == 0:
                    self.kept.write_record()

    def _attend(self, end: End) -> None:
        with end, contextlib.suppress(OSError, EOFError, ValueError):
            asked = json.loads(end.recv_bytes())
            with self._lock:
                said = self.kept.answer(asked)
            end.send_bytes(json.dumps(said).encode())
            if said.get("is") == ATTACHED:
                self._keep_attached(end, Size(int(asked["columns"]), int(asked["rows"])))
        if self.kept.leaving:
            os._exit(0)  # the others wait for what will not come any more

    def _keep_attached(self, end: End, size: Size) -> None:
        guest = _Guest(end)
        with self._lock:
            self.kept.come(guest, size)
        try:
            while not self.kept.record.dead:
                if end.poll(SETTLING):
                    self._take(end.recv_bytes())
        finally:
            with self._lock:
                self.kept.gone(guest)

    def _take(self, sent: bytes) -> None:
        with self._lock:
            if sent[:1] == KEYS:
                self.kept.keys(sent[1:])
            elif sent[:1] == SIZE:
                self.kept.resize(Size(int.from_bytes(sent[1:3]), int.from_bytes(sent[3:5])))


def main() -> None:
    """Keep what the arguments say: the folder, and the request as JSON; the first record goes to standard output."""
    folder, asked = Path(sys.argv[1]), json.loads(sys.argv[2])
    try:
        keeper = _Keeper(folder, asked)
    except CotempError as error:
        _report(failed(error))
    except Exception as error:
        _report(failed(CotempError(f"its program could not be started: {error}")))
    else:
        _report({"is": keeper.kept.record.to_json()})
        keeper.serve()


def _report(said: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()
    os.close(1)


if __name__ == "__main__":
    main()
