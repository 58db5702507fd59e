"""Moving in: an old world of launchers and dotfiles becomes one `agents.toml` and its state.

reading (what is there) -> proposing (what becomes of it) -> destination, applying (done, once)
shims: old command lines reach the driver
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from ..errors import NotFound
from ..places import Places
from .applying import Applied, apply, finish, folders_of
from .destination import Destination, Way, destination
from .model import Proposal, World
from .past import Moved, moved_in
from .proposing import propose
from .reading import look

__all__ = [
    "Applied",
    "Destination",
    "Moved",
    "Proposal",
    "Way",
    "World",
    "apply",
    "destination",
    "earlier",
    "finish",
    "look",
    "plan",
]


def earlier(places: Places, world: World) -> Moved | None:
    """When this world moved in before; None when it did not."""
    return moved_in(places, folders_of(world))


def plan(world: World, config: Path, now: datetime, phase: str | None = None) -> Proposal:
    """What would become of `world`. Raises NotFound when nothing of an old world is there, BadConfig."""
    found = propose(world, config, now, phase)
    if not (found.config.agents or found.config.phases or world.files or world.not_understood):
        places = ", ".join(str(folder) for folder in dict.fromkeys((world.root, world.logs, world.plans)) if folder)
        raise NotFound(
            f"nothing of an old world is in {places}", "name the folder with the dotfiles, or with launch.py"
        )
    return found
