"""Reading files of JSON lines from their end, as programs write them by the megabyte."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["backwards", "first_record", "whole"]

CHUNK = 512 * 1024
MOST = 8 * CHUNK
"""Bytes that are read at most; what lies further back is not news."""
LONGEST = 1024 * 1024
"""Lines that are longer are skipped: summaries of whole conversations are."""


def whole(path: Path, most: int = 64 * 1024) -> dict[str, Any] | None:
    """A small JSON file that holds an object; None for anything else."""
    try:
        with path.open("rb") as file:
            found = json.loads(file.read(most))
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def first_record(path: Path) -> dict[str, Any] | None:
    """The first line of a file; None when it is none."""
    try:
        with path.open("rb") as file:
            return _record(file.readline(LONGEST))
    except OSError:
        return None


def backwards(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a file, the last one first. What is no record is skipped; a file that cannot be read has none."""
    try:
        with path.open("rb") as file:
            for line in _lines(file.fileno(), os.fstat(file.fileno()).st_size):
                if (found := _record(line)) is not None:
                    yield found
    except OSError:
        return


def _lines(fd: int, size: int) -> Iterator[bytes]:
    rest, end, first = b"", size, max(size - MOST, 0)
    while end > first:
        start = max(end - CHUNK, first)
        block = os.pread(fd, end - start, start) if hasattr(os, "pread") else _read(fd, start, end)
        lines = (block + rest).split(b"\n")
        rest, end = lines[0], start
        yield from (line for line in reversed(lines[1:]) if line)
        if len(rest) > LONGEST:
            rest = rest[:1]  # the end of a line that is too long: it is no JSON any more
    if first == 0 and rest:
        yield rest


def _read(fd: int, start: int, end: int) -> bytes:
    os.lseek(fd, start, os.SEEK_SET)
    return os.read(fd, end - start)


def _record(line: bytes) -> dict[str, Any] | None:
    if len(line) > LONGEST:
        return None
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
