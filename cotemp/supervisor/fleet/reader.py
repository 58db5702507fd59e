"""How one agent's terminal is read: by the rows of its backend, and by what its program says of itself."""

from __future__ import annotations

import os
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ...agents.backends import Backend, backend_of
from ...agents.record import Launched
from ...agents.states import Reading
from ...config import Config, Phase
from ...detect import Shown, Subject, read, shows
from ...detect.claude.session_file import config_dir
from ...hosts.host import Pane
from .station import Station

__all__ = ["Reader", "reader_of"]


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the terminal of an agent that was started as `launched`, with `env`, in `workdir`."""

    backend: Backend
    station: Station
    launched: Launched | None = None
    workdir: Path | None = None
    env: Mapping[str, str] = field(default_factory=dict)

    def read(self, pane: Pane, screen: str, previous: Reading | None = None) -> Reading:
        """What it does, with the evidence; `previous` is what was read last."""
        subject = Subject(
            backend=self.backend,
            pane=pane,
            screen=screen,
            workdir=self.workdir,
            env=self.env,
            port=self.launched.port if self.launched else None,
            session_id=self.launched.session_id if self.launched else None,
            previous=previous,
        )
        return read(subject, self.station.now(), self.station.scrubber.scrub)

    def mark(self, pane: Pane) -> Hashable:
        """Changes when the program writes down another state without showing it."""
        if "claude-session-file" not in self.backend.evidence:
            return None
        folder = config_dir(self.env)
        try:
            found = os.stat(f"{folder}/sessions/{pane.pid}.json")
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size

    def holds(self, screen: str, text: str) -> bool:
        """Whether its composer holds exactly `text`."""
        return shows(self.backend, screen, text) is Shown.COMPOSER


def reader_of(station: Station, config: Config, name: str, launched: Launched | None, phase: Phase | None) -> Reader:
    """How the agent called `name` is read, as it was launched last, or would be in `phase`.

    Raises BadConfig for a backend that the settings have no more.
    """
    agent = config.agents.get(name)
    backend = _backend(config, name, launched, phase)
    env = {**os.environ, **backend.env, **(agent.env if agent else {})}
    workdir = launched.parts.get("workdir") if launched else None
    return Reader(backend, station, launched, Path(workdir) if workdir else agent.workdir if agent else None, env)


def _backend(config: Config, name: str, launched: Launched | None, phase: Phase | None) -> Backend:
    agent = config.agents.get(name)
    if agent and agent.kind == "service":
        return Backend(name=name, argv=agent.argv or ())
    started = launched.parts.get("backend") if launched else None
    by_phase = phase.backends.get(name) if phase else None
    return backend_of(config, started or by_phase or (agent.backend if agent else None) or "sh")
