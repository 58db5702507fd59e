"""What is kept of agents, for whoever only looks at it: what cannot be read is left out."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import StorageFailed
from ..places import Places
from . import files
from .places import RECORD, AgentPlaces
from .record import AgentRecord
from .sequence import Sequence

if TYPE_CHECKING:
    from ..config import Config

__all__ = ["known", "records", "sequence", "spelled"]


def known(places: Places) -> list[str]:
    """The names of the agents of which something is kept, sorted; spelled as they were."""
    found = []
    for file in _records(places):
        with suppress(OSError, ValueError, KeyError, TypeError):
            found.append(str(json.loads(file.read_bytes())["agent"]))
    return sorted(found)


def spelled(places: Places, config: Config) -> dict[str, str]:
    """The agents that are known, and those of the settings, as they are spelled (there first), by case-folded name."""
    return {name.casefold(): name for name in (*known(places), *config.agents)}


def records(places: Places) -> dict[str, AgentRecord]:
    """What is kept of each agent."""
    found = {}
    for file in _records(places):
        with suppress(files.Misread, StorageFailed):
            read = files.read(file, AgentRecord)
            if read:
                found[read[0].agent] = read[0]
    return found


def sequence(places: Places) -> Sequence:
    """Where the sequence stands; at its beginning when nothing can be read."""
    with suppress(files.Misread, StorageFailed):
        read = files.read(AgentPlaces.of(places).index, Sequence)
        if read:
            return read[0]
    return Sequence()


def _records(places: Places) -> list[Path]:
    with suppress(OSError):
        return [one / RECORD for one in sorted(AgentPlaces.of(places).agents.iterdir()) if one.is_dir()]
    return []
