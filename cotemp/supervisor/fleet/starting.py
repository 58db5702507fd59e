"""Starts an agent's program: the command from the settings, its prompt, a terminal for it, and a note of the intent."""

from __future__ import annotations

import shutil
import socket
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from ...agents import files
from ...agents.launching import Here, LaunchPlan, Wanted, plan_launch
from ...agents.places import AgentPlaces
from ...agents.record import AgentRecord, Launched
from ...agents.sequence import all_phases
from ...config import Config, Phase
from ...errors import CotempError
from ...hosts.choosing import default_host
from ...hosts.host import Host, Launch
from ...places import Places, make_folder, write_whole
from ..plan.model import Done, Outcome, Start, World

__all__ = ["INTENT", "here", "launch", "left_over", "parts_of_all", "phase_of", "planned", "troubles_of_all"]

INTENT = "launching.json"
"""In an agent's folder: what is being started. A daemon that is killed in between learns from it what it finds."""


def here(places: Places) -> Here:
    """What is the same for all agents of a home."""
    return Here.of(places, default_host())


def planned(world: World, start: Start, at: Here) -> LaunchPlan:
    """How the agent of `start` is launched, with an id and a port of its own. Raises NotFound, BadConfig."""
    wanted = Wanted(
        phase=phase_of(world, start.phase),
        resume=start.resume,
        known=_known_prompt(world.agents[start.agent].record, start.phase),
        fresh_id=str(uuid.uuid4()),
        port=_free_port(),
        task=Path(start.task) if start.task else None,
        model=start.model,
    )
    return plan_launch(world.config, start.agent, at, wanted)


def _known_prompt(record: AgentRecord, phase: str | None) -> str:
    """What the conversation of a phase was told, as `parts` has it; "" when the last one was another phase's."""
    launched = record.launched
    return launched.parts.get("prompt", "") if launched and launched.phase == phase else ""


@dataclass(frozen=True, slots=True)
class Intent:
    """What is being started: its launch (without a pid until that is known), the session id to go on with, and the
    prompt that is to be typed then."""

    launched: Launched
    resume: str | None
    typed: str


def launch(host: Host, plan: LaunchPlan, start: Start, places: Places, now: datetime) -> Launched:
    """Start it in `host`; what is meant is on disk before. Raises CotempError with the host's words."""
    at = AgentPlaces.of(places)
    places.session(plan.agent).make()
    make_folder(at.folder(plan.agent), 0o700)
    if plan.prompt:
        write_whole(plan.prompt_file, plan.prompt.encode(), mode=0o600)
    launched = Launched(
        at=now,
        host=plan.host,
        phase=plan.phase,
        parts=plan.parts,
        session_id=plan.session_id,
        port=plan.port,
        resumed=plan.resumed,
    )
    intent = Intent(launched, start.resume if plan.resumed else None, plan.line)
    files.write(at.folder(plan.agent) / INTENT, intent)
    pane = host.start(Launch(plan.agent, plan.argv, plan.cwd, plan.env, plan.stdin))
    intent = replace(intent, launched=replace(launched, pid=pane.pid))
    files.write(at.folder(plan.agent) / INTENT, intent)
    return intent.launched


def left_over(record: AgentRecord, at: AgentPlaces) -> Done | None:
    """The start that a daemon began and did not live to note down, if there is one: as its end, for when it is seen
    that it runs. Raises StorageFailed."""
    name = record.agent
    try:
        found = files.read(at.folder(name) / INTENT, Intent)
    except files.Misread:
        return None
    if found is None or (record.launched and record.launched.at >= found[0].launched.at):
        return None
    intent = found[0]
    start = Start(name, intent.launched.phase, intent.resume, "taken up")
    return Done(name, start, Outcome.DONE, "", replace(record, launched=intent.launched), intent.typed)


def parts_of_all(config: Config, world: World, places: Places) -> dict[str, dict[str, str]]:
    """What each agent would be launched from now; those of which that cannot be told are missing.

    Where nobody says in which host, it stays in the one that it is in: tmux that is installed meanwhile moves nobody.
    """
    plans = _plans(config, world, places)
    return {name: dict(plan.parts) for name, plan in plans if isinstance(plan, LaunchPlan)}


def troubles_of_all(config: Config, world: World, places: Places) -> dict[str, str]:
    """What keeps agents from being started now, in a sentence each."""
    return {name: said for name, plan in _plans(config, world, places) if (said := _trouble(plan))}


def _trouble(plan: LaunchPlan | CotempError) -> str:
    if isinstance(plan, CotempError):
        return plan.what
    program = plan.argv[0]
    found = shutil.which(program, path=plan.env.get("PATH")) or (plan.cwd / program).is_file()
    return "" if found else f"there is no program {program}"


def _plans(config: Config, world: World, places: Places) -> Iterator[tuple[str, LaunchPlan | CotempError]]:
    """How each agent of the settings would be launched now, or why it cannot be."""
    everywhere = here(places)
    current = world.sequence.phase or (config.phases[0].id if config.phases else None)
    phase = phase_of(replace(world, config=config), current)
    for name in config.agents:
        agent = world.agents.get(name)
        record = agent.record if agent else AgentRecord(name)
        wanted = Wanted(phase=phase, task=Path(record.task) if record.task else None, model=record.model)
        at = replace(everywhere, host=record.launched.host) if record.launched else everywhere
        try:
            yield name, plan_launch(config, name, at, wanted)
        except CotempError as error:
            yield name, error


def phase_of(world: World, phase: str | None) -> Phase | None:
    """The phase of that id, from the settings or added later; None when there is none."""
    return next((one for one in all_phases(world.config, world.sequence) if one.id == phase), None)


def _free_port() -> int:
    """A port of loopback that nobody has now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
