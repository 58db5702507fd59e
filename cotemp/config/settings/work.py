"""What `agents.toml` says of the work that agents hand to each other, and of what is watched beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from ..kinds import Command, Table
from .words import Argv, FileId, Id, Line, RepoPath, Seconds, Session, SomePath

__all__ = ["CheckConfig", "CommitRule", "Handoff", "InboxRule", "Phase", "SupervisorConfig"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitRule(Table):
    """A commit whose subject starts so is for that agent."""

    prefix: Line
    to: Session


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxRule(Table):
    """A file of that name in the repo is for that agent."""

    file: RepoPath
    to: Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Handoff(Table):
    """Where the agents hand work to each other: commits on `ref` of `repo`, and inbox files.

    `fetch` is how often, in seconds, a ref of a remote is fetched (None: every 30 s; a local ref never is). When all
    phases are done, a line is appended to `journal` (None: to no file).
    """

    repo: SomePath
    ref: Line = "HEAD"
    fetch: Seconds | None = None
    journal: Line | None = None
    commits: tuple[CommitRule, ...] = ()
    inboxes: tuple[InboxRule, ...] = ()

    @property
    def journal_file(self) -> Path | None:
        """The journal's path; one that is not absolute lies in the repo."""
        return self.repo / Path(self.journal).expanduser() if self.journal else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase(Table):
    """One phase of the sequence: its plan (a path in the repo, or an absolute one), its status file (a path in the
    repo), and for agents by name another model, backend or prompt file while it lasts."""

    id: FileId
    plan: Line
    status: RepoPath | None = None
    models: Mapping[Session, Line] = field(default_factory=dict)
    backends: Mapping[Session, Id] = field(default_factory=dict)
    prompts: Mapping[Session, SomePath] = field(default_factory=dict)

    @property
    def status_file(self) -> str:
        """The path of the status file in the repo; `STATUS-<id>.md` when none is named."""
        return self.status or f"STATUS-{self.id}.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckConfig(Table):
    """A command that tells whether something works (exit code 0), run `every` so many seconds and ended after
    `timeout` seconds. `status` shows it; with `shown = false` only while it fails."""

    argv: Argv
    every: Seconds = 300.0
    timeout: Seconds = 10.0
    shown: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisorConfig(Table):
    """The supervisor itself. `notify` is the command for a notification on the desktop (`{text}` is what it says,
    `{title}` its title), false for none, None for what the system has."""

    notify: Annotated[Argv | bool, Command()] | None = None
