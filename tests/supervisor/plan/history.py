"""Days of the seeds' world: two loops that work and hand over, an orchestrator that is woken, a weekly task."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from cotemp.agents.requests import Request, What
from cotemp.config import AgentConfig, Phase, Wake
from cotemp.supervisor.plan.model import Commit, Requested, StatusSeen

from .machine import Machine
from .stories import BEGIN, seed

PHASES = tuple(Phase(id=f"phase-{number}", plan=f"plans/{number}.md") for number in range(8))
UPGRADER = AgentConfig(kind="task", backend="claude", prompt_text="/upgrade-all", wake=Wake(cron="0 2 * * 0"))


def days(number: int, every: float = 2.0) -> Machine:
    """The machine after so many days: a commit every half an hour, a phase every ten hours, a death every eight;
    looked at `every` so many seconds."""
    config = seed(phases=PHASES)
    machine = Machine(replace(config, agents={**config.agents, "upgrader": UPGRADER}))
    machine.take(Requested(Request("up", What.UP, machine.now), {}))
    machine.run(60)
    for half_hour in range(1, 48 * number):
        _commit(machine, half_hour)
        if half_hour % 20 == 0:
            machine.statuses[f"phase-{half_hour // 20 - 1}"] = StatusSeen(f"blob {half_hour}", done=True)
        if half_hour % 16 == 0 and "builder" in machine.programs:
            machine.programs["builder"].dead = True
        machine.run((BEGIN + timedelta(minutes=30 * half_hour + 1) - machine.now).total_seconds(), every)
    return machine


def _commit(machine: Machine, number: int) -> None:
    to, prefix = ("adversary", "claim(") if number % 2 else ("builder", "review(")
    machine.commits = (*machine.commits, Commit(f"{number:040x}", f"commit {number}", to, prefix))
