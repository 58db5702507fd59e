"""Which home a call means: found once, and found anew when what it depends on has changed.

Asking platformdirs, the settings and the file system each time takes as long as sending a note.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from ..places import Places, classic_home, own_config_file

__all__ = ["Homes"]

_Identity = tuple[int, ...]


class _Known(NamedTuple):
    depends: tuple[str, ...]
    identities: tuple[_Identity, ...]
    places: Places


class Homes:
    """The homes that were found so far."""

    def __init__(self) -> None:
        self._known: dict[tuple[str | None, str | None], _Known] = {}

    @cached_property
    def _own_config(self) -> Path:
        return own_config_file()

    def config(self, env: Mapping[str, str]) -> Path:
        """The `agents.toml` to read, whether it exists or not."""
        named = env.get("COTEMP_CONFIG")
        return Path(named) if named else self._own_config

    def places(self, env: Mapping[str, str]) -> Places:
        """The home, and this machine's state for it. Raises BadConfig."""
        key = env.get("COTEMP_HOME"), env.get("COTEMP_CONFIG")
        known = self._known.get(key)
        if known is None or known.identities != _identities(known.depends):
            known = self._known[key] = _found(env, self.config(env))
        return known.places


def _found(env: Mapping[str, str], config: Path) -> _Known:
    from ..config import find_home

    home = find_home(None, env, config)
    depends = (str(home),) if env.get("COTEMP_HOME") else (str(home), str(config), str(classic_home()))
    identities = _identities(depends)  # before the home is looked at: what changes meanwhile is looked at again
    return _Known(depends, identities, Places.at(home))


def _identities(paths: tuple[str, ...]) -> tuple[_Identity, ...]:
    return tuple(map(_identity, paths))


def _identity(path: str) -> _Identity:
    """What changes when `path` is, or leads to, something else; of a file also when it is written."""
    try:
        found = os.stat(path)
    except OSError:
        return ()
    written = () if stat.S_ISDIR(found.st_mode) else (found.st_size, found.st_mtime_ns)
    return (found.st_dev, found.st_ino, *written)
