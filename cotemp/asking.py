"""Asking another program: what it says on stdout, of which no more is read than is wanted, in the time that it has."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple

__all__ = ["NoAnswer", "Said", "ask"]

_NO_WINDOW = 0x08000000  # Windows: CREATE_NO_WINDOW


class NoAnswer(Exception):
    """The program did not end in its time, and was ended."""


class Said(NamedTuple):
    """What it said, as bytes. `code` is its exit code; None: it said too much, and was ended there."""

    code: int | None
    out: bytes


def ask(
    argv: Sequence[str],
    env: Mapping[str, str],
    *,
    most: int,
    patience: float,
    cwd: Path | None = None,
    with_errors: bool = False,
    given: bytes = b"",
    alone: bool = False,
) -> Said:
    """Run `argv` for at most `patience` seconds and read at most `most` bytes of what it prints.

    `with_errors`: what it prints on stderr, too, else that is thrown away. `given`: what it finds on stdin. `alone`: it
    has no terminal to ask on, and when it is ended, all that it started is. Raises NoAnswer, OSError when it cannot be
    started.
    """
    errors = subprocess.STDOUT if with_errors else subprocess.DEVNULL
    with _stdin(given) as stdin:
        process = subprocess.Popen(
            argv, env=dict(env), cwd=cwd, stdin=stdin, stdout=subprocess.PIPE, stderr=errors, **_apart(alone=alone)
        )
    assert process.stdout
    late = threading.Event()

    def give_up() -> None:
        late.set()
        _end(process, alone=alone)

    timer = threading.Timer(patience, give_up)
    timer.start()
    try:
        with process:
            data = _heard(process, process.stdout, most, alone=alone)
    finally:
        timer.cancel()
    if late.is_set():
        raise NoAnswer
    return Said(process.returncode if len(data) <= most else None, data[:most])


def _heard(process: subprocess.Popen[bytes], out: IO[bytes], most: int, *, alone: bool) -> bytes:
    """What it prints; at one byte more than `most` it is ended, as it may go on for gigabytes."""
    data = out.read(most + 1)
    if len(data) > most:
        _end(process, alone=alone)
    return data


def _apart(*, alone: bool) -> dict[str, Any]:
    """How a program is started that has no terminal to ask on."""
    if not alone:
        return {}
    return {"creationflags": _NO_WINDOW} if sys.platform == "win32" else {"start_new_session": True}


@contextlib.contextmanager
def _stdin(given: bytes) -> Iterator[IO[bytes]]:
    with tempfile.TemporaryFile() if given else open(os.devnull, "rb") as file:  # a pipe could fill up, and wait
        if given:
            file.write(given)
            file.seek(0)
        yield file


def _end(process: subprocess.Popen[bytes], *, alone: bool) -> None:
    with contextlib.suppress(ProcessLookupError):
        if alone and sys.platform != "win32":
            os.killpg(process.pid, signal.SIGKILL)  # it is not reaped yet, so the number is still its own
        else:
            process.kill()
