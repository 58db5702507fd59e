"""Secrets kept in files: what a run that may read them could print."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from .known import SHORTEST, holds_secret

__all__ = ["secrets_in_files"]

LARGEST = 64 * 1024
"""Bytes of the largest file that is read; files of secrets are small."""
MOST = 100
"""How many files below one path are read."""

_SETTING = re.compile(r"[\s-]*[\"']?([\w.-]{1,64})[\"']?\s*[:=]\s*[\"']?(.+?)[\"']?[,;]?\s*")


def secrets_in_files(paths: Iterable[Path]) -> dict[str, str]:
    """The values in the files at or below `paths` that are to be kept out of logs, by file and name.

    They are the settings with a secret-looking name, and the only line of a file that has one (a token). What cannot
    be read has none. Private keys need not be known: they are found by their shape.
    """
    found: dict[str, str] = {}
    for path in paths:
        for file in islice(_files(path), MOST):
            for name, value in _values(file):
                found.setdefault(name, value)
    return found


def _files(path: Path) -> Iterator[Path]:
    try:
        yield from sorted(path.rglob("*")) if path.is_dir() else [path]
    except OSError:
        return


def _values(file: Path) -> Iterator[tuple[str, str]]:
    lines = _lines(file)
    token = lines[0] if len(lines) == 1 else ""
    if len(token) >= SHORTEST and not re.search(r"\s", token) and not _SETTING.fullmatch(token):
        yield file.name, token
    for line in lines:
        setting = _SETTING.fullmatch(line)
        if setting and len(setting[2]) >= SHORTEST and holds_secret(setting[1], setting[2]):
            yield f"{file.name}.{setting[1]}", setting[2]


def _lines(file: Path) -> list[str]:
    try:
        if not file.is_file() or file.stat().st_size > LARGEST:
            return []
        text = file.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return []
    return [line for line in map(str.strip, text.splitlines()) if line]
