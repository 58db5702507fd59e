"""What Codex writes of a conversation: the rollout (`sessions/<year>/<month>/<day>/rollout-<time>-<id>.jsonl`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..agents.states import LimitSeen, State
from .jsonl import backwards, first_record
from .ladder import Standing
from .limits import moment, reset_of
from .subject import Claim, Subject, first_line

__all__ = ["claim", "gather", "read"]

SOURCE = "codex-rollout"
DAYS = 3
"""Folders of days, newest first, in which a conversation of this process is looked for."""
FILES = 40
ENOUGH = 400
"""Records from the end among which the last that tells a state is looked for."""
BUSY_FOR = timedelta(minutes=20)
"""A turn of which nothing was heard for so long may have died with its program."""

_STATES = {
    "task_started": State.BUSY,
    "turn_started": State.BUSY,
    "task_complete": State.IDLE,
    "turn_complete": State.IDLE,
    "turn_aborted": State.IDLE,
}
_ASKS = re.compile(r"approval_request$|request_user_input$|elicitation_request$")
_LIMIT = re.compile(r"hit your usage limit|usage_limit|429 Too Many Requests|rate limit", re.IGNORECASE)
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def claim(subject: Subject, standing: Standing, now: datetime) -> Claim | None:
    """What the rollout of this agent's conversation says now."""
    path = gather(subject, standing)
    if path is None:
        return None
    try:
        found = path.stat()
    except OSError:
        return None
    return read(_ending(path, found.st_mtime_ns, found.st_size), _id_of(path), standing.since, now)


def gather(subject: Subject, standing: Standing) -> Path | None:
    """The rollout of the conversation that is known, else the only one that began in the agent's folder since its
    program started; None when there are several."""
    files = _files(subject.env)
    if subject.session_id:
        return next((one for one in files if one.stem.endswith(subject.session_id)), None)
    if subject.workdir is None or standing.since is None:
        return None
    ours = [one for one in files if _began(one, str(subject.workdir), standing.since)]
    return ours[0] if len(ours) == 1 else None


def _files(env: Mapping[str, str]) -> list[Path]:
    """The rollouts of the last days, newest first."""
    home = env.get("CODEX_HOME") or (f"{env['HOME']}/.codex" if env.get("HOME") else None)
    if not home:
        return []
    try:
        days = sorted(Path(home, "sessions").glob("[0-9]*/[0-9]*/[0-9]*"), reverse=True)
        files = [one for day in days[:DAYS] for one in day.glob("rollout-*.jsonl")]
    except OSError:
        return []
    return sorted(files, key=lambda one: one.name, reverse=True)[:FILES]


@lru_cache(512)
def _meta(path: Path) -> tuple[str, datetime | None, bool]:
    """Folder, beginning, and whether it is of a subagent: what the first record says, which never changes."""
    payload = (first_record(path) or {}).get("payload")
    told = payload if isinstance(payload, dict) else {}
    is_sub = told.get("thread_source") == "subagent" or isinstance(told.get("source"), dict)
    return str(told.get("cwd", "")), moment(told.get("timestamp")), is_sub


def _began(path: Path, workdir: str, since: datetime) -> bool:
    cwd, began, is_sub = _meta(path)
    return cwd == workdir and not is_sub and began is not None and began >= since - timedelta(seconds=5)


def _id_of(path: Path) -> str | None:
    found = _ID.search(path.stem)
    return found[0] if found else None


@lru_cache(256)
def _ending(path: Path, _changed: int, _size: int) -> tuple[Mapping[str, Any], ...]:
    """The last event that tells a state and the last count of tokens, read once for each change of the file."""
    state: Mapping[str, Any] | None = None
    count: Mapping[str, Any] | None = None
    for number, record in enumerate(backwards(path)):
        payload = record.get("payload")
        if number >= ENOUGH or (state and count):
            break
        if record.get("type") == "event_msg" and isinstance(payload, dict):
            kind = str(payload.get("type"))
            state = state or (record if kind in _STATES or kind.endswith("error") or _ASKS.search(kind) else None)
            count = count or (record if kind == "token_count" else None)
    return tuple(one for one in (state, count) if one)


def read(records: Iterable[Mapping[str, Any]], session_id: str | None, since: datetime | None, now: datetime) -> Claim:
    """What events say; `since` is the start of the program: what an earlier one wrote tells no state."""
    told = {str(one["payload"].get("type")): one for one in records}
    context = _context(told.pop("token_count", None))
    kind, event = next(iter(told.items()), ("", {}))
    at = moment(event.get("timestamp")) or now
    nothing = Claim(source=SOURCE, at=now, quote="no event", session_id=session_id, context_pct=context)
    if not kind or (since and at < since):
        return nothing
    payload = event["payload"]
    if limit := _limited(payload, at, now):
        return _made(nothing, State.LIMITED, at, limit.quote, limit=limit)
    if _ASKS.search(kind):
        return _made(nothing, State.BLOCKED, at, kind)
    state = _STATES.get(kind, State.IDLE)
    return nothing if state == State.BUSY and now - at > BUSY_FOR else _made(nothing, state, at, kind)


def _made(base: Claim, state: State, at: datetime, quote: str, limit: LimitSeen | None = None) -> Claim:
    refines = {State.BLOCKED: {State.BUSY}, State.LIMITED: {State.IDLE}}.get(state, set())
    return Claim(
        source=SOURCE,
        at=at,
        quote=quote,
        state=state,
        refines=frozenset(refines),
        limit=limit,
        session_id=base.session_id,
        context_pct=base.context_pct,
    )


def _limited(payload: Mapping[str, Any], at: datetime, now: datetime) -> LimitSeen | None:
    """The limit that a turn ended with, if it did and is not over."""
    error = payload.get("error")
    told = error if isinstance(error, dict) else payload
    text = first_line(f"{told.get('message') or ''} {told.get('codex_error_info') or ''}")
    if not _LIMIT.search(text) or str(payload.get("type")) == "task_started":
        return None
    until = moment(told.get("resets_at")) or reset_of(text, at, fresh=True)
    return None if until and until <= now else LimitSeen(until, first_line(str(told.get("message") or text)))


def _context(record: Mapping[str, Any] | None) -> int | None:
    """How full the context was at the last count, in per cent."""
    info = record["payload"].get("info") if record else None
    if not isinstance(info, dict) or not isinstance(info.get("last_token_usage"), dict):
        return None
    used, window = info["last_token_usage"].get("total_tokens"), info.get("model_context_window")
    if not isinstance(used, int) or not isinstance(window, int) or window <= 0:
        return None
    return min(max(round(100 * used / window), 0), 100)
