"""In which host each agent lives, and the hosts themselves, made when they are first needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ...agents.record import AgentRecord
from ...errors import CotempError
from ...hosts.choosing import choose, default_host
from ...hosts.host import Host, Taken
from ..plan.model import World
from .station import Station

__all__ = ["Hosting", "host_of", "taken_over"]


def host_of(world: World, agent: str) -> str:
    """The name of the host in which an agent runs, or (when it never did) would be started."""
    launched, config = world.agents[agent].record.launched, world.config.agents.get(agent)
    return launched.host if launched else (config.host if config and config.host else default_host())


def taken_over(records: Iterable[AgentRecord]) -> dict[str, Taken]:
    """The tmux sessions that somebody else started agents in, by agent."""
    over = {record.agent: record.launched.taken_over for record in records if record.launched}
    return {name: Taken(one.server, one.session) for name, one in over.items() if one}


class Hosting:
    """The hosts of one home."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._hosts: dict[str, Host] = {}
        self._taken: Mapping[str, Taken] = {}

    def follow(self, world: World) -> None:
        """Know the terminals that were taken over from others."""
        taken = taken_over(agent.record for agent in world.agents.values())
        if taken != self._taken:
            self._taken = taken
            self._hosts.clear()

    def host(self, name: str) -> Host:
        """The host of that name. Raises ToolMissing, BadUsage."""
        if name not in self._hosts:
            self._hosts[name] = choose(name, self._station.places, self._taken)
        return self._hosts[name]

    def those(self, names: set[str]) -> dict[str, Host]:
        """The hosts of these names; one that is not there is told, and left out."""
        found = {}
        for name in sorted(names):
            try:
                found[name] = self.host(name)
            except CotempError as error:
                self._station.tell("", str(error))
        return found
