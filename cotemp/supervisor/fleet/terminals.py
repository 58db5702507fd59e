"""What is done to the agents' terminals, and how they are seen: start, stop, ring, look."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial

from ...agents.launching import plan_launch
from ...agents.record import BellKind, Launched
from ...agents.states import Reading, State
from ...config import Config
from ...errors import CotempError, HeldByOther
from ...hosts.host import Host, Pane
from ...store.claims import hold
from ...store.identity import identify
from ..plan import text_of
from ..plan.model import Done, Event, Look, Looked, Outcome, Ring, RunService, Start, Stop, World
from . import deeds
from .eyes import Eyes, Subject
from .hosting import Hosting, host_of
from .last_screen import keep_last_screen
from .line import OneLine
from .reader import Reader, reader_of
from .ringing import ring
from .service import run_service
from .starting import here, launch, left_over, phase_of, planned
from .station import Station
from .stopping import stop
from .trials import Trial, Trials

__all__ = ["Terminals"]

AGAIN = 10.0
"""Seconds after which a look that shows nothing new is told all the same."""
_WAITING = {State.IDLE, State.BLOCKED, State.LIMITED, State.UNKNOWN}


class Terminals:
    """The terminals of one home. `look` is the loop's; everything else is called in workers' threads."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._hosting = Hosting(station)
        self._eyes = Eyes(station.pace, station.tell)
        self._trials = Trials(station.pace)
        self._here = here(station.places)
        self._known: set[str] = set()
        self._readers: dict[str, tuple[Config, Reader]] = {}

    # --- seen ---

    def look(self, world: World) -> Iterator[Event]:
        """What every agent's terminal shows now, and how starts went. Nothing about those that could not be seen."""
        self._hosting.follow(world)
        looked, now = time.monotonic(), self._station.now()
        subjects = [one for name in world.agents if (one := self._subject(world, name))]
        hosts = self._hosting.those({one.host for one in subjects})
        yield from _nowhere(hosts, subjects, world)
        for agent, pane, reading in self._eyes.look(hosts, subjects):
            yield from self._taken_up(agent, pane, world)
            if not _is_known(world.agents[agent].look, pane, reading, now):
                yield Looked(agent, pane, reading)
            screen = self._eyes.screen(agent)
            done = self._trials.judge(agent, pane, reading, screen, self._station.now(), looked)
            if done:
                yield done

    def _taken_up(self, name: str, pane: Pane | None, world: World) -> Iterator[Event]:
        """At the first look at an agent: the start that an earlier daemon was killed in, if its program runs."""
        if name in self._known:
            return
        self._known.add(name)
        left = left_over(world.agents[name].record, self._station.files)
        if left and pane and not pane.dead:
            self._station.tell(name, "taken up: it was being started when the daemon ended")
            yield left

    def _subject(self, world: World, name: str) -> Subject | None:
        """How to look at an agent; None, and told, when the settings do not say what it is."""
        agent = world.agents[name]
        launched = self._trials.launched(name) or agent.record.launched
        try:
            reader = self._reader(world, name, launched)
        except CotempError as error:
            self._station.tell(name, str(error))
            return None
        host = launched.host if launched else host_of(world, name)
        return Subject(name, host, reader, waits=agent.doing is not None)

    def _reader(self, world: World, name: str, launched: Launched | None) -> Reader:
        """Made anew only when something changed: it is asked for with every look."""
        known = self._readers.get(name)
        if known is None or known[0] is not world.config or known[1].launched is not launched:
            phase = phase_of(world, launched.phase if launched else world.sequence.phase)
            known = world.config, reader_of(self._station, world.config, name, launched, phase)
            self._readers[name] = known
        return known[1]

    # --- done ---

    def start(self, start: Start, world: World) -> Done | None:
        """Launch its program; `look` tells how that went, once it can be said."""
        name = start.agent
        plan = planned(world, start, self._here)
        for host in self._hosting.those({host_of(world, name), plan.host}).values():
            if host.look().get(name):
                self._end(host, world, name, gently=start.gently)
        self._station.say(name, deeds.started(start, plan))
        launched = launch(self._hosting.host(plan.host), plan, start, self._station.places, self._station.now())
        stale = plan.backend.screen.stale if plan.backend else ()
        self._trials.begin(Trial(start, world.agents[name].record, launched, plan.line, tuple(stale)))
        return None

    def stop(self, action: Stop, world: World) -> Done:
        """End its program and its terminal."""
        left = self._end(self._hosting.host(host_of(world, action.agent)), world, action.agent, gently=action.gently)
        self._station.say(action.agent, deeds.stopped(action, left=left))
        return Done(action.agent, action, Outcome.DONE)

    def ring(self, action: Ring, world: World) -> Done:
        """Type the bell; one process at a time types to an agent."""
        name, agent = action.agent, world.agents[action.agent]
        reader = self._reader(world, name, agent.record.launched)
        read = partial(reader.read, previous=agent.look.reading if agent.look else None)
        line = OneLine(self._hosting.host(host_of(world, name)), name, read, reader.holds)
        try:
            with hold(self._station.places, f"ring-{name.casefold()}", f"ringing {name}"):
                rung = ring(
                    line, text_of(action.bell), reader.backend.settle, self._station.pace,
                    again=action.again, limited=action.bell.kind is BellKind.RESUME,
                )  # fmt: skip
        except HeldByOther as error:
            return Done(name, action, Outcome.NOT_NOW, error.what)
        tell = self._station.tell if rung.outcome is Outcome.NOT_NOW else self._station.say  # tried again and again
        tell(name, deeds.rung(action, rung))
        return Done(name, action, rung.outcome, rung.why)

    def serve(self, action: RunService, world: World) -> Done:
        """Run a service's command to its end."""
        plan = plan_launch(world.config, action.agent, self._here)
        folder = self._station.files.folder(action.agent)
        self._station.say(action.agent, f"run: {action.why}")
        run_service(plan.argv, plan.cwd, plan.env, folder, self._station.scrubber)
        return Done(action.agent, action, Outcome.DONE)

    def _end(self, host: Host, world: World, name: str, *, gently: bool) -> bool:
        """True when it left by itself."""
        folder = self._station.files.screens(name)
        keep_last_screen(host, name, folder, self._station.scrubber, self._station.now())
        backend = self._reader(world, name, world.agents[name].record.launched).backend
        return stop(host, name, backend.exit_keys if gently else (), self._station.pace)


def _nowhere(hosts: Mapping[str, Host], subjects: Iterable[Subject], world: World) -> Iterator[Event]:
    """Those whose host is not there (tmux is not installed) have no terminal, unless the program that was started in
    it still runs."""
    for one in subjects:
        launched = world.agents[one.agent].record.launched
        if one.host not in hosts and not (launched and (not launched.pid or identify(launched.pid))):
            yield Looked(one.agent, None, None)


def _is_known(look: Look | None, pane: Pane | None, reading: Reading | None, now: datetime) -> bool:
    """Whether a look at one that waits shows what was just seen; of those that move or are gone, each look counts."""
    if look is None or pane is None or pane.dead or reading is None or look.reading is not reading:
        return False
    still = look.pane == pane and reading.state in _WAITING
    return still and (now - look.at).total_seconds() < AGAIN
