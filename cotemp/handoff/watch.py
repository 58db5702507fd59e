"""Watching the repo of `[handoff]`: cheap to ask twice a second, and it tells only what is new."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from ..config.settings import Handoff
from . import statuses
from .commits import FIRST, MOST, commits
from .fetching import Fetcher
from .files import Digests, Presence, inside, is_file
from .git import GitFailed, Repo, find
from .refs import mark, resolve
from .seen import Commit, Files, FileSeen, Reached, Statuses, StatusSeen
from .tree import Blob, contents, listed

__all__ = ["PhaseFiles", "RepoWatch", "Told"]

Seen = Reached | Statuses | Files

RESCAN = 60.0
"""Seconds after which git is asked although nothing seemed to change."""
AGAIN = 5.0
"""Seconds after which git is asked again that could not answer."""
_OVER = {"repo": "the repo of the handoff can be read again", "fetch": "the repo of the handoff can be fetched again"}


class PhaseFiles(NamedTuple):
    """The files of a phase: its plan (a path in the repo, or an absolute one) and its status file in the repo."""

    id: str
    plan: str
    status: str


@dataclass(frozen=True, slots=True)
class Told:
    """What is new, and what a person should know, each once."""

    events: tuple[Seen, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Tip:
    """The commit that the ref names, and what stands in it; `statuses` by blob id."""

    sha: str
    commits: tuple[Commit, ...]
    blobs: Mapping[str, Blob]
    statuses: Mapping[str, statuses.Status]


_NOTHING_YET = _Tip("", (), {}, {})
"""A ref that is not there yet: what will reach it is new, not history."""


class RepoWatch:
    """Looks after one repo. `poll` belongs to one thread; it takes as long as git does when the ref moved."""

    def __init__(self, handoff: Handoff, phases: Sequence[PhaseFiles], *, began: bool = True) -> None:
        """`began` False: it is the first look ever, which goes further back."""
        self._handoff = handoff
        self._phases = tuple(phases)
        self._most = MOST if began else FIRST
        self._fetcher = Fetcher(handoff.ref, handoff.fetch)
        self._presence = Presence(rule.file for rule in handoff.inboxes)
        self._digests = Digests()
        self._mark: object = None
        self._due = 0.0
        self._failure = ""
        self._tip: _Tip | None = None
        self._events: dict[type[Seen], Seen] = {}
        self._problems: dict[str, str] = {}

    def watch(self, phases: Sequence[PhaseFiles]) -> None:
        """From now on these are the phases."""
        if tuple(phases) != self._phases:
            self._phases, self._mark = tuple(phases), None

    def poll(self, now: datetime) -> Told:
        """What is new since the last call; the first one tells all that is there.

        While the repo or the ref is missing, what was seen in it before goes on to hold.
        """
        try:
            repo = self._found()
            self._fetcher.poll(repo)
            tip = self._looked(repo)
        except GitFailed as error:
            return Told(problems=self._new_problems({"repo": str(error)}))
        seen = {phase: self._status(phase, tip, now) for phase in self._phases}
        statuses_seen = {phase.id: one for phase, (one, _) in seen.items() if one}
        events = (Reached(tip.commits), Statuses(statuses_seen), self._files(repo, tip))
        problems = {phase.status: problem for phase, (_, problem) in seen.items()}
        problems |= {"repo": self._failure, "fetch": self._fetcher.problem}
        return Told(self._new_events(events), self._new_problems(problems))

    # --- asking git, when something may have changed ---

    def _found(self) -> Repo:
        repo = find(self._handoff.repo)
        if repo is None:
            raise GitFailed(f"{self._handoff.repo} is no git repo: nothing is handed off there")
        return repo

    def _looked(self, repo: Repo) -> _Tip:
        seen = mark(repo, self._handoff.ref)  # before git is asked: what moves meanwhile is seen the next time
        if seen != self._mark or time.monotonic() >= self._due:
            self._look(repo)
            self._mark = seen
        if self._tip is None:
            raise GitFailed(self._failure)
        return self._tip

    def _look(self, repo: Repo) -> None:
        self._failure, pause = "", RESCAN
        try:
            sha = resolve(repo, self._handoff.ref)
            if sha is None:
                self._tip = self._tip or _NOTHING_YET
                raise GitFailed(f"there is no {self._handoff.ref}")
            self._tip = self._read(repo, sha)
        except GitFailed as error:
            self._failure, pause = f"nothing is handed off in {self._handoff.repo}: {error}", AGAIN
        self._due = time.monotonic() + pause

    def _read(self, repo: Repo, sha: str) -> _Tip:
        found = self._tip.commits if self._tip and self._tip.sha == sha else None
        if found is None:
            found, self._most = commits(repo, sha, self._handoff.commits, self._most), MOST
        inboxes = [rule.file for rule in self._handoff.inboxes]
        plans = filter(None, (inside(repo.files, phase.plan) for phase in self._phases))
        blobs = listed(repo, sha, [*inboxes, *plans, *(phase.status for phase in self._phases)])
        return _Tip(sha, found, blobs, self._parsed(repo, blobs))

    def _parsed(self, repo: Repo, blobs: Mapping[str, Blob]) -> Mapping[str, statuses.Status]:
        known = self._tip.statuses if self._tip else {}
        wanted = {blobs[phase.status] for phase in self._phases if phase.status in blobs}
        read = contents(repo, [blob for blob in wanted if blob.id not in known])
        kept = {blob.id: known[blob.id] for blob in wanted if blob.id in known}
        return kept | {blob: statuses.read(data) for blob, data in read.items()}

    # --- what it means ---

    def _status(self, phase: PhaseFiles, tip: _Tip, now: datetime) -> tuple[StatusSeen | None, str]:
        """The phase's status file, and what is wrong with it."""
        blob = tip.blobs.get(phase.status)
        status = tip.statuses.get(blob.id) if blob else None
        if blob is None:
            return None, ""
        if status is None:
            return StatusSeen(blob.id, done=False), f"{phase.status} is not read: {blob.why_unread}"
        problem = status.problem(now)
        return status.seen(blob.id, now), f"{phase.status}: {problem}" if problem else ""

    def _files(self, repo: Repo, tip: _Tip) -> Files:
        there = self._presence.of(lambda name: name in tip.blobs or is_file(repo.files, name))
        inboxes = tuple(FileSeen(rule.file, rule.to) for rule in self._handoff.inboxes if rule.file in there)
        plans = {phase.id: self._plan(repo, tip, phase.plan) for phase in self._phases}
        return Files(inboxes, {phase: digest for phase, digest in plans.items() if digest})

    def _plan(self, repo: Repo, tip: _Tip, plan: str) -> str | None:
        blob = tip.blobs.get(inside(repo.files, plan) or "")
        if blob:
            return blob.id
        kind = "sha256" if len(tip.sha) == 64 else "sha1"
        return self._digests.of((repo.files or repo.gitdir) / Path(plan).expanduser(), kind)

    # --- each thing is told once ---

    def _new_events(self, events: Iterable[Seen]) -> tuple[Seen, ...]:
        new = tuple(event for event in events if self._events.get(type(event)) != event)
        self._events |= {type(event): event for event in new}
        return new

    def _new_problems(self, problems: Mapping[str, str]) -> tuple[str, ...]:
        new = [text for about, text in problems.items() if text and self._problems.get(about) != text]
        over = [text for about, text in _OVER.items() if self._problems.get(about) and problems.get(about) == ""]
        self._problems |= problems
        return (*new, *over)
