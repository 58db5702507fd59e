"""`sessions/<pid>.json`: what a running Claude Code writes down whenever its state changes.

Nobody documents it; seen since 2.1.139. The pid is the key: the session id changes on /resume and /clear. It is
removed on a clean exit, so a file may be of a process that crashed, and its pid may have been given away since.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from ...agents.states import State
from ..jsonl import whole
from ..ladder import Standing, start_token
from ..limits import moment
from ..subject import Claim, Subject

__all__ = ["claim", "config_dir", "gather", "read"]

SOURCE = "claude-session-file"
_STATES = {"busy": State.BUSY, "idle": State.IDLE, "waiting": State.BLOCKED, "shell": State.BUSY}
_REFINES = {
    "waiting": frozenset({State.BUSY, State.IDLE}),
    "shell": frozenset({State.IDLE}),  # the turn is over, a shell of it still runs
}


def config_dir(env: Mapping[str, str]) -> Path | None:
    """Where Claude Code with this environment keeps its files."""
    if named := env.get("CLAUDE_CONFIG_DIR"):
        return Path(named)
    home = env.get("HOME") or env.get("USERPROFILE")
    return Path(home) / ".claude" if home else None


def claim(subject: Subject, standing: Standing, now: datetime) -> Claim | None:
    """What the session file says, if there is one of this very process."""
    found = gather(subject, standing)
    return read(found, now) if found else None


def gather(subject: Subject, standing: Standing) -> dict[str, Any] | None:
    """The session file of the program, or of one of the processes below it that carries its name."""
    folder = config_dir(subject.env)
    if folder is None:
        return None
    for pid in _pids(subject, standing):
        found = whole(folder / "sessions" / f"{pid}.json")
        if found and found.get("pid", pid) == pid and _same(found.get("procStart"), pid):
            return found
    return None


def _pids(subject: Subject, standing: Standing) -> Iterable[int]:
    known = (subject.pid, *standing.pids, subject.pane.pid if subject.pane else None)
    return dict.fromkeys(pid for pid in known if pid)


def _same(told: object, pid: int) -> bool:
    """Whether the file is of this process, and not of an earlier one that had its pid."""
    token = start_token(pid)
    return token is None or not isinstance(told, str | int) or str(told) == token


def read(found: Mapping[str, Any], now: datetime) -> Claim | None:
    """What a session file says. Old ones have no status: those tell the session id only."""
    status = found.get("status")
    state = _STATES.get(status) if isinstance(status, str) else None
    at = moment(found.get("statusUpdatedAt")) or moment(found.get("updatedAt")) or now
    session_id = found.get("sessionId")
    return Claim(
        source=SOURCE,
        at=min(at, now),
        quote=_quote(found) if state else "it has no status",
        state=state,
        refines=_REFINES.get(str(status), frozenset()),
        session_id=session_id if isinstance(session_id, str) else None,
    )


def _quote(found: Mapping[str, Any]) -> str:
    waiting = found.get("waitingFor")
    return f"status={found['status']}" + (f", waitingFor={waiting}" if isinstance(waiting, str) else "")
