"""`verify`: is everything there that `init` makes? The original's Verify-CoAgentSetup."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ..config import Config
from ..places import Places
from .making import FOLDERS, shipped_files
from .powershell import home_scripts, module_folders, python_record

__all__ = ["Part", "parts"]


class Part(NamedTuple):
    """One thing that `init` makes."""

    what: str
    path: Path

    @property
    def is_there(self) -> bool:
        return self.path.exists()


def parts(places: Places, config: Config, file: Path) -> Iterator[Part]:
    """Everything that `init` makes for the sessions that `config`, read from `file`, watches."""
    watched = config.watched()
    yield Part("the home", places.home)
    yield Part("this machine's state", places.state)
    yield Part("the settings", file)
    for name in ("sessions", "panels", *FOLDERS):
        yield Part("folder", places.home / name)
    for sid in watched:
        session = places.session(sid)
        for folder in (session.inbox, session.outbox, session.logs):
            yield Part(f"session {sid}", folder)
    for name in (*(name for name, _ in shipped_files(watched)), *home_scripts()):
        yield Part("file", places.home / name)
    for folder in module_folders():
        yield Part("the PowerShell module", folder / "Cotemp.psd1")
    yield Part("the Python of PowerShell", python_record())
