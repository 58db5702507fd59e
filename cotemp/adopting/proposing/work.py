"""What the agents hand to each other, and where: the builder's repo, commits, inbox files; and what is checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..model import Decision, OldPhase, World
from ..reading.files import Unreadable, text_of
from .roles import called

__all__ = ["checks", "handoff", "phase_tables"]

_ORIGIN_HEAD = re.compile(r"ref: refs/remotes/(origin/[\w./-]+)\s*")
_REACHABLE = re.compile(r"`ssh ([A-Za-z0-9][A-Za-z0-9.-]*) hostname`")
_DOCUMENTS = ("ai-progress-monitor-prompt.txt", "orchestration.md", "AGENTS.md")


def handoff(world: World, agents: Mapping[str, Mapping[str, Any]]) -> tuple[dict[str, Any], list[Decision]]:
    """`[handoff]`; empty where no loop works."""
    builder, adversary = called(agents, "builder"), called(agents, "adversary")
    if builder is None or "workdir" not in agents[builder]:
        return {}, []
    repo = Path(str(agents[builder]["workdir"]))
    ref, decisions = _ref(repo)
    table: dict[str, Any] = {"repo": str(repo), "ref": ref}
    if world.plans and (world.plans / "JOURNAL.md").is_file():
        table["journal"] = str(world.plans / "JOURNAL.md")
    pairs = (("claim(", adversary), ("review(", builder))
    table["commits"] = [{"prefix": prefix, "to": to} for prefix, to in pairs if to]
    inboxes = (("BUILDER-INBOX.md", builder), ("ADVERSARY-INBOX.md", adversary))
    table["inboxes"] = [{"file": file, "to": to} for file, to in inboxes if to]
    return table, decisions


def _ref(repo: Path) -> tuple[str, list[Decision]]:
    """The branch that both loops push to, as the clone names it."""
    try:
        head = _ORIGIN_HEAD.fullmatch(text_of(repo / ".git" / "refs" / "remotes" / "origin" / "HEAD", repo))
    except Unreadable:
        head = None
    if head:
        return head[1], []
    why = "does not name its main branch" if (repo / ".git").exists() else "is no repo"
    return "origin/main", [Decision(f"{repo} {why}: commits are looked for on origin/main; check ref in [handoff]")]


def checks(world: World) -> tuple[dict[str, Any], list[Decision]]:
    """`[checks]`: the hosts that the orchestrator's own instructions tell it to reach."""
    found: dict[str, Any] = {}
    for file in (folder / name for folder in (world.plans, world.root) if folder for name in _DOCUMENTS):
        try:
            hosts = _REACHABLE.findall(text_of(file, world.root))
        except Unreadable:
            continue
        for host in hosts:
            found.setdefault(host, {"argv": ["ssh", "-o", "BatchMode=yes", host, "hostname"]})
    return found, [
        Decision(f"whether {host} can be reached is checked, as the orchestrator was told to") for host in found
    ]


def phase_tables(world: World, phases: list[OldPhase], repo: Path | None) -> list[dict[str, Any]]:
    """`[[phases]]`, plan files as the supervisor finds them: in the repo, or by their full path."""
    return [_phase_table(world, phase, repo) for phase in phases]


def _phase_table(world: World, phase: OldPhase, repo: Path | None) -> dict[str, Any]:
    table: dict[str, Any] = {"id": phase.id, "plan": _plan(world, phase.plan, repo)}
    if phase.status:
        table["status"] = phase.status
    return table | ({"models": dict(phase.models)} if phase.models else {})


def _plan(world: World, plan: str, repo: Path | None) -> str:
    if repo and (repo / plan).is_file():
        return plan
    near = (folder / plan for folder in (world.plans, world.root) if folder)
    return next((str(file) for file in near if file.is_file()), plan)
