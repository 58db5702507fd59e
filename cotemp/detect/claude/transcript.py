"""The transcript of a conversation (`projects/<folder>/<session id>.jsonl`): limits, missing models, who spoke last."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from ...agents.states import LimitSeen, Problem, State
from ..jsonl import backwards
from ..limits import moment, reset_of
from ..subject import Claim, Subject, first_line
from .session_file import config_dir

__all__ = ["claim", "gather", "read"]

SOURCE = "claude-transcript"
LIMIT_LASTS = timedelta(hours=5)
"""A limit that does not say when it ends is old news after that."""
FRESH = timedelta(minutes=2)
"""So long the last record says what it does now."""
ENOUGH = 40
"""Records, from the end, among which the last word of the main conversation is looked for."""

_PROBLEMS = {
    "authentication_failed": Problem.LOGIN,
    "oauth_org_not_allowed": Problem.LOGIN,
    "model_not_found": Problem.MODEL,
}
_UNAVAILABLE = re.compile(r"\bmodel\b.{0,80}\b(?:is currently unavailable|not found|does not exist)", re.IGNORECASE)
_LOGIN = re.compile(r"Please run /login|OAuth token has (?:expired|been revoked)|Invalid API key")
_FOLDER = re.compile(r"[^A-Za-z0-9]")


def claim(subject: Subject, session_id: str | None, now: datetime) -> Claim | None:
    """What the transcript of this conversation says now."""
    path = gather(subject, session_id)
    if path is None:
        return None
    try:
        found = path.stat()
    except OSError:
        return None
    return read(_ending(path, found.st_mtime_ns, found.st_size), now)


def gather(subject: Subject, session_id: str | None) -> Path | None:
    """The file of a conversation in the agent's folder; None when either is not known."""
    folder = config_dir(subject.env)
    if folder is None or subject.workdir is None or not session_id or not re.fullmatch(r"[\w-]{1,80}", session_id):
        return None
    return folder / "projects" / _FOLDER.sub("-", str(subject.workdir)) / f"{session_id}.jsonl"


@lru_cache(256)
def _ending(path: Path, _changed: int, _size: int) -> tuple[Mapping[str, Any], ...]:
    """The last records of the main conversation, newest first, as the file is now: read once for each change of it."""
    found: list[Mapping[str, Any]] = []
    for number, record in enumerate(backwards(path)):
        if number >= ENOUGH or len(found) >= 2:
            break
        if not record.get("isSidechain") and record.get("type") in ("user", "assistant", "progress", "result"):
            found.append(record)
    return tuple(found)


def read(records: Iterable[Mapping[str, Any]], now: datetime) -> Claim | None:
    """What the last records say, newest first: only the last one of them counts for the state."""
    last = next(iter(records), None)
    at = moment(last.get("timestamp")) if last else None
    if last is None or at is None or at > now + FRESH:
        return None
    if last.get("isApiErrorMessage"):
        return _failed(last, at, now)
    if now - at > FRESH:
        return None
    state = State.IDLE if _ends_turn(last) else State.BUSY
    return Claim(
        source=SOURCE,
        at=at,
        quote=f"last record: {last.get('type')}",
        state=state,
        weak=True,
    )


def _ends_turn(last: Mapping[str, Any]) -> bool:
    message = last.get("message")
    stop = message.get("stop_reason") if isinstance(message, dict) else None
    return last.get("type") == "result" or (last.get("type") == "assistant" and stop == "end_turn")


def _failed(last: Mapping[str, Any], at: datetime, now: datetime) -> Claim | None:
    """An error of the API that the conversation ended with."""
    text = first_line(_text(last))
    if last.get("apiErrorStatus") == 429 and last.get("error") == "rate_limit":
        return _limited(text, at, now)
    problem = _PROBLEMS.get(str(last.get("error"))) or _problem(text)
    return Claim(source=SOURCE, at=at, quote=text, problem=problem) if problem else None


def _limited(text: str, at: datetime, now: datetime) -> Claim | None:
    until = reset_of(text, at, fresh=True)
    if (until or at + LIMIT_LASTS) <= now:
        return None
    limit = LimitSeen(until, text)
    refines = frozenset({State.IDLE})
    return Claim(source=SOURCE, at=at, quote=text, state=State.LIMITED, refines=refines, limit=limit)


def _problem(text: str) -> Problem | None:
    if _LOGIN.search(text):
        return Problem.LOGIN
    return Problem.MODEL if _UNAVAILABLE.search(text) else None


def _text(record: Mapping[str, Any]) -> str:
    message = record.get("message")
    content = message.get("content") if isinstance(message, dict) else None
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return " ".join(str(part.get("text", "")) for part in parts if isinstance(part, dict))
