"""What the settings say that status has to know; validated by the config room once, then remembered."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from ..errors import CotempError
from ..names import DO_EXTENSIONS
from ..places import Places, own_config_file
from .index import Index, mark

__all__ = ["Settings", "read_settings"]


class Settings(NamedTuple):
    """`files`: where they stand, the one that counts first. Session ids are case-folded.

    `watched` are the sessions that the settings name to be watched, `extensions` those of DOs.
    `agents` are name, kind, backend and model of each, `phases` id, plan and status file, `checks` name and whether it
    is shown while it is well. `problem`: why the settings cannot be used, and what to do.
    """

    files: Sequence[str]
    names: Mapping[str, str] = MappingProxyType({})
    watched: Sequence[str] = ()
    extensions: Sequence[str] = DO_EXTENSIONS
    has_engines: bool = False
    problem: str | None = None
    agents: Sequence[Sequence[str | None]] = ()
    phases: Sequence[Sequence[str]] = ()
    checks: Sequence[tuple[str, bool]] = ()


def read_settings(places: Places, config: Path, index: Index) -> Settings:
    """The settings in the file `config`; the defaults when there is none, or none that can be used."""
    files = [os.path.realpath(file) for file in (config, own_config_file())]
    if not any(map(os.path.lexists, files)):
        return Settings(files)
    at = mark(*files, str(places.trusted))
    return Settings(*index.told("settings", str(config), at, lambda: _read(places, config, files)))


def _read(places: Places, config: Path, files: Sequence[str]) -> Settings:
    from ..config import in_force  # 60 ms of pydantic: only when a file changed

    try:
        found = in_force(places, config)
    except CotempError as error:
        return Settings(files, {}, problem=_in_a_line(error))
    folded = {sid.casefold(): one for sid, one in found.sessions.items()}
    extensions = {engine.extension for engine in found.engines.values() if engine.extension}
    return Settings(
        files,
        names={sid: one.name for sid, one in folded.items() if one.name},
        watched=[sid for sid, one in folded.items() if one.watch],
        extensions=sorted({*DO_EXTENSIONS, *extensions}),
        has_engines=bool(found.engines),
        agents=[(name, one.kind, one.backend, one.model) for name, one in found.agents.items()],
        phases=[(one.id, one.plan, one.status_file) for one in found.phases],
        checks=[(name, one.shown) for name, one in found.checks.items()],
    )


def _in_a_line(error: CotempError) -> str:
    """What is wrong, and what to do; several mistakes take as many lines, for which status has no room."""
    first, _, more = error.what.partition("\n")
    return f"{first.rstrip(':')}: cotemp doctor" if more else f"{error.what}: {error.fix}"
