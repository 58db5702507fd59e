"""What opencode answers on loopback: `/session/status`, `/permission`, `/session` of the server beside its screen."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException
from typing import Any

from ..agents.states import LimitSeen, State
from .ladder import Standing
from .limits import moment
from .subject import Claim, Subject, first_line

__all__ = ["Answers", "claim", "gather", "read"]

SOURCE = "opencode-api"
PATIENCE = 0.3
"""Seconds for all questions together."""
MOST = 2 * 1024 * 1024

_BUSY, _IDLE = frozenset({State.BUSY}), frozenset({State.IDLE})


@dataclass(frozen=True, slots=True)
class Answers:
    """What it answered, by path: each is whatever JSON came; a path without an answer is left out."""

    status: Mapping[str, Any]
    permissions: list[Any]
    sessions: list[Any]


def claim(subject: Subject, standing: Standing, now: datetime) -> Claim | None:
    """What the program says of itself, when it serves its API."""
    answers = gather(subject.port, subject.session_id) if subject.port else None
    return read(answers, subject, standing.since, now) if answers else None


def gather(port: int, session_id: str | None) -> Answers | None:
    """Ask on loopback; None when the states are not answered in time. The list of conversations, which may be long, is
    asked for only when it is needed: to find this one, or to tell whether another one is below it."""
    status: Any = None
    permissions: Any = []
    sessions: Any = []
    deadline = time.monotonic() + PATIENCE
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    with suppress(OSError, HTTPException, ValueError, RecursionError):
        status = _asked(connection, "/session/status", deadline)
        permissions = _asked(connection, "/permission", deadline)
        if session_id is None or _mentions_others(status, permissions, session_id):
            sessions = _asked(connection, "/session", deadline)
    connection.close()
    if not isinstance(status, dict):
        return None
    return Answers(
        status, permissions if isinstance(permissions, list) else [], sessions if isinstance(sessions, list) else []
    )


def _mentions_others(status: Any, permissions: Any, session_id: str) -> bool:
    asking = [one.get("sessionID") for one in permissions or () if isinstance(one, dict)]
    return any(sid != session_id for sid in (*(status or ()), *asking))


def _asked(connection: HTTPConnection, path: str, deadline: float) -> Any:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    connection.timeout = left
    if connection.sock is not None:
        connection.sock.settimeout(left)
    connection.request("GET", path, headers={"Accept": "application/json"})
    answer = connection.getresponse()
    body = answer.read(MOST)
    return json.loads(body) if answer.status == 200 else None


def read(answers: Answers, subject: Subject, since: datetime | None, now: datetime) -> Claim:
    """The state of the conversation on the screen, with the sessions below it (subagents)."""
    root = _root(answers, subject, since)
    others = _strangers(answers, root)
    asked = [one for one in answers.permissions if isinstance(one, dict) and one.get("sessionID") not in others]
    doing = [one for sid, one in answers.status.items() if isinstance(one, dict) and sid not in others]
    if asked:
        quote = f"asks for permission: {asked[0].get('permission', '')}"
        return Claim(source=SOURCE, at=now, quote=quote, state=State.BLOCKED, refines=_BUSY, session_id=root)
    if retry := next((one for one in doing if one.get("type") == "retry"), None):
        return _retrying(retry, root, now)
    if doing:
        quote = f"session status: {first_line(str(doing[0].get('type', '')))}"
        return Claim(source=SOURCE, at=now, quote=quote, state=State.BUSY, session_id=root)
    return Claim(source=SOURCE, at=now, quote="no session is busy", state=State.IDLE, exact=True, session_id=root)


def _retrying(retry: Mapping[str, Any], root: str | None, now: datetime) -> Claim:
    quote = first_line(f"retry: {retry.get('message', '')}")
    limit = LimitSeen(moment(retry.get("next")), quote, resumes_itself=True)
    refines = _BUSY | _IDLE
    return Claim(source=SOURCE, at=now, quote=quote, state=State.LIMITED, refines=refines, limit=limit, session_id=root)


def _root(answers: Answers, subject: Subject, since: datetime | None) -> str | None:
    """The conversation on the screen: the known one while it exists, else the only one of this run and folder."""
    roots = {str(one.get("id")): one for one in answers.sessions if isinstance(one, dict) and not one.get("parentID")}
    if subject.session_id and (subject.session_id in roots or not answers.sessions):
        return subject.session_id
    ours = [sid for sid, one in roots.items() if _is_of_this_run(one, subject, since)]
    return ours[0] if len(ours) == 1 else None


def _is_of_this_run(one: Mapping[str, Any], subject: Subject, since: datetime | None) -> bool:
    times = one.get("time")
    began = moment(times.get("created")) if isinstance(times, dict) else None
    here = subject.workdir is None or one.get("directory") == str(subject.workdir)
    return here and since is not None and began is not None and began >= since - timedelta(seconds=2)


def _strangers(answers: Answers, root: str | None) -> frozenset[str]:
    """The sessions that are known to be neither the conversation nor below it; none when it is not known itself."""
    if root is None:
        return frozenset()
    family, before = {root}, 0
    parents = {str(one.get("id")): one.get("parentID") for one in answers.sessions if isinstance(one, dict)}
    while len(family) > before:
        before = len(family)
        family |= {sid for sid, parent in parents.items() if parent in family}
    return frozenset(parents) - family
