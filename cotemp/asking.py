"""Asking another program: what it says on stdout, of which no more is read than is wanted, in the time that it has."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

__all__ = ["NoAnswer", "Said", "ask"]


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
) -> Said:
    """Run `argv` for at most `patience` seconds and read at most `most` bytes of what it prints.

    `with_errors`: what it prints on stderr, too, else that is thrown away. Raises NoAnswer, OSError when it cannot be
    started.
    """
    errors = subprocess.STDOUT if with_errors else subprocess.DEVNULL
    process = subprocess.Popen(
        argv, env=dict(env), cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors
    )
    assert process.stdout
    late = threading.Event()

    def give_up() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(patience, give_up)
    timer.start()
    try:
        with process:
            data = process.stdout.read(most + 1)
            if len(data) > most:
                process.kill()  # it may go on for gigabytes
    finally:
        timer.cancel()
    if late.is_set():
        raise NoAnswer
    return Said(process.returncode if len(data) <= most else None, data[:most])
