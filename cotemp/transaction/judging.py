"""What becomes of a run's changes: applied, held for a human, or refused. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ..messages.do import Flags
from .model import Changes, Kind, Step
from .rules import held, is_cache
from .showing import shown

__all__ = ["Verdict", "judge"]

_NAMED = 5


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do with the changes, and why, as sentences; nothing and apply need no reason."""

    kind: Literal["nothing", "apply", "hold", "refuse"]
    reasons: tuple[str, ...] = ()


def judge(changes: Changes, consent: Flags) -> Verdict:
    """Decide about `changes` under the consent that the run had."""
    if changes.problems:
        return Verdict("refuse", changes.problems)
    if not changes.steps:
        return Verdict("nothing")
    if not consent.writes:
        return Verdict("refuse", ("the run changed its repo without consent to write",))
    reasons = [*_later(changes), *(() if consent.destructive else _destroyed(changes))]
    return Verdict("hold", tuple(reasons)) if reasons else Verdict("apply")


def _later(changes: Changes) -> Iterator[str]:
    """What programs outside the sandbox read or run by themselves: never without a human."""
    for step in changes.steps:
        if reason := held(step.path):
            yield f"{reason}, so a human looks at it first"
    for folder in _bare_repositories(changes):
        yield f"{shown(folder)}/ would look like a git repository of its own, so a human looks at it first"


def _bare_repositories(changes: Changes) -> Iterator[str]:
    """Folders that git would take for a repository, whose configuration names programs."""
    made = {s.path for s in changes.steps if s.after.kind is not Kind.ABSENT and ".git" not in s.path.split("/")}
    for path in sorted(made):
        folder, _, name = path.rpartition("/")
        if name == "HEAD" and (f"{folder}/objects" in made or f"{folder}/refs" in made):
            yield folder or "."


def _destroyed(changes: Changes) -> Iterator[str]:
    """What could not be had back without us, or is lost to others who look for it."""
    deleted = [s.path for s in changes.steps if s.after.kind is Kind.ABSENT and _counts(s)]
    if deleted:
        yield f"it deletes {_some(deleted)}, without consent to destroy"
    lost = sorted(changes.untracked.difference(deleted))
    if lost:
        yield f"it overwrites {_some(lost)}, which git does not have, without consent to destroy"
    for ref in changes.refs:
        if not ref.forward:
            yield f"it {'deletes' if ref.new is None else 'rewrites the history of'} {ref}, without consent to destroy"


def _counts(step: Step) -> bool:
    """Caches come and go; of git's own files only objects hold what is nowhere else (refs are judged as refs)."""
    if step.path.startswith(".git/"):
        return step.path.startswith(".git/objects/") and step.before.kind is Kind.FILE
    return not is_cache(step.path) and not (step.before.kind is Kind.FOLDER and step.path.endswith("__pycache__"))


def _some(paths: list[str]) -> str:
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    return ", ".join(map(shown, paths[:_NAMED])) + more
