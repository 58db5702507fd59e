"""Reading an old world: which folders it has, and what stands in its files. Nothing is changed, nothing is run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..model import World
from .dotfiles import read_dotfiles
from .folders import Folders, find
from .found import Found
from .launchers import read_launchers
from .old_config import read_config
from .state import read_state
from .tmux import running_sessions

__all__ = ["Folders", "find", "look"]


def look(named: Path, env: Mapping[str, str]) -> World:
    """The world in and near the folder `named`; `env` says where tmux is. Raises NotFound, BadUsage."""
    folders = find(named)
    found = Found(folders.root)
    if folders.plans:
        read_config(found, folders.plans / "agents.toml")
    if folders.logs:
        read_dotfiles(found, folders.logs)
    for folder in folders.states:
        read_state(found, folder, _phase_ids(found))
    running = running_sessions(env)
    return World(
        named=named,
        root=folders.root,
        logs=folders.logs,
        plans=folders.plans,
        name=folders.name,
        files=tuple(found.files),
        models=found.models,
        backends=found.backends,
        phases=found.phases,
        index=found.index,
        state_index=found.state_index,
        complete=found.complete,
        resume=tuple(found.resume),
        limits=tuple(found.limits),
        launchers=read_launchers(folders.plans, folders.root),
        config=found.config,
        running=running or (),
        not_understood=tuple(found.not_understood),
    )


def _phase_ids(found: Found) -> list[str]:
    newer = found.config.phases if found.config else ()
    return [one.id for one in (*newer, *found.phases) if one.id]
