"""A transaction as data: what a run found at its start, and every path that it changed."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from ..messages.run import Change
from .showing import shown

__all__ = ["UNREADABLE", "Base", "Changes", "Kind", "Node", "RefMove", "Step"]

UNREADABLE = "unreadable"
"""In place of the digest of a file that we may not read."""


class Kind(StrEnum):
    """What is at a path. `other`: a device, FIFO or socket, or something on another file system."""

    ABSENT = "absent"
    FILE = "file"
    FOLDER = "folder"
    LINK = "link"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Node:
    """What is, or shall be, at a path. `size` in bytes; `sha256` of a file's content; `target` of a link."""

    kind: Kind = Kind.ABSENT
    mode: int = 0
    size: int = 0
    sha256: str = ""
    target: str = ""
    mtime_ns: int = 0
    uid: int = -1
    gid: int = -1

    def same(self, other: Node) -> bool:
        """True when nobody could tell the two apart by content, kind and mode; times do not count."""
        if self.kind is not other.kind:
            return False
        if self.kind is Kind.LINK:
            return self.target == other.target
        if UNREADABLE in (self.sha256, other.sha256):
            return (self.mode, self.size, self.mtime_ns) == (other.mode, other.size, other.mtime_ns)
        return (self.mode, self.sha256) == (other.mode, other.sha256)

    def same_content(self, other: Node) -> bool:
        """True for two files that differ at most in their modes and times."""
        return self.kind is other.kind is Kind.FILE and self.sha256 == other.sha256


@dataclass(frozen=True, slots=True)
class Step:
    """One path of the repo, relative to it, before and after. `number` names its preimage."""

    number: int
    path: str
    before: Node
    after: Node

    def reversed(self) -> Step:
        """The step that takes this one back."""
        return Step(self.number, self.path, self.after, self.before)


@dataclass(frozen=True, slots=True)
class RefMove:
    """A branch, tag or HEAD that a run moved; None where it did not exist. `forward`: no history was left behind."""

    name: str
    old: str | None
    new: str | None
    forward: bool

    def __str__(self) -> str:
        return f"{shown(self.name)}: {_short(self.old)} -> {_short(self.new)}"


def _short(value: str | None) -> str:
    if value is None:
        return "(none)"
    return shown(value.removeprefix("ref: ")) if value.startswith("ref: ") else shown(value[:12])


@dataclass(frozen=True, slots=True)
class Base:
    """The repo at the start of a run. `began` in nanoseconds since the epoch; `refs`, `head` None without git."""

    repo: str
    device: int
    inode: int
    kind: str
    began: int
    head: str | None = None
    refs: str | None = None
    index: str | None = None


@dataclass(frozen=True)
class Changes:
    """All that a run changed. `problems`: why it may never be applied. `untracked`: paths overwritten or
    deleted that git does not have, so that only we could bring them back. `vanished`: paths that the run
    changed and somebody else deleted while it ran."""

    kind: str
    steps: tuple[Step, ...] = ()
    refs: tuple[RefMove, ...] = ()
    problems: tuple[str, ...] = ()
    untracked: frozenset[str] = field(default_factory=frozenset)
    vanished: tuple[str, ...] = ()

    @cached_property
    def created(self) -> tuple[str, ...]:
        """Paths that were not there before, in order, safe to show; git's own bookkeeping is left out."""
        return tuple(shown_step(s) for s in self._told if s.before.kind is Kind.ABSENT)

    @cached_property
    def changed(self) -> tuple[str, ...]:
        """Paths whose content, kind, target or mode is another now."""
        return tuple(shown_step(s) for s in self._told if Kind.ABSENT not in (s.before.kind, s.after.kind))

    @cached_property
    def deleted(self) -> tuple[str, ...]:
        """Paths that are gone."""
        return tuple(shown_step(s) for s in self._told if s.after.kind is Kind.ABSENT)

    @cached_property
    def _told(self) -> list[Step]:
        filled = {s.path.rpartition("/")[0] for s in self.steps}
        return [s for s in self.steps if not is_bookkeeping(s.path) and not _is_implied(s, filled)]

    def told(self, state: str) -> Change:
        """The same for the ledger and the JSON log; `state` as in `Change`."""
        return Change(state, self.created, self.changed, self.deleted, tuple(map(str, self.refs)))

    def as_json(self) -> dict[str, Any]:
        """Plain values; `from_json` reads them."""
        return {**dataclasses.asdict(self), "untracked": sorted(self.untracked)}

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> Changes:
        """What `as_json` gave."""
        steps = [Step(s["number"], s["path"], _node(s["before"]), _node(s["after"])) for s in found["steps"]]
        refs = [RefMove(**ref) for ref in found["refs"]]
        return cls(
            found["kind"], tuple(steps), tuple(refs), tuple(found["problems"]), frozenset(found["untracked"]),
            tuple(found["vanished"]),
        )  # fmt: skip


def is_bookkeeping(path: str) -> bool:
    """True for what git itself keeps below `.git`: people are told of refs instead."""
    return path == ".git" or path.startswith(".git/")


def shown_step(step: Step) -> str:
    """The path of a step, safe to show; a folder ends with a slash."""
    return shown(step.path) + ("/" if Kind.FOLDER in (step.before.kind, step.after.kind) else "")


def _is_implied(step: Step, filled: set[str]) -> bool:
    """A folder that came or went with what it holds need not be told of."""
    kinds = {step.before.kind, step.after.kind}
    return kinds == {Kind.FOLDER, Kind.ABSENT} and step.path in filled


def _node(found: dict[str, Any]) -> Node:
    return Node(**{**found, "kind": Kind(found["kind"])})
