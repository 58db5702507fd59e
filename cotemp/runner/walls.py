"""A run behind walls: what its first process does before it becomes the enforcer, and whether that could start it."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..sandbox import entering
from ..sandbox.status import began

if TYPE_CHECKING:
    from ..sandbox import Confined

__all__ = ["Walls", "enter", "refusal", "take_down"]

PATIENCE = 2.0
"""Seconds that the system may need to let go of a control group whose processes have ended."""


@dataclass(frozen=True, slots=True)
class Walls:
    """What of a `Confined` the keeper needs, as plain JSON values."""

    descriptors: tuple[tuple[int, str], ...] = ()
    masks: tuple[int, str] | None = None
    status: tuple[int, str] | None = None
    groups: tuple[str, ...] = ()
    limits: tuple[tuple[str, int], ...] = ()

    @classmethod
    def of(cls, confined: Confined) -> Walls:
        return cls.from_json(confined.entry())

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Walls:
        """Raises KeyError or TypeError when it is not ours."""
        return cls(
            descriptors=tuple((number, path) for number, path in values["descriptors"]),
            masks=(values["masks"][0], values["masks"][1]) if values["masks"] else None,
            status=(values["status"][0], values["status"][1]) if values["status"] else None,
            groups=tuple(values["groups"]),
            limits=tuple((name, number) for name, number in values["limits"]),
        )


def enter(walls: Walls) -> None:
    """In the new process, right before it becomes the enforcer. Raises OSError."""
    entering.enter(walls.descriptors, walls.masks, walls.status, walls.groups, walls.limits)


def refusal(walls: Walls, said: bytes) -> str | None:
    """Why the enforcer could not start the program, in its own words, which are all that was `said` then; None
    when it could."""
    if walls.status is None or began(Path(walls.status[1])):
        return None
    lines = [line.strip() for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1] if lines else "the sandbox ended before the script began"


def take_down(walls: Walls) -> None:
    """Remove the groups of a run that is over; one that is still busy after a while is left to be swept up."""
    deadline = time.monotonic() + PATIENCE
    for group in walls.groups:
        while not _removed(group) and time.monotonic() < deadline:
            time.sleep(0.002)


def _removed(group: str) -> bool:
    try:
        os.rmdir(group)
    except OSError as error:
        return isinstance(error, FileNotFoundError)
    return True
