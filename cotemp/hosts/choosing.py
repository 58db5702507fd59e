"""Which host there is: tmux where it is installed, else terminals of our own."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from typing import Literal

from ..errors import BadUsage
from ..places import Places
from .host import Host, Taken

__all__ = ["choose", "default_host"]


def default_host() -> Literal["tmux", "pty"]:
    """What is taken when nobody says: `tmux` where it is installed, else `pty`."""
    return "tmux" if shutil.which("tmux") else "pty"


def choose(name: str | None, places: Places, taken: Mapping[str, Taken] | None = None) -> Host:
    """The host of that name, for one home; `taken` are agents in tmux sessions that somebody else started.

    Raises ToolMissing when tmux is wanted and not there, BadUsage for a name that is none.
    """
    name = name or default_host()
    if name == "tmux":
        from .tmux import TmuxHost

        return TmuxHost(places, taken)
    if name == "pty":
        from .pty import PtyHost

        return PtyHost(places)
    raise BadUsage(f"there is no host {name!r}", 'write host = "tmux" or host = "pty"')
