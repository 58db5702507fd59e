"""What becomes of an old world: one `agents.toml` and the state that belongs to it. Nothing is written here.

world ── agents (of the old settings, else inferred) ── work (handoff, checks) ── settings (what cotemp accepts)
      └─ phases ── where the sequence stands           └─ state (resume ids, limits, running sessions)
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from ..model import Decision, NotUnderstood, OldConfig, Origin, Proposal, World
from .agents import fill, infer
from .phases import Standing, stand
from .roles import called
from .settings import Refused, accepted
from .state import State, state_of
from .toml import text_of
from .work import checks, handoff, phase_tables

__all__ = ["propose"]

_WATCHDOG = ("watchdog",)


def propose(world: World, config: Path, now: datetime, phase: str | None = None) -> Proposal:
    """What would become of `world`, with `config` as the settings to be; `phase` is the current one, if a human says.

    Raises BadConfig when no settings can be made of it.
    """
    standing = stand(world, now, phase)
    tables, decisions, lost = _tables(world, standing)
    settings = accepted(tables, config)
    state = state_of(world, settings.config, standing.sequence, now)
    return Proposal(
        world=world,
        toml=_header(world) + text_of(settings.tables),
        config=settings.config,
        sequence=standing.sequence,
        resume=tuple(state.resume),
        limits=tuple(state.limits),
        sessions=state.sessions,
        watchdog=state.watchdog,
        set_aside=_set_aside(world),
        decisions=(*standing.decisions, *decisions, *state.decisions),
        not_understood=(
            *world.not_understood, *standing.not_understood, *lost,
            *(_told(one, world) for one in settings.refused), *state.not_understood,
        ),
        todo=tuple(_todo(world, state)),
        open_question=standing.question,
    )  # fmt: skip


def _tables(world: World, standing: Standing) -> tuple[dict[str, Any], list[Decision], list[NotUnderstood]]:
    """All that would stand in `agents.toml`, unchecked."""
    decisions: list[Decision] = []
    lost: list[NotUnderstood] = []
    if world.config:
        tables, decisions = _of_config(world.config)
        decisions += _older(world, world.config)
        decisions += fill(world, tables["agents"]) if isinstance(tables.get("agents"), dict) else []
    else:
        found = infer(world)
        tables = {"backends": found.backends, "agents": found.agents}
        decisions, lost = found.decisions, found.not_understood
    agents = tables.get("agents", {})
    if "handoff" not in tables and _are_tables(agents):
        tables["handoff"], more = handoff(world, agents)
        decisions += more
    if "checks" not in tables:
        tables["checks"], more = checks(world)
        decisions += more
    tables["phases"] = phase_tables(world, standing.phases, _repo(tables))
    return {"schema": 1} | {key: value for key, value in tables.items() if value}, decisions, lost


def _of_config(config: OldConfig) -> tuple[dict[str, Any], list[Decision]]:
    """The old driver's own tables, less what cotemp does itself."""
    tables = {key: dict(value) if isinstance(value, Mapping) else value for key, value in config.tables.items()}
    agents, decisions = tables.get("agents"), list[Decision]()
    for name in _WATCHDOG:
        if isinstance(agents, dict) and name in agents:
            del agents[name]
            origin = Origin(config.file, config.lines.get(("agents", name), 0))
            decisions.append(Decision(f"{name} is no agent any more: cotemp's own daemon does its work", origin))
    return tables, decisions


def _older(world: World, config: OldConfig) -> list[Decision]:
    """Backends and models in dotfiles, which the newer driver did not read any more."""
    told = [*world.backends.values(), *world.models.values()]
    return [Decision(f"{config.file.name} counts, not {one.value} in this file", one.origin) for one in told]


def _are_tables(agents: Any) -> bool:
    return isinstance(agents, dict) and all(isinstance(one, Mapping) for one in agents.values())


def _repo(tables: Mapping[str, Any]) -> Path | None:
    table = tables.get("handoff")
    repo = table.get("repo") if isinstance(table, Mapping) else None
    return Path(repo) if isinstance(repo, str) and "\0" not in repo else None


def _header(world: World) -> str:
    """Where this comes from. A name of a folder may hold anything but the end of a line of ours."""
    name = "".join(char if char.isprintable() else "?" for char in str(world.root))
    return f"# Moved in from {name} by `cotemp adopt`.\n"


def _told(refused: Refused, world: World) -> NotUnderstood:
    """Where a person finds what was taken out: the line of the old settings, or what it was inferred from."""
    config = world.config
    if config is None:
        return NotUnderstood(Origin(world.plans or world.root), refused.why)
    ways = (refused.way[:length] for length in range(len(refused.way), 0, -1))
    line = next((config.lines[way] for way in ways if config.lines.get(way)), 0)
    return NotUnderstood(Origin(config.file, line), refused.why)


def _set_aside(world: World) -> tuple[Path, ...]:
    """What only the old launchers read: all that was taken over, and no launcher, prompt or plan."""
    files = [one.file for one in world.files]
    return tuple(dict.fromkeys(files))


def _todo(world: World, state: State) -> list[str]:
    """What is left to a human."""
    return [
        "look at agents.toml, above all at workdir, prompt and ref",
        *(["switch off the old timer of the upgrader (cc-ci-upgrade-all.timer): cotemp wakes it now"]
          if called(state.config.agents, "upgrader") else []),
        f"let old command lines reach cotemp: cotemp shims {world.plans or world.root}",
        "see what would start: cotemp plan; then start it: cotemp up",
    ]  # fmt: skip
