"""What is seen of the repo where agents hand work to each other: commits, status files, inbox files, plans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

__all__ = ["Commit", "FileSeen", "Files", "Reached", "StatusSeen", "Statuses"]


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit that reached the ref. `identity` = digest of author, author date and subject: it survives a rebase.
    `to`: the agent whose rule its subject fits; `prefix`: that rule's."""

    sha: str
    identity: str
    to: str
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class StatusSeen:
    """A phase's status file at the ref: its blob id, whether a line starts with `## DONE`, and until when it waits."""

    blob: str
    done: bool
    waiting_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class FileSeen:
    """A watched file (an inbox file) that is there now, and for whom it is."""

    name: str
    to: str


@dataclass(frozen=True, slots=True)
class Reached:
    """All commits of the ref that fit a rule, oldest first; those that were seen before included (as far back as is
    looked)."""

    commits: tuple[Commit, ...]


@dataclass(frozen=True, slots=True)
class Statuses:
    """The phases' status files at the ref, by phase; those that are missing are left out."""

    seen: Mapping[str, StatusSeen]


@dataclass(frozen=True, slots=True)
class Files:
    """All inbox files that are there now, and the blob ids of the phases' plan files."""

    inboxes: tuple[FileSeen, ...]
    plans: Mapping[str, str]
