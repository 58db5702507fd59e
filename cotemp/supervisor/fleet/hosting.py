"""In which host each agent lives, and the hosts themselves, made when they are first needed."""

from __future__ import annotations

from collections.abc import Mapping

from ...errors import CotempError
from ...hosts.choosing import choose, default_host
from ...hosts.host import Host, Taken
from ..plan.model import World
from .station import Station

__all__ = ["Hosting", "host_of"]


def host_of(world: World, agent: str) -> str:
    """The name of the host in which an agent runs, or (when it never did) would be started."""
    launched, config = world.agents[agent].record.launched, world.config.agents.get(agent)
    return launched.host if launched else (config.host if config and config.host else default_host())


class Hosting:
    """The hosts of one home."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._hosts: dict[str, Host] = {}
        self._taken: Mapping[str, Taken] = {}

    def follow(self, world: World) -> None:
        """Know the terminals that were taken over from others."""
        taken = {name: _taken(agent.record.launched) for name, agent in world.agents.items()}
        known = {name: one for name, one in taken.items() if one}
        if known != self._taken:
            self._taken = known
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


def _taken(launched: object) -> Taken | None:
    over = getattr(launched, "taken_over", None)
    return Taken(over.server, over.session) if over else None
