"""The agents of an old world by what they are for: the loops, the orchestrator, the assistant, the weekly tasks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..model import World

__all__ = ["ROLES", "Role", "called", "folders_of", "role_of", "session_of"]


@dataclass(frozen=True, slots=True)
class Role:
    """`names` are what the launchers call it, ours first; its tmux session ends in one of them. `launchers` prove that
    it is there. `folder` is where it works: the root, the world's name in it with an ending (a clone), or beside it."""

    names: tuple[str, ...]
    kind: Literal["loop", "persistent", "task"]
    launchers: tuple[str, ...]
    folder: Literal["", "-clone", "-adv", "-orch"] = ""
    prompts: tuple[str, ...] = ()
    command: str = ""
    weekly: bool = False

    @property
    def name(self) -> str:
        return self.names[0]


ROLES = (
    Role(("builder",), "loop", ("launch.py", "launch.sh"), "-clone", ("prompts/builder.md",)),
    Role(("adversary", "adv"), "loop", ("launch.py", "launch.sh"), "-adv", ("prompts/adversary.md",)),
    Role(
        ("orchestrator", "orch"),
        "persistent",
        ("launch-orchestrator.py", "launch-orchestrator.sh"),
        "-orch",
        ("prompts/orchestrator.md", "ai-progress-monitor-prompt.txt"),
    ),
    Role(("assistant",), "task", ("launch-assistant.py",), "-orch", ("prompts/assistant.md",)),
    Role(("upgrader",), "task", ("launch-upgrader.py",), command="/upgrade-all", weekly=True),
    Role(("report",), "task", ("launch-report.py",)),
)

_DEFAULT = "cc-ci"
"""What the world that the launchers were written for is called; a guess where nothing else tells."""


def role_of(agent: str) -> Role | None:
    """What the agent of that name is for; None when nobody knows."""
    return next((role for role in ROLES if agent in role.names), None)


def called(agents: Iterable[str], name: str) -> str | None:
    """The one of `agents` that the launchers call `name`."""
    known = list(agents)
    if name in known:
        return name
    role = role_of(name)
    return next((one for one in known if role and one in role.names), None)


def session_of(world: World, agent: str) -> str:
    """The exact name of the agent's tmux session: as the old settings or the launchers have it, else by rule."""
    if world.config and agent in world.config.sessions:
        return world.config.sessions[agent]
    role = role_of(agent)
    endings = ("adv", "adversary") if role and role.name == "adversary" else (role.name if role else agent,)
    named = (name for ending in endings for name in sorted(world.launchers.sessions) if name.endswith(f"-{ending}"))
    return next(named, f"{world.name or _DEFAULT}-{endings[0]}")


def folders_of(world: World, role: Role) -> list[Path]:
    """Where an agent may work, the likeliest first."""
    root, name = world.root, world.name or world.root.name
    by_rule = {
        "": [root],
        "-clone": [root / name],
        "-adv": [root / f"{name}-adv"],
        "-orch": [root.with_name(f"{root.name}-orch"), root / f"{name}-orch", root],
    }
    return by_rule[role.folder]
