"""Where this machine keeps what it knows of agents: everything lies below the state of the home."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ..places import Places

__all__ = ["RECORD", "AgentPlaces"]

RECORD = "record.json"
"""In the folder of each agent: what is kept of it."""

_PLAIN = r"[a-z0-9][a-z0-9_-]{0,60}"
_DEVICE = r"con|prn|aux|nul|com[0-9]|lpt[0-9]"


@dataclass(frozen=True)
class AgentPlaces:
    """The files of the agents of one home; `state` is this machine's folder for it."""

    state: Path

    @classmethod
    def of(cls, places: Places) -> AgentPlaces:
        """Those of the home of `places`."""
        return cls(places.state)

    @cached_property
    def agents(self) -> Path:
        return self.state / "agents"

    def folder(self, agent: str) -> Path:
        """The folder of one agent; names are compared case-folded, so the folder's is."""
        return self.agents / agent.casefold()

    def record(self, agent: str) -> Path:
        """What is kept of it."""
        return self.folder(agent) / RECORD

    def seen(self, agent: str) -> Path:
        """What the daemon last saw of it."""
        return self.folder(agent) / "seen.json"

    def screens(self, agent: str) -> Path:
        """The last screens of its programs that have ended; the names of the files begin with the local time."""
        return self.folder(agent) / "screens"

    @cached_property
    def index(self) -> Path:
        """Where the sequence of phases stands."""
        return self.state / "phases" / "index"

    @cached_property
    def complete(self) -> Path:
        """Stands there when the last phase is done."""
        return self.state / "phases" / "SEQUENCE-COMPLETE"

    @cached_property
    def limits(self) -> Path:
        return self.state / "limits"

    def limit(self, account: str) -> Path:
        """The usage limit of one account, whose name may hold anything: what no file can be called is told apart by a
        digest."""
        if re.fullmatch(_PLAIN, account, re.ASCII) and not re.fullmatch(_DEVICE, account, re.ASCII):
            return self.limits / f"{account}.json"
        import hashlib

        digest = hashlib.sha256(account.encode("utf-8", "surrogateescape")).hexdigest()[:8]
        readable = re.sub("[^a-z0-9]+", "-", account.casefold()).strip("-")[:40]
        return self.limits / f"{readable or 'account'}-{digest}.json"

    @cached_property
    def handoff(self) -> Path:
        """What was handed off already."""
        return self.state / "handoff.json"

    @cached_property
    def checks(self) -> Path:
        """How the checks of the settings went last."""
        return self.state / "checks.json"

    @cached_property
    def requests(self) -> Path:
        """What the command line asks of the daemon; not below `agents`, where an agent may have any name."""
        return self.state / "requests"
