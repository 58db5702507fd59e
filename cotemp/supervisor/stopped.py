"""The file STOP in the home: while it stands there, nothing of this home is started, and what runs is ended."""

from __future__ import annotations

import os
from pathlib import Path

from ..places import Places

__all__ = ["is_stopped", "stop_all_file"]


def stop_all_file(places: Places) -> Path:
    """Where it stands; anybody may make it by hand."""
    return places.home / "STOP"


def is_stopped(places: Places) -> bool:
    """Whether it is there."""
    return os.path.lexists(places.home / "STOP")
