"""What must agree between phases, the handoff and the agents they name; the notifications."""

from __future__ import annotations

from collections.abc import Iterator

from ..mistakes import Mistake
from .agents import backends
from .raw import Raw, Way, items, known, lacks_placeholder, stranger

__all__ = ["RULES"]

_OVERRIDES = ("models", "backends", "prompts")


def _handoffs_reach_agents(raw: Raw) -> Iterator[Mistake]:
    for kind in ("commits", "inboxes"):
        for way, rule in items(raw, "handoff", kind):
            name = rule.get("to")
            if isinstance(name, str):
                yield from _can_be_rung((*way, "to"), name, raw)


def _can_be_rung(way: Way, name: str, raw: Raw) -> Iterator[Mistake]:
    if name not in known(raw, "agents"):
        yield stranger(way, name, "agent", known(raw, "agents"))
    elif _kind(raw, name) == "service":
        yield Mistake(way, f"names the service {name}, which reads nothing", "name an agent of another kind")


def _kind(raw: Raw, name: str) -> object:
    table = raw["agents"][name]
    return table.get("kind") if isinstance(table, dict) else None


def _phases_differ(raw: Raw) -> Iterator[Mistake]:
    seen: set[str] = set()
    for way, phase in items(raw, "phases"):
        name = phase.get("id")
        if isinstance(name, str):
            if name.casefold() in seen:
                yield Mistake((*way, "id"), "is the id of an earlier phase", "remove this phase, or give it its own id")
            seen.add(name.casefold())


def _status_files_differ(raw: Raw) -> Iterator[Mistake]:
    seen: dict[str, object] = {}
    for way, phase in items(raw, "phases"):
        status = str(phase.get("status", f"STATUS-{phase.get('id')}.md"))
        if seen.get(status, phase.get("id")) != phase.get("id"):
            what = f"is the status file of {seen[status]}, which would end both phases at once"
            yield Mistake((*way, "status"), what, "give this phase its own")
        seen[status] = phase.get("id")


def _phases_name_agents(raw: Raw) -> Iterator[Mistake]:
    for way, phase in items(raw, "phases"):
        for key in _OVERRIDES:
            overrides = phase.get(key)
            for name in overrides if isinstance(overrides, dict) else ():
                yield from _follows_phases((*way, key, name), name, raw)


def _follows_phases(way: Way, name: str, raw: Raw) -> Iterator[Mistake]:
    if name not in known(raw, "agents"):
        yield stranger(way, name, "agent", known(raw, "agents"))
        return
    table = raw["agents"][name]
    if isinstance(table, dict) and not table.get("phases", table.get("kind") == "loop"):
        yield Mistake(way, f"changes nothing: {name} follows no phases", f"add phases = true to [agents.{name}]")


def _phases_name_backends(raw: Raw) -> Iterator[Mistake]:
    for way, phase in items(raw, "phases"):
        named = phase.get("backends")
        for agent, backend in named.items() if isinstance(named, dict) else ():
            if isinstance(backend, str) and backend not in backends(raw):
                yield stranger((*way, "backends", agent), backend, "backend", backends(raw))


def _notifications_have_their_text(raw: Raw) -> Iterator[Mistake]:
    supervisor = raw.get("supervisor")
    if isinstance(supervisor, dict):
        yield from lacks_placeholder(("supervisor", "notify"), supervisor.get("notify"), "{text}")


RULES = (
    _handoffs_reach_agents,
    _phases_differ,
    _status_files_differ,
    _phases_name_agents,
    _phases_name_backends,
    _notifications_have_their_text,
)
