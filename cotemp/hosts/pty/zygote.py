"""The process from which keepers are forked (Linux, macOS), so that they share the memory of what they all need.

It has one thread (a fork of many can deadlock), ends by itself when it has no keeper any more, and can be killed: the
keepers go on, and the next start makes a new one.
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
from pathlib import Path
from typing import Any, NoReturn

from ...errors import CotempError, HeldByOther
from ...store.identity import this_process
from ..host import Size
from .answers import failed
from .screen import Screen
from .sieve import Sieve

assert sys.platform != "win32"

from ...processes import reap, wake_at_end_of_child  # noqa: E402  (not on Windows)
from .keeper import keep, lock  # noqa: E402
from .line import forget, listen, peer_is_us  # noqa: E402

__all__ = ["READY", "main"]

READY = b"ready\n"
"""What it says on its standard output when it can be asked."""
IDLE = 10.0
"""Seconds without a keeper after which it ends."""
_PATIENCE = 2.0


def main() -> None:
    """Fork a keeper for each request on the socket of the folder that is named."""
    folder = Path(sys.argv[1])
    if os.fork():  # whoever started us does not have to wait for our end
        os._exit(0)
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    try:
        held = lock(folder)
    except HeldByOther:  # another one was quicker, and can be asked as well
        os.write(1, READY)
        return
    listening = listen(folder)
    os.write(1, READY)
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)
    _warm_up()
    _serve(listening, held)
    forget(folder)


def _warm_up() -> None:
    """Do once what every keeper will do, so that its memory is shared and not made anew in each of them."""
    this_process()
    screen = Screen(Size().columns, Size().rows, lambda _: None)
    for piece in Sieve().pieces(b"\x1b[31m" + bytes(range(32, 127)) + "é中e\u0301\x1b[0m".encode()):
        screen.show(piece)
    screen.coloured()
    gc.collect()
    gc.freeze()


def _serve(listening: socket.socket, held: int) -> None:
    wake = wake_at_end_of_child()
    poll = select.poll()
    for descriptor in (listening.fileno(), wake):
        poll.register(descriptor, select.POLLIN)
    while True:
        ready = [descriptor for descriptor, _ in poll.poll(None if _has_children() else IDLE * 1000)]
        if not ready and not _has_children():
            return
        if wake in ready:
            os.read(wake, 4096)
        if listening.fileno() in ready:
            end, _ = listening.accept()
            with end, contextlib.suppress(OSError, ValueError):
                _fork(end, [listening.fileno(), held, wake])


def _has_children() -> bool:
    try:
        for _ in reap():
            pass
    except ChildProcessError:
        return False
    return True


def _fork(end: socket.socket, ours: list[int]) -> None:
    end.settimeout(_PATIENCE)
    if not peer_is_us(end):
        return
    asked = json.loads(end.makefile("rb").readline())
    if os.fork() == 0:
        for descriptor in ours:
            os.close(descriptor)
        _be_keeper(end, asked)


def _be_keeper(end: socket.socket, asked: dict[str, Any]) -> NoReturn:
    code = 1
    try:
        os.setsid()
        keep(asked, lambda said: _report(end, said))
        code = 0
    except CotempError as error:
        _report(end, failed(error))
    except BaseException as error:  # whatever it is, this process must not go on as a second zygote
        _report(end, failed(CotempError(f"its keeper failed: {error}", f"see {sys.argv[1]}")))
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)


def _report(end: socket.socket, said: dict[str, Any]) -> None:
    with end, contextlib.suppress(OSError):
        end.sendall(json.dumps(said).encode() + b"\n")


if __name__ == "__main__":
    main()
