"""What is shown of each agent, as a row of `status --json`: the same outlook by which the plan acts."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from operator import is_not

from ...agents.seen import SeenEvidence, SeenNext, SeenProcess, SeenRow
from ...agents.states import Evidence
from ...display import display_line
from ...store.identity import identify
from ...times import utc
from ..plan import limited_until, outlook
from ..plan.model import Agent, Next, World

__all__ = ["Rows", "row_of"]

OFTEN = 5.0
"""Seconds after which all rows are worked out again: time alone may have changed what comes next."""

QUOTE = 200
"""Characters of what an agent's program said."""


class Rows:
    """The rows as they were told last, so that only those are worked out, and told, that may say something new."""

    def __init__(self) -> None:
        self._told: dict[str, object] = {}
        self._from: dict[str, Agent] = {}
        self._shared: tuple[object, ...] = ()
        self._all = float("-inf")

    def changed(self, world: World, names: Iterable[str], now: datetime) -> Iterator[SeenRow]:
        """The rows of `names` that say something else than before, other than how old it is."""
        shared = (world.config, world.sequence, world.limits, world.statuses, world.stopped_all)
        every = time.monotonic() - self._all > OFTEN or any(map(is_not, shared, self._shared or (None,) * 5))
        if every:
            self._all, self._shared = time.monotonic(), shared
        for name in names:
            agent = world.agents[name]
            if every or agent is not self._from.get(name):
                self._from[name] = agent
                row = row_of(world, name, now)
                said = _said(row)
                if said != self._told.get(name):
                    self._told[name] = said
                    yield row

    def forget(self) -> None:
        """Tell all of them again."""
        self._told.clear()
        self._from.clear()


def _said(row: SeenRow) -> object:
    """A row without what only passing time changes."""
    return row | {"at": None, "evidence": (row["evidence"] or {}) | {"age_s": None}}


def row_of(world: World, name: str, now: datetime) -> SeenRow:
    """The row of one agent."""
    agent, following = world.agents[name], outlook(world, name, now)
    settings, launched, look = world.config.agents.get(name), agent.record.launched, agent.look
    parts = launched.parts if launched else {}
    reading = look.reading if look else None
    until = limited_until(world, name)
    return SeenRow(
        agent=name,
        kind=settings.kind if settings else "",
        state=following.state.value,
        since=utc(look.since) if look else None,
        phase=launched.phase if launched else None,
        backend=parts.get("backend") or (settings.backend if settings else None),
        model=parts.get("model") or (settings.model if settings else None),
        context_pct=reading.context_pct if reading else None,
        evidence=_evidence(following.evidence, now),
        limited_until=utc(until) if until else None,
        next=_next(following),
        remark=agent.record.remark,
        process=_process(agent),
        at=utc(now),
    )


def _evidence(evidence: Evidence | None, now: datetime) -> SeenEvidence | None:
    if evidence is None:
        return None
    age = round(max(0.0, (now - evidence.at).total_seconds()), 1)
    return SeenEvidence(source=evidence.source, age_s=age, quote=display_line(evidence.quote, QUOTE))


def _next(following: Next) -> SeenNext | None:
    if following.action == "none" and not following.why:
        return None
    at = utc(following.at) if following.at else None
    return SeenNext(action=following.action, at=at, why=following.why)


def _process(agent: Agent) -> SeenProcess | None:
    pane = agent.look.pane if agent.look else None
    return _identified(pane.pid) if pane and not pane.dead else None


@lru_cache(512)
def _identified(pid: int) -> SeenProcess | None:
    """As it was when it was first seen: a pid that is given away again ends its terminal first."""
    found = identify(pid)
    return SeenProcess(pid=pid, host=found.host, start_token=found.start_token) if found else None
