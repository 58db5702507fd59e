"""The server on stdin and stdout. It ends at the end of stdin, after `quit`, or when nobody reads its answers."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterable, Mapping

from .answering import Bridge
from .protocol import Core

__all__ = ["serve"]

_CHUNK = 65536


def serve(env: Mapping[str, str]) -> None:
    """Answer until the end. `env` is the environment of callers that bring none of their own."""
    # A handler that does nothing, not SIG_IGN: that would be inherited by a daemon that a call starts.
    signal.signal(signal.SIGINT, lambda *_: None)
    source, target = _own_streams()
    gc.freeze()
    core = Core(Bridge(env).answer)
    try:
        while not core.ended and (data := _read(source)):
            _write(target, core.receive(data))
        _write(target, core.finish())
    except BrokenPipeError:
        return
    except OSError:
        if sys.platform != "win32":  # there a closed pipe is an error of several names
            raise


def _own_streams() -> tuple[int, int]:
    """stdin and stdout for us alone: what else is printed goes to stderr, what else reads finds nothing."""
    if sys.stdout:
        sys.stdout.flush()
    source, target = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    if sys.platform == "win32":
        import msvcrt

        for descriptor in (source, target):
            msvcrt.setmode(descriptor, os.O_BINARY)
    return source, target


def _read(source: int) -> bytes:
    try:
        return os.read(source, _CHUNK)
    except OSError:  # whoever wrote there is gone
        return b""


def _write(target: int, answers: Iterable[bytes]) -> None:
    for answer in answers:
        rest = memoryview(answer)
        while rest:
            rest = rest[os.write(target, rest) :]
