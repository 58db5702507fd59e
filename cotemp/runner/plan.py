"""What a keeper is told about the run that it is to keep, and what it says while it keeps it: one JSON line each."""

from __future__ import annotations

import contextlib
import json
import shutil
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ..redact import Scrub
from .walls import Walls

__all__ = ["COPY", "KEEPER", "SCRUB", "Plan", "message", "remove_copy"]

KEEPER, SCRUB = b"k", b"s"
"""What comes with a socket to the zygote: it is the line to a new keeper, or what is to be scrubbed comes over it."""
COPY = "do"
"""Folder of the private copy that runs, in the run's folder."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One run, ready to be started. `timeout` in seconds; `secret` is of its end mark, None without one.

    `scrub` is what must not get into its output. A plan holds secrets: it travels over a socket and is never stored.

    `terminal`: `pty` of 50 lines and `width` columns, or `pipe`. `walls`: what confines it, if anything does.
    """

    run_id: str
    run_dir: str
    argv: tuple[str, ...]
    env: dict[str, str]
    cwd: str
    terminal: str
    width: int
    timeout: float
    secret: str | None
    scrub: Scrub | None = None
    walls: Walls | None = None

    def line(self) -> bytes:
        """As one line; `from_line` reads it."""
        return message(**asdict(replace(self, scrub=None)) | {"scrub": self.scrub and self.scrub.to_json()})

    @classmethod
    def from_line(cls, line: bytes) -> Plan:
        """Raises ValueError when the line is none, or cut short."""
        values = json.loads(line)
        scrub = Scrub.from_json(values["scrub"]) if values["scrub"] else None
        walls = Walls.from_json(values["walls"]) if values["walls"] else None
        return cls(**values | {"argv": tuple(values["argv"]), "scrub": scrub, "walls": walls})


def message(**values: Any) -> bytes:
    """One message, either way: a JSON object on a line."""
    return json.dumps(values).encode() + b"\n"


def remove_copy(run_dir: Path) -> None:
    """Remove the private copy, and whatever the DO put beside it."""
    with contextlib.suppress(OSError):
        shutil.rmtree(run_dir / COPY)
