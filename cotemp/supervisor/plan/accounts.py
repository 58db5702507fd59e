"""Which program an agent is, and whose usage limits it shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...agents import backends
from ...errors import BadConfig
from .model import World

if TYPE_CHECKING:
    from ...agents.backends import Backend

__all__ = ["account_of", "backend_of", "settings_backend"]


def backend_of(world: World, name: str) -> Backend | None:
    """The program that an agent runs, or ran last; that of its settings when it never ran. None for one that the
    settings do not know any more."""
    try:
        return backends.backend_of(world.config, _backend_name(world, name))
    except BadConfig:
        return None


def account_of(world: World, name: str) -> str:
    """The account of that program."""
    backend = backend_of(world, name)
    return (backend.account or backend.name) if backend else _backend_name(world, name)


def settings_backend(world: World, name: str, phase: str | None) -> str:
    """The name of the program that an agent would be started as in `phase`; "" for one that has none."""
    settings = world.config.agents.get(name)
    theirs = next((one.backends for one in world.config.phases if one.id == phase), {})
    return theirs.get(name) or (settings.backend if settings else None) or ""


def _backend_name(world: World, name: str) -> str:
    launched, settings = world.agents[name].record.launched, world.config.agents.get(name)
    ran = launched.parts.get("backend") if launched else None
    return ran or (settings.backend if settings else None) or ""
