"""A fleet in this process: its settings, its mock agents, and what a test asks of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cotemp.agents import desk, kept
from cotemp.agents.record import AgentRecord
from cotemp.agents.requests import Answer, What
from cotemp.agents.seen import read_seen
from cotemp.hosts import Host, Pane
from cotemp.hosts.choosing import choose
from cotemp.places import Places, own_config_file
from cotemp.redact import Scrubber
from cotemp.supervisor import agents
from cotemp.supervisor.fleet import Fleet
from cotemp.supervisor.fleet.pace import Pace
from cotemp.testing import MOCK_BACKEND, MockAgent
from tests.waiting import eventually

__all__ = ["FAST", "Field", "agent_table"]

FAST = Pace(
    look=0.1, glance=0.05, reread=5.0, hands=0.5, shown=1.0, sent=0.8, life=10.0, stale=15.0, leave=3.0, pause=0.2
)  # fmt: skip
"""As the daemon, in a tenth of the time."""


def agent_table(name: str, mock: MockAgent, workdir: Path, more: str = "", kind: str = "loop") -> str:
    """A table of agents.toml for a mock agent."""
    env = ", ".join(f"{key} = {json.dumps(value)}" for key, value in mock.env.items())
    return (
        f'[agents.{name}]\nkind = "{kind}"\nbackend = "mock"\nworkdir = {json.dumps(str(workdir))}\n'
        f"env = {{ {env} }}\n{more}\n"
    )


@dataclass
class Field:
    """A home with mock agents; `lines` is what the daemon would log."""

    places: Places
    root: Path
    pace: Pace = FAST
    mocks: dict[str, MockAgent] = field(default_factory=dict)
    tables: dict[str, str] = field(default_factory=dict)
    lines: list[tuple[str, str]] = field(default_factory=list)
    rest: str = ""
    looks: int = 0

    @property
    def file(self) -> Path:
        """The settings."""
        return own_config_file()

    def add(self, name: str, more: str = 'prompt_text = "go"', kind: str = "loop") -> MockAgent:
        """One more agent."""
        self.mocks[name] = MockAgent(self.root / f"mock-{name}")
        self.tables[name] = agent_table(name, self.mocks[name], self.root, more, kind)
        self.write()
        return self.mocks[name]

    def write(self, rest: str | None = None) -> None:
        """Write the settings; `rest` is what stands in them besides the agents."""
        self.rest = self.rest if rest is None else rest
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text("\n".join(["schema = 1", MOCK_BACKEND, *self.tables.values(), self.rest]))

    def fleet(self) -> Fleet:
        """One that cares for the agents of this home; not begun."""
        scrubber = Scrubber({}, b"key")
        return Fleet(self.places, self.file, scrubber, lambda who, line: self.lines.append((who, line)), pace=self.pace)

    def ask(self, fleet: Fleet, what: What, *names: str, **args: str) -> Answer:
        """Ask for something, as the command line does."""
        request = agents.request_for(what, names, args, self.file)
        return desk.ask(self.places, request, fleet.hurry, 20)

    @property
    def host(self) -> Host:
        return choose("tmux", self.places)

    def pane(self, name: str) -> Pane:
        return self.host.look()[name]

    def row(self, name: str) -> dict[str, Any]:
        """Its row in `status`; empty while there is none."""
        return next((dict(row) for row in read_seen(self.places) if row["agent"] == name), {})

    def record(self, name: str) -> AgentRecord:
        """What is kept of it."""
        return kept.records(self.places)[name]

    def becomes(self, name: str, state: str, seconds: float = 15) -> None:
        """Wait until `status` says so."""
        eventually(
            lambda: self.row(name).get("state") == state, seconds, f"{name} is {state}: {self.row(name)}\n{self.lines}"
        )

    def said(self, words: str) -> bool:
        """Whether the log holds that."""
        return any(words in line for _, line in self.lines)
