"""Agents, from another process than the daemon's: asking for something, stopping all, and what is known of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from ..agents import kept
from ..agents.desk import ask as ask_desk
from ..agents.desk import leave, new_request_id
from ..agents.requests import Answer, Request, What
from ..agents.seen import read_seen
from ..agents.sequence import Sequence as Stands
from ..agents.sequence import all_phases
from ..errors import (
    AnswerIsNo,
    BadConfig,
    BadUsage,
    CotempError,
    HeldByOther,
    NotFound,
    StorageFailed,
    TookTooLong,
    ToolMissing,
    WaitsForHuman,
)
from ..places import Places
from ..times import local_now
from . import control
from .everything import go_on, stop_everything

if TYPE_CHECKING:
    from ..config import Config
    from ..hosts.host import Host, Pane
    from .plan import Change
    from .plan.model import World

__all__ = [
    "PhaseRow",
    "ask",
    "attach",
    "become",
    "history",
    "phases",
    "plan",
    "request_for",
    "stop_all",
]

PATIENCE = 30.0
"""Seconds that the daemon may take to answer."""
STARTS = {What.UP, What.DOWN, What.RESUME, What.STOP_ALL}
"""What is carried out even where no daemon runs: one is started for it, and ends when nothing is wanted."""
_NOT_RUNNING = ("stopped", "dead", "done", "quarantined")
_BY_CODE: Mapping[int, type[CotempError]] = {
    one.exit_code: one
    for one in (AnswerIsNo, BadUsage, HeldByOther, NotFound, WaitsForHuman, BadConfig, ToolMissing, TookTooLong,
                StorageFailed)
}  # fmt: skip


class PhaseRow(NamedTuple):
    """A phase of the sequence."""

    id: str
    plan: str
    status: str
    state: Literal["done", "current", "later"]


def ask(places: Places, what: What, agents: Sequence[str], args: Mapping[str, str], config: Path) -> Answer:
    """Have the daemon do something; `config` are the settings that `up` and `reload` bring into force.

    Raises what the daemon's answer says, NotFound when none runs and `what` starts none, TookTooLong.
    """
    places.make_state()
    if what is What.RESUME and not agents:
        go_on(places)
    request = request_for(what, agents, args, config)
    answer = ask_desk(places, request, lambda: control.wake(places, config, start=what in STARTS), PATIENCE)
    if answer.exit_code:
        raise _refused(answer)
    return answer


def become(
    places: Places, sessions: Sequence[str], agents: Sequence[str] | None, args: Mapping[str, str], config: Path
) -> int | None:
    """Be the daemon in the place of this process, as `control.become` says; it is asked for these agents first (none
    named: for all; None: for none)."""
    places.make_state()
    if control.daemon(places):
        return None
    if agents is not None:
        leave(places, request_for(What.UP, agents, args, config))
    return control.become(places, sessions, config)


def request_for(what: What, agents: Sequence[str], args: Mapping[str, str], config: Path) -> Request:
    """A request of now."""
    return Request(new_request_id(), what, local_now(), tuple(agents), {**args, "config": str(config.absolute())})


def _refused(answer: Answer) -> CotempError:
    kind = _BY_CODE.get(answer.exit_code)
    if kind is None:
        error = CotempError(answer.problem, answer.fix)
        error.exit_code = answer.exit_code
        return error
    return kind(answer.problem, answer.fix)


def plan(places: Places, config: Config, names: Sequence[str] = ()) -> list[Change]:
    """What `up` with these settings would do to the agents of those names (none: to all), and why."""
    from .fleet.starting import parts_of_all
    from .plan import changes

    world = _as_it_is(places, config)
    return changes(world, parts_of_all(config, world, places), list(names))


def troubles(places: Places, config: Config) -> dict[str, str]:
    """What keeps agents from being started now, by their names: a prompt that cannot be read, a missing program."""
    from .fleet.starting import troubles_of_all

    return troubles_of_all(config, _as_it_is(places, config), places)


def terminals(places: Places) -> dict[str, Pane]:
    """Every terminal in which a program of an agent runs now, whoever knows of it, by the agent's name."""
    return {pane.agent: pane for host in _hosts(places) for pane in _panes(host) if not pane.dead}


def _as_it_is(places: Places, config: Config) -> World:
    """The plan's world, by what is kept on disk and by the terminals as they are now."""
    from ..agents.record import AgentRecord
    from .plan import beginning
    from .plan.model import Look

    now = local_now().astimezone(UTC)
    mine = {name.casefold(): record for name, record in kept.records(places).items()}
    spelled = kept.spelled(places, config)
    every = [replace(mine.get(folded, AgentRecord(name)), agent=name) for folded, name in spelled.items()]
    world = beginning(config, every, kept.sequence(places))
    panes = {pane.agent: pane for host in _hosts(places) for pane in _panes(host)}
    agents = {
        name: replace(agent, look=Look(now, panes.get(name), None, now, now)) for name, agent in world.agents.items()
    }
    return replace(world, agents=agents)


def stop_all(places: Places, config: Config) -> tuple[str, ...]:
    """Leave the file STOP in the home, and end every agent's program at once, whether or not a daemon runs.

    Returns the names of those that ran. Raises StorageFailed when the home cannot be written.
    """
    ran = {str(row["agent"]) for row in read_seen(places) if row["state"] not in _NOT_RUNNING}
    stop_everything(places)
    with suppress(CotempError):
        control.wake(places, Path(), start=False)
    ours = kept.spelled(places, config)
    running = [
        (host, pane.agent)
        for host in _hosts(places)
        for pane in _panes(host)
        if not pane.dead and pane.agent.casefold() in ours
    ]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda one: _end(*one), running))
    return tuple(sorted(ran | {agent for _, agent in running}))  # the daemon may have been faster


def _hosts(places: Places) -> Iterator[Host]:
    """All hosts of this machine."""
    from ..hosts.choosing import choose
    from .fleet.hosting import taken_over

    taken = taken_over(kept.records(places).values())
    for name in ("tmux", "pty"):
        with suppress(CotempError):
            yield choose(name, places, taken)


def _panes(host: Host) -> list[Pane]:
    try:
        return list(host.look().values())
    except CotempError:
        return []


def _end(host: Host, agent: str) -> None:
    with suppress(CotempError):
        host.stop(agent)


def attach(places: Places, name: str) -> Sequence[str]:
    """The command with which a human gets to an agent's terminal. Raises NotFound when it has none."""
    for host in _hosts(places):
        with suppress(NotFound):
            return host.attach(name)
    raise NotFound(f"{name} has no terminal", f"start it: cotemp up {name}")


def history(places: Places, name: str, lines: int) -> str:
    """The last `lines` of an agent's terminal, foreign text. Raises NotFound when it has none."""
    for host in _hosts(places):
        with suppress(NotFound):
            return host.history(name, lines)
    raise NotFound(f"{name} has no terminal", f"start it: cotemp up {name}")


def phases(places: Places, config: Config) -> list[PhaseRow]:
    """The phases of the settings and those that were added, in order, and how far the sequence has come."""
    stands = kept.sequence(places)
    every = all_phases(config, stands)
    return [PhaseRow(one.id, one.plan, one.status_file, _state(one.id, stands)) for one in every]


def _state(phase: str, stands: Stands) -> Literal["done", "current", "later"]:
    if phase == stands.phase and not stands.complete:
        return "current"
    return "done" if phase in stands.done else "later"
