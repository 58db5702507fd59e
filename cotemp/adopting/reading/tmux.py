"""Which tmux sessions run on the user's own server; it is only looked at."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from ...asking import NoAnswer, ask
from ..model import RunningSession

__all__ = ["running_sessions"]

_PATIENCE = 4.0
_MOST = 1024 * 1024
_SESSIONS = "#{session_id}|#{socket_path}|#{session_name}"
_PANES = "#{session_id}|#{pane_pid}|#{pane_dead}|#{session_path}"
"""What is anybody's words stands last, and the two of them apart: neither can pass for another field."""


def running_sessions(env: Mapping[str, str]) -> tuple[RunningSession, ...] | None:
    """The sessions with a living pane; None when tmux is not installed. Nothing where no server runs, or answers."""
    if shutil.which("tmux", path=env.get("PATH")) is None:
        return None
    names = {row[0]: row[1:] for row in _rows(["list-sessions", "-F", _SESSIONS], 3, env)}
    panes: dict[str, list[list[str]]] = {}
    for row in _rows(["list-panes", "-a", "-F", _PANES], 4, env):
        panes.setdefault(row[0], []).append(row)
    found = []
    for sid, (server, name) in names.items():
        alive = [row for row in panes.get(sid, ()) if row[2] == "0" and row[1].isdigit()]
        if alive:
            found.append(RunningSession(server, name, int(alive[0][1]), Path(alive[0][3]), len(alive)))
    return tuple(found)


def _rows(argv: list[str], fields: int, env: Mapping[str, str]) -> list[list[str]]:
    try:
        said = ask(["tmux", *argv], env, most=_MOST, patience=_PATIENCE)
    except (NoAnswer, OSError):
        return []
    if said.code != 0:
        return []
    rows = [line.split("|", fields - 1) for line in said.out.decode("utf-8", "replace").splitlines()]
    return [row for row in rows if len(row) == fields]
