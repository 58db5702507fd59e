"""What is shown of each agent, as a row of `status --json`: the same outlook by which the plan acts."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from operator import is_not

from ...agents.record import AgentRecord
from ...agents.seen import SeenEvidence, SeenNext, SeenProcess, SeenRow
from ...agents.states import Evidence
from ...display import display_line
from ...store.identity import identify
from ...times import utc
from ..plan import limited_until, outlook
from ..plan.model import Agent, Next, World
from ..plan.stopping import TROUBLES

__all__ = ["Rows", "row_of"]

OFTEN = 5.0
"""Seconds after which all rows are worked out again: time alone may have changed what comes next."""

QUOTE = 200
"""Characters of what an agent's program said."""


class Rows:
    """From what the rows were worked out last, so that only those are told that may say something new."""

    def __init__(self) -> None:
        self._from: dict[str, Agent] = {}
        self._shared: tuple[object, ...] = ()
        self._all = float("-inf")

    def changed(self, world: World, names: Iterable[str], now: datetime) -> Iterator[SeenRow]:
        """The rows of `names` that may say something else than before, and now and then all of them."""
        shared = (world.config, world.sequence, world.limits, world.statuses, world.stopped_all)
        every = time.monotonic() - self._all > OFTEN or any(map(is_not, shared, self._shared or (None,) * 5))
        if every:
            self._all, self._shared = time.monotonic(), shared
        for name in names:
            agent = world.agents[name]
            if every or agent is not self._from.get(name):
                self._from[name] = agent
                yield row_of(world, name, now)

    def forget(self) -> None:
        """Tell all of them again."""
        self._from.clear()


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
        host=launched.host if launched else settings.host if settings else None,
        context_pct=reading.context_pct if reading else None,
        evidence=_evidence(following.evidence, now),
        limited_until=utc(until) if until else None,
        next=_next(following),
        remark=_remark(agent.record),
        process=_process(agent),
        at=utc(now),
    )


def _remark(record: AgentRecord) -> str:
    if record.problem:
        return f"{TROUBLES[record.problem]}, and no restart mends that: cotemp attach {record.agent}"
    return record.remark


def _evidence(evidence: Evidence | None, now: datetime) -> SeenEvidence | None:
    if evidence is None:
        return None
    age = round(max(0.0, (now - evidence.at).total_seconds()), 1)
    return SeenEvidence(source=evidence.source, age_s=age, quote=display_line(evidence.quote, QUOTE))


def _next(following: Next) -> SeenNext | None:
    if following.action == "none" and not following.why:
        return None
    is_begun = following.rule == "under way"
    at = utc(following.at) if following.at and not is_begun else None
    return SeenNext(action=following.action, at=at, why=following.why)


def _process(agent: Agent) -> SeenProcess | None:
    pane = agent.look.pane if agent.look else None
    return _identified(pane.pid) if pane and not pane.dead else None


@lru_cache(512)
def _identified(pid: int) -> SeenProcess | None:
    """As it was when it was first seen: a pid that is given away again ends its terminal first."""
    found = identify(pid)
    return SeenProcess(pid=pid, host=found.host, start_token=found.start_token) if found else None
