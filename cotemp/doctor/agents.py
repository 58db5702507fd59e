"""Checks of agents: whether somebody looks after them, whether they can be started, and what nobody knows any more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..agents import kept
from ..agents.places import AgentPlaces
from ..display import display_line
from ..supervisor import agents, control
from .finding import Found, Look, bad, info, ok, warn

__all__ = ["damaged", "forgotten", "looked_after", "startable", "strangers"]


def looked_after(look: Look) -> Iterator[Found]:
    """A supervisor runs where agents should."""
    wanted = sorted(one.agent for one in kept.records(look.places).values() if one.wanted and not one.stopped)
    running = control.daemon(look.places)
    if look.places.is_stopped():
        yield info(f"everything is stopped by the file {look.places.stop}", "to go on: cotemp resume")
    elif wanted and running:
        yield ok(f"{', '.join(wanted)}: looked after by {running.said()}")
    elif wanted:
        yield warn(f"nobody looks after {', '.join(wanted)}", "cotemp up")


def startable(look: Look) -> Iterator[Found]:
    """Prompts can be read, folders and programs are there."""
    for name, why in agents.troubles(look.places, look.config).items():
        yield bad(f"{name} cannot be started: {display_line(why)}", f"see [agents.{name}] in {look.config_file}")


def strangers(look: Look) -> Iterator[Found]:
    """No terminal of this home belongs to an agent that neither the settings nor the state know."""
    known = kept.spelled(look.places, look.config)
    for name, pane in agents.terminals(look.places).items():
        if name.casefold() not in known:
            yield warn(
                f"{display_line(name)} runs in a terminal of this home (process {pane.pid}), and nobody knows it",
                f"end it (kill {pane.pid}), or declare it in agents.toml, then: cotemp up",
            )


def forgotten(look: Look) -> Iterator[Found]:
    """No state is kept of agents that the settings have no more."""
    if look.config_problems:
        return
    declared = {name.casefold() for name in look.config.agents}
    for name in kept.known(look.places):
        if name.casefold() not in declared:
            folder = AgentPlaces.of(look.places).folder(name)
            yield info(f"{name} is in agents.toml no more; its state is kept", f"cotemp up; then remove {folder}")


def damaged(look: Look) -> Iterator[Found]:
    """No file of the agents' state had to be set aside."""
    at = AgentPlaces.of(look.places)
    folders = [look.places.state, at.agents, at.index.parent, at.limits, *_below(at.agents)]
    for file in sorted(file for folder in folders for file in folder.glob("*.damaged-*")):
        yield warn(f"a damaged file was set aside: {file}", "look at it, then remove it")


def _below(folder: Path) -> list[Path]:
    return [one for one in folder.iterdir() if one.is_dir()] if folder.is_dir() else []
