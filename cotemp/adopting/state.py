"""The state of agents as the old world leaves it to us: what each takes up again, and where each runs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from ..agents.launching import Here, Wanted, plan_launch
from ..agents.record import AgentRecord, Launched, Stopped, TakenOver
from ..agents.store import Kept, Store
from ..config import Config
from ..errors import CotempError
from ..hosts.choosing import default_host
from ..places import Places
from .model import Proposal, RunningSession

__all__ = ["keep_state"]


def keep_state(places: Places, proposal: Proposal, config: Config, now: datetime) -> list[str]:
    """Write the state of `proposal` for the agents of `config`, the settings to be; returns what there is to say.

    What stands there already is newer than the old world, and stays. Raises StorageFailed.
    """
    store = Store(places)
    before = store.load()
    heir = _Heir(places, proposal, config, now)
    after = replace(
        before,
        records={**before.records, **heir.records(before)},
        limits={**{one.account: one for one in proposal.limits}, **before.limits},
        sequence=before.sequence if before.sequence.phase else proposal.sequence,
    )
    store.save(before, after)
    here_at, there_at = before.sequence.phase, proposal.sequence.phase
    if here_at in (None, there_at):
        return store.problems
    stays = f"the sequence stands at {here_at} here, and stays there; to change that: cotemp phase set {there_at}"
    return [*store.problems, stays]


@dataclass(frozen=True)
class _Heir:
    """Makes the records of agents."""

    places: Places
    proposal: Proposal
    config: Config
    now: datetime

    def records(self, before: Kept) -> dict[str, AgentRecord]:
        """Those that say something that was not known before."""
        known = {agent: before.record(agent) for agent in self.proposal.config.agents}
        made = {agent: self._record(record) for agent, record in known.items()}
        return {agent: record for agent, record in made.items() if record != known[agent]}

    def _record(self, record: AgentRecord) -> AgentRecord:
        ids = {one.phase or "": one.id for one in self.proposal.resume if one.agent == record.agent}
        record = replace(record, resume={**ids, **record.resume})
        session = self.proposal.sessions.get(record.agent)
        if record.launched is not None:
            return record
        if session:
            return replace(record, wanted=True, launched=self._launched(record, session))
        ended = self.proposal.sequence.complete is not None and self._follows(record.agent)
        return replace(record, stopped=Stopped(self.now, "finished")) if ended else record

    def _follows(self, agent: str) -> bool:
        return self.proposal.config.agents[agent].follows_phases

    def _launched(self, record: AgentRecord, session: RunningSession) -> Launched:
        phase = self.proposal.sequence.phase if self._follows(record.agent) else None
        return Launched(
            at=self.now,
            host="tmux",
            phase=phase,
            parts=self._parts(record.agent, phase),
            pid=session.pid,
            session_id=record.resume.get(phase or ""),
            taken_over=TakenOver(session.server, session.name),
        )

    def _parts(self, agent: str, phase: str | None) -> dict[str, str]:
        """As if it had been started from the settings to be: then nothing is restarted before they change."""
        current = next((one for one in self.config.phases if one.id == phase), None)
        here = Here.of(self.places, default_host())
        try:
            return dict(plan_launch(self.config, agent, here, Wanted(phase=current)).parts)
        except CotempError:  # its prompt or folder is missing: `up` will say so
            return {}
