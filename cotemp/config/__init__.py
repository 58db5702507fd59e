"""The settings: `agents.toml` of this machine (or a trusted one) as frozen values, every mistake located.

Where there is no such file, the defaults are given without reading or importing anything for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .home import named_home
    from .narrowing import Narrowing, narrow
    from .reading import in_force, load
    from .settings import (
        AgentConfig,
        BackendConfig,
        CheckConfig,
        Config,
        EngineConfig,
        Handoff,
        Phase,
        SessionConfig,
        SupervisorConfig,
        Wake,
    )
    from .trusted import is_trusted, trust

__all__ = [
    "AgentConfig",
    "BackendConfig",
    "CheckConfig",
    "Config",
    "EngineConfig",
    "Handoff",
    "Narrowing",
    "Phase",
    "SessionConfig",
    "SupervisorConfig",
    "Wake",
    "find_home",
    "in_force",
    "is_trusted",
    "load",
    "named_home",
    "narrow",
    "trust",
]

_ROOMS = {
    "home": ("named_home",),
    "narrowing": ("Narrowing", "narrow"),
    "reading": ("in_force", "load"),
    "settings": (
        "AgentConfig",
        "BackendConfig",
        "CheckConfig",
        "Config",
        "EngineConfig",
        "Handoff",
        "Phase",
        "SessionConfig",
        "SupervisorConfig",
        "Wake",
    ),
    "trusted": ("is_trusted", "trust"),
}


def __getattr__(name: str) -> Any:
    """Import a part when it is first asked for: `find_home` is on the path of every command."""
    import importlib

    for room, names in _ROOMS.items():
        if name in names:
            return getattr(importlib.import_module(f".{room}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def find_home(flag: str | None, env: Mapping[str, str], config: Path) -> Path:
    """The home: `flag`, else `COTEMP_HOME`, else `home` of the file `config`, else the default.

    Raises BadConfig when the file has to be asked and cannot be read, or is a stranger's.
    """
    named = flag or env.get("COTEMP_HOME")
    if named:
        return Path(named).expanduser()
    from ..places import default_home
    from .home import home_in  # start-up: nothing of this when the home is named

    return home_in(config) or default_home()
