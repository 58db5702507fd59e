"""The agents: what the supervisor wrote down of them, and what still holds of it when no supervisor runs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from ..agents.places import AgentPlaces
from ..agents.seen import read_seen
from ..display import display_line
from ..places import Places
from ..store.identity import Life, ProcessId, life
from .model import AgentStatus, CheckStatus, Evidence, Next, PhaseStatus
from .presence import Claims
from .settings import Settings

__all__ = ["Agents", "agents_of"]

_LASTING = ("stopped", "quarantined", "done")
"""States that need nobody who looks to be true."""
_RECORD = "record"
"""The source of what is known of an agent that nobody looks at."""


class Agents(NamedTuple):
    """All that `status` tells of agents."""

    rows: tuple[AgentStatus, ...] = ()
    phase: PhaseStatus | None = None
    checks: tuple[CheckStatus, ...] = ()
    attention: Sequence[str] = ()


def agents_of(places: Places, settings: Settings, claims: Claims, now: datetime) -> Agents:
    """The agents of the settings, and those that were seen running."""
    seen = _seen(places, now)
    is_watched = claims.daemon is not None
    declared = {str(name): (str(kind), backend, model) for name, kind, backend, model in settings.agents}
    rows = tuple(
        _row(name, declared.get(name), seen.get(name), is_watched=is_watched)
        for name in (*declared, *sorted(seen.keys() - declared.keys()))
    )
    phase = _phase(places, settings)
    checks = tuple(_checks(places, settings))
    attention = [*_about_nobody(rows, is_watched=is_watched), *_attention(places, rows, phase, checks)]
    return Agents(rows, phase, checks, attention)


def _seen(places: Places, now: datetime) -> Mapping[str, dict[str, Any]]:
    """What the supervisor wrote down last, by agent."""
    return {row["agent"]: dict(row) for row in read_seen(places, now)}


def _row(
    name: str, declared: tuple[str, str | None, str | None] | None, seen: dict[str, Any] | None, *, is_watched: bool
) -> AgentStatus:
    kind, backend, model = declared or ("", None, None)
    if seen is None:
        evidence = Evidence("settings", None, "it was never started")
        return AgentStatus(name, kind, "stopped", None, None, backend, model, None, evidence, None, None, "")
    if not is_watched and seen["state"] not in _LASTING:
        seen = _unwatched(seen)
    following = seen.get("next")
    return AgentStatus(
        agent=name,
        kind=seen.get("kind") or kind,
        state=seen["state"],
        since=seen.get("since"),
        phase=seen.get("phase"),
        backend=seen.get("backend") or backend,
        model=seen.get("model") or model,
        context_pct=seen.get("context_pct"),
        evidence=_evidence(seen.get("evidence") or {}),
        limited_until=seen.get("limited_until"),
        next=Next(following["action"], following.get("at"), following["why"]) if following else None,
        remark=seen.get("remark") or "",
        host=seen.get("host"),
    )


def _unwatched(seen: dict[str, Any]) -> dict[str, Any]:
    """What can be said of an agent that nobody watches: that its process is gone, or that nobody knows."""
    process: dict[str, Any] = seen.get("process") or {}
    dead = bool(process) and life(ProcessId(**process)) is Life.DEAD
    quote = "its process is gone" if dead else f"nobody watches it; it was {seen['state']} when somebody did"
    evidence = {**(seen.get("evidence") or {}), "source": "process" if dead else _RECORD, "quote": quote}
    return seen | {"state": "dead" if dead else "unknown", "since": seen["at"], "evidence": evidence, "next": None}


def _evidence(found: Mapping[str, Any]) -> Evidence:
    age = found.get("age_s")
    quote = display_line(found.get("quote") or "")
    return Evidence(found.get("source") or "nothing", None if age is None else int(age), quote)


# --- the sequence and the checks ---


def _phase(places: Places, settings: Settings) -> PhaseStatus | None:
    """The current phase, by the file that the supervisor keeps; the first one where nothing has begun."""
    kept = _json(AgentPlaces.of(places).index)
    added = [(one["id"], one["plan"], one["status"]) for one in kept.get("added", ()) if isinstance(one, dict)]
    declared = {phase[0] for phase in settings.phases}
    phases = [*map(tuple, settings.phases), *(phase for phase in added if phase[0] not in declared)]
    if not phases:
        return None
    ids = [phase[0] for phase in phases]
    current = kept.get("phase") or ids[0]
    index = ids.index(current) if current in ids else kept.get("index", 0)
    _, plan, status = phases[index] if current in ids else (current, "", "")
    complete = bool(kept.get("complete"))
    return PhaseStatus(current, index, len(phases), plan, status, kept.get("since"), complete)


def _checks(places: Places, settings: Settings) -> Iterator[CheckStatus]:
    found = {
        one.get("name"): one for one in _json(AgentPlaces.of(places).checks).get("checks", ()) if isinstance(one, dict)
    }
    for name, is_shown in settings.checks:
        one = found.get(name)
        if one is None:
            yield CheckStatus(name, None, None, "not run yet")
        elif is_shown or not one.get("ok"):
            yield CheckStatus(name, bool(one.get("ok")), one.get("at"), display_line(one.get("text") or ""))


def _json(path: Any) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


# --- what needs a human ---

_SENTENCES = {
    "blocked": "{0} asks a human: cotemp attach {0}",
    "quarantined": "{0} is left alone after too many restarts: cotemp why {0}, then cotemp resume {0}",
    "unknown": "nobody knows what {0} does: cotemp why {0}",
}


def _about_nobody(rows: Sequence[AgentStatus], *, is_watched: bool) -> Iterator[str]:
    alone = [] if is_watched else [row.agent for row in rows if row.state in ("unknown", "dead")]
    if alone:
        yield f"nobody watches {', '.join(alone)}: the daemon is stopped: cotemp up"


def _attention(
    places: Places, rows: Sequence[AgentStatus], phase: PhaseStatus | None, checks: Sequence[CheckStatus]
) -> Iterator[str]:
    if places.is_stopped():
        yield f"everything is stopped by the file {places.stop}: cotemp resume"
    for row in rows:
        if row.state in _SENTENCES and row.evidence.source != _RECORD:
            yield _SENTENCES[row.state].format(row.agent)
        if row.remark:
            yield f"{row.agent}: {display_line(row.remark)}"
    for check in checks:
        if check.ok is False:
            yield f"the check {check.name} fails: {check.text}"
    if phase and not phase.plan:
        yield f"the current phase {display_line(phase.id)} is not in the settings any more: cotemp phase set"
