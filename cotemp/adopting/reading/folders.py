"""Where an old world lies: the folder that was named, and the few places near it where launchers keep their things."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ...errors import BadUsage, NotFound

__all__ = ["DOTFILES", "LAUNCHERS", "Folders", "find"]

DOTFILES = (".loop-", ".orch-", ".phases-spec", ".phase-idx", ".limited-")
"""How the names of the old world's files begin; those of session ids end alike instead."""
LAUNCHERS = (
    "launch.py",
    "launch.sh",
    "launch-orchestrator.py",
    "launch-orchestrator.sh",
    "launch-assistant.py",
    "launch-upgrader.py",
    "launch-report.py",
    "agents.py",
)

_ENDINGS = ("-logs", "-plan", "-plans")


@dataclass(frozen=True, slots=True)
class Folders:
    """`root` holds the others; `logs` has the dotfiles, `plans` the launchers (None: there is no such folder).
    `name` is what the world is called, as in `.NAME-logs`; empty when nothing tells."""

    root: Path
    logs: Path | None
    plans: Path | None
    name: str

    @property
    def states(self) -> list[Path]:
        """Where the newer driver may keep its state."""
        near = [self.logs, self.plans, self.root]
        found = dict.fromkeys(folder / "state" for folder in near if folder)
        return [folder for folder in found if folder.is_dir() and not folder.is_symlink()]


def find(named: Path) -> Folders:
    """The folders of the world that `named` is, or is a part of. Raises NotFound, BadUsage."""
    if not named.exists():
        raise NotFound(f"there is no folder {named}", "name the folder with the dotfiles, its parent, or the plans")
    folder = Path(os.path.realpath(named))
    if not folder.is_dir():
        raise BadUsage(f"{named} is no folder", "name the folder in which it lies")
    near = [folder, *_children(folder), *_beside(folder)]
    logs, plans = _first(near, has_dotfiles), _first(near, has_launchers)
    parts = [part for part in (logs, plans) if part]
    root = folder if not parts else _root(folder, parts)
    return Folders(root, logs, plans, _name(logs, plans))


def has_dotfiles(folder: Path) -> bool:
    """Whether a launcher keeps its files here."""
    names = _names(folder)
    old = any(name.startswith(DOTFILES) or _is_session_id(name) for name in names)
    return old or ("state" in names and any(_is_state(name) for name in _names(folder / "state")))


def has_launchers(folder: Path) -> bool:
    """Whether launchers, or the plans and prompts of a world, are here."""
    names = _names(folder)
    launchers = any(name in names or f"{name}.orig" in names for name in LAUNCHERS)
    return launchers or "agents.toml" in names or {"plan.md", "prompts"} <= names


def _is_session_id(name: str) -> bool:
    return name.startswith(".") and name.endswith("-session-id")


def _is_state(name: str) -> bool:
    return name == "phase-idx" or name.endswith(".id") or name.startswith("limited-")


def _names(folder: Path) -> set[str]:
    try:
        return set(os.listdir(folder))
    except OSError:
        return set()


def _children(folder: Path) -> list[Path]:
    """The folders in `folder` that are called as logs and plans are."""
    wanted = (name for name in sorted(_names(folder)) if name.endswith(_ENDINGS))
    return [folder / name for name in wanted if _is_folder(folder / name)]


def _beside(folder: Path) -> list[Path]:
    """The other folders of the world that `folder` is a part of, by its name."""
    name = _name(folder)
    return [other for other in _children(folder.parent) if name and other != folder and _name(other) == name]


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _first(folders: list[Path], fits: Callable[[Path], bool]) -> Path | None:
    return next(filter(fits, folders), None)


def _root(named: Path, parts: list[Path]) -> Path:
    """What holds the parts: the folder that was named, unless that is a part called as one."""
    inner = [part for part in parts if _name(part)]
    return inner[0].parent if inner else named


def _name(*folders: Path | None) -> str:
    """What the world is called of which these are parts; empty when their names do not tell."""
    return next(_stems(folder.name for folder in folders if folder), "")


def _stems(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        ending = next((one for one in _ENDINGS if name.endswith(one)), None)
        stem = name.removesuffix(ending).lstrip(".") if ending else ""
        if stem:
            yield stem
