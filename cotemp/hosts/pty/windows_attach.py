"""A human's console at an agent's terminal on Windows."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import BadUsage, CotempError
from .answers import answer_of
from .leaving import Leaving

assert sys.platform == "win32"

import ctypes.wintypes as w  # noqa: E402  (only on Windows)

if TYPE_CHECKING:
    from .windows_line import End

from .windows_keeper import KEYS, SIZE  # noqa: E402
from .windows_line import connected  # noqa: E402

__all__ = ["main"]

_RAW_INPUT, _VT_OUTPUT = 0x0200, 0x0001 | 0x0004 | 0x0008
"""Keys as escape sequences and nothing else; output understood as escape sequences, no line end of its own."""
_IN, _OUT = -10, -11
_UTF8 = 65001


def main() -> None:
    """Attach to the keeper whose folder is the first argument; the exit code is that of the error, if there is one."""
    folder = Path(sys.argv[1])
    try:
        _attach(folder)
    except CotempError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)


def _attach(folder: Path) -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise BadUsage("attaching needs a console", "run it in one, without a pipe")
    with connected(folder) as end:
        columns, rows = os.get_terminal_size()
        end.send_bytes(json.dumps({"do": "attach", "columns": columns, "rows": rows}).encode())
        answer_of(end.recv_bytes())
        with _raw_console():
            for work in (_send_keys, _send_sizes):
                threading.Thread(target=work, args=(end,), daemon=True).start()
            _show(end)
    sys.stdout.write(f"[left {folder.name}]\n")
    sys.stdout.flush()
    os._exit(0)  # a thread still waits for a key


def _show(end: End) -> None:
    with contextlib.suppress(OSError, EOFError):
        while True:
            os.write(1, end.recv_bytes())


def _send_keys(end: End) -> None:
    leaving, leaves = Leaving(), False
    with contextlib.suppress(OSError):
        while not leaves:
            keys, leaves = leaving.meant(os.read(0, 4096))
            if keys:
                end.send_bytes(KEYS + keys)
        end.close()


def _send_sizes(end: End) -> None:
    """Windows tells nobody of a new size unless they read keys as records."""
    last = os.get_terminal_size()
    with contextlib.suppress(OSError):
        while True:
            time.sleep(0.5)
            if (size := os.get_terminal_size()) != last:
                last = size
                end.send_bytes(SIZE + size.columns.to_bytes(2) + size.lines.to_bytes(2))


@contextmanager
def _raw_console() -> Iterator[None]:
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.GetStdHandle.restype = w.HANDLE
    before, pages = [], (kernel.GetConsoleCP(), kernel.GetConsoleOutputCP())
    for number, mode in ((_IN, _RAW_INPUT), (_OUT, _VT_OUTPUT)):
        handle, old = w.HANDLE(kernel.GetStdHandle(number)), w.DWORD()
        kernel.GetConsoleMode(handle, ctypes.byref(old))
        kernel.SetConsoleMode(handle, mode)
        before.append((handle, old))
    kernel.SetConsoleCP(_UTF8)
    kernel.SetConsoleOutputCP(_UTF8)
    try:
        yield
    finally:
        os.write(1, b"\x1b[0m\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?2004l\x1b[?25h\r\n")
        for handle, old in before:
            kernel.SetConsoleMode(handle, old)
        kernel.SetConsoleCP(pages[0])
        kernel.SetConsoleOutputCP(pages[1])


if __name__ == "__main__":
    main()
