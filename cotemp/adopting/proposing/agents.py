"""The agents of a world without settings: each as its launcher, its files and its running session show it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...config.settings import SHIPPED_BACKENDS
from ..model import Decision, NotUnderstood, Origin, RunningSession, Told, World
from .roles import ROLES, Role, folders_of, role_of, session_of

__all__ = ["Inferred", "fill", "infer"]

_BACKEND = "claude"
_WAKE_PROMPTS = ("ai-progress-monitor-prompt.txt", "prompts/wake.txt", "prompts/wake.md")
_SUNDAY = "0 2 * * 0"


class Inferred:
    """Tables of `agents.toml` as they come to be, with the reasons."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.agents: dict[str, dict[str, Any]] = {}
        self.backends: dict[str, dict[str, Any]] = {}
        self.decisions: list[Decision] = []
        self.not_understood: list[NotUnderstood] = []

    def decide(self, what: str, origin: Origin | None = None) -> None:
        self.decisions.append(Decision(what, origin))


def infer(world: World) -> Inferred:
    """Each agent for which there is any sign."""
    found = Inferred(world)
    for role in ROLES:
        signs = list(_signs(world, role))
        if signs:
            _add(found, role, signs)
    _switches(found)
    return found


def fill(world: World, agents: dict[str, Any]) -> list[Decision]:
    """Add to the tables of old settings what the old driver did without being told: where agents work, their wakes."""
    found = Inferred(world)
    for name, table in agents.items():
        role = role_of(name)
        if role is None or not isinstance(table, dict) or table.get("kind") == "service":
            continue
        added = {} if "workdir" in table else {"workdir": str(_folder(found, name, role))}
        added |= {} if "wake" in table else _wake(found, role)
        for key in added:
            found.decide(f"the old settings do not say {key} for {name}: it is as the old launchers had it")
        agents[name] = table | added
    return found.decisions


def _signs(world: World, role: Role) -> Iterator[str]:
    """What shows that there is such an agent."""
    if any(file.name.removesuffix(".orig") in role.launchers for file in world.launchers.files):
        yield "its launcher"
    if role.kind == "loop" and (world.phases or world.index or "" in world.models or "" in world.backends):
        yield "the files of the loops"
    told = (*world.models, *world.backends, *(one.agent for one in world.resume))
    if any(name in role.names for name in told):
        yield "its own files"
    if _running(world, role.name):
        yield "its tmux session"
    if world.plans and any((world.plans / prompt).is_file() for prompt in role.prompts):
        yield "its prompt"


def _running(world: World, agent: str) -> RunningSession | None:
    name = session_of(world, agent)
    return next((one for one in world.running if one.name == name), None)


def _add(found: Inferred, role: Role, signs: list[str]) -> None:
    table: dict[str, Any] = {"kind": role.kind, "backend": _backend(found, role)}
    model = _told(found.world.models, role)
    if model:
        table["model"] = model.value
    prompted = _prompt(found, role)
    if prompted is None:
        return
    table |= prompted
    table["workdir"] = str(_folder(found, role.name, role))
    table["host"] = "tmux"
    table |= _wake(found, role)
    found.agents[role.name] = table
    found.decide(f"{role.name} is a {role.kind} agent (by {', '.join(signs)}){'' if model else '; no model is named'}")


def _told(by_agent: Any, role: Role) -> Told | None:
    """What is told for this agent; for a loop, else, what is told for all of them."""
    own = next((by_agent[name] for name in role.names if name in by_agent), None)
    return own or (by_agent.get("") if role.kind == "loop" else None)


def _backend(found: Inferred, role: Role) -> str:
    told = _told(found.world.backends, role) or found.world.backends.get("")
    if told is None:
        found.decide(f"no backend is named for {role.name}: {_BACKEND}")
        return _BACKEND
    if told.value not in SHIPPED_BACKENDS and told.value not in found.backends:
        found.backends[told.value] = {"argv": [told.value]}
        found.not_understood.append(
            NotUnderstood(told.origin, f"cotemp ships no backend {told.value}: complete [backends.{told.value}]")
        )
    return told.value


def _prompt(found: Inferred, role: Role) -> dict[str, Any] | None:
    """The prompt as keys; None when the agent cannot be without one, and has none."""
    plans = found.world.plans or found.world.root
    file = next((plans / name for name in role.prompts if (plans / name).is_file()), None)
    if file:
        return {"prompt": str(file)}
    command = found.world.launchers.commands.get(role.name)
    if command or role.command:
        return {"prompt_text": command.value if command else role.command}
    if role.kind == "loop":
        found.decide(f"{role.name} has no prompt file: write {plans / role.prompts[0]} before you start it")
        return {"prompt": str(plans / role.prompts[0])}
    if role.prompts:
        return {}  # it waits for what it is told
    launcher = next(file for file in found.world.launchers.files if file.name.removesuffix(".orig") in role.launchers)
    why = f"nobody can tell which prompt this gives: add [agents.{role.name}] yourself"
    found.not_understood.append(NotUnderstood(Origin(launcher), why))
    return None


def _folder(found: Inferred, agent: str, role: Role) -> Path:
    running = _running(found.world, agent)
    if running and running.folder.is_dir():
        return running.folder
    candidates = folders_of(found.world, role)
    there = next((folder for folder in candidates if folder.is_dir()), None)
    if there is None:
        found.decide(f"{agent} should work in {candidates[0]}, which is not there: check workdir")
    return there or candidates[0]


def _wake(found: Inferred, role: Role) -> dict[str, Any]:
    if role.name == "orchestrator":
        plans = found.world.plans
        prompt = next((plans / name for name in _WAKE_PROMPTS if plans and (plans / name).is_file()), None)
        return {"wake": {"every": "1h"} | ({"prompt": str(prompt)} if prompt else {})}
    return {"wake": {"cron": _SUNDAY, "tz": "UTC"}} if role.weekly else {}


def _switches(found: Inferred) -> None:
    for backend, switch in found.world.launchers.switches.items():
        if any(agent["backend"] == backend for agent in found.agents.values()):
            found.backends[backend] = {"argv": [backend, switch.value]}
            what = f"{backend} is started with {switch.value}, as before: without it, it asks a human for each step"
            found.decide(what, switch.origin)
