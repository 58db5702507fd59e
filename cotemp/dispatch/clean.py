"""What is written about a run, and what it left, without secrets: the one place through which all of it goes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ..messages.do import Problem
from ..messages.run import Change, Ended, Run
from ..places import write_whole
from ..redact import Scrubber
from ..redact.files import Changed, is_text, known_in, scrub_file
from ..store.mailbox import move
from .pruning import prune

if TYPE_CHECKING:
    from ..messages.runlog import Artifact

__all__ = ["PATCH", "clean_artifacts", "clean_ended", "clean_run"]

T = TypeVar("T")

PATCH = "diff.patch"
"""The artifact that shows what a run changed."""
CLEANED = "artifacts.cleaned"
"""A file of this name in a run's folder says that its artifacts hold no secrets any more, and what could not be
helped, a line each."""


def clean_run(run: Run, data: bytes, scrubber: Scrubber) -> Run:
    """`run` without secrets in its texts; `data` is its DO, which stays as it is: what it holds becomes a warning."""
    scrub = scrubber.scrub
    return replace(
        run,
        title=scrub(run.title),
        repo=run.repo and scrub(run.repo),
        sender=run.sender and scrub(run.sender),
        warnings=tuple(map(scrub, (*run.warnings, *_held_by_do(data, scrubber)))),
        problems=tuple(_clean_problem(problem, scrubber) for problem in run.problems),
    )


def clean_ended(ended: Ended, scrubber: Scrubber) -> Ended:
    """`ended` without secrets in its texts."""
    return replace(
        ended,
        reason=ended.reason and scrubber.scrub(ended.reason),
        changes=_clean_change(ended.changes, scrubber),
        artifacts=tuple(_clean_artifact(artifact, scrubber) for artifact in ended.artifacts),
        warnings=tuple(map(scrubber.scrub, ended.warnings)),
    )


def clean_artifacts(run_dir: Path, scrubber: Scrubber) -> tuple[str, ...]:
    """Cut what a run that has ended left in `artifacts/` down to what can be kept, and take the secrets out of it: out
    of texts, and out of names.

    Returns what a person should know, a sentence each. May be called again: it is done once. Raises OSError when
    the disk refuses; the artifacts must not be shown then.
    """
    folder, done = run_dir / "artifacts", run_dir / CLEANED
    if not folder.is_dir():
        return ()
    try:
        return tuple(done.read_text(encoding="utf-8").splitlines())
    except FileNotFoundError:
        pass
    pruned = prune(folder, PATCH)
    if not any(folder.iterdir()):
        return pruned
    warnings = tuple(dict.fromkeys((*pruned, *_clean_tree(folder, scrubber))))
    write_whole(done, "".join(f"{line}\n" for line in warnings).encode("utf-8", "backslashreplace"), mode=0o600)
    return warnings


def _held_by_do(data: bytes, scrubber: Scrubber) -> Iterator[str]:
    fresh = scrubber.fresh()
    fresh.scrub_bytes(data)
    if fresh.counts:
        yield f"the DO itself holds secrets ({_listed(fresh.counts)}); the outbox keeps it as it is"


def _listed(counts: dict[str, int]) -> str:
    """`2 github-token, 1 jwt`."""
    return ", ".join(f"{number} {kind}" for kind, number in sorted(counts.items()))


def _clean_problem(problem: Problem, scrubber: Scrubber) -> Problem:
    key, what, fix = map(scrubber.scrub, (problem.key, problem.what, problem.fix))
    return replace(problem, key=key, what=what, fix=fix)


def _clean_change(change: Change, scrubber: Scrubber) -> Change:
    def clean(texts: Sequence[str]) -> tuple[str, ...]:
        return tuple(map(scrubber.scrub, texts))

    return replace(
        change,
        created=clean(change.created),
        changed=clean(change.changed),
        deleted=clean(change.deleted),
        refs=clean(change.refs),
    )


def _clean_artifact(artifact: Artifact, scrubber: Scrubber) -> Artifact:
    return {**artifact, "path": scrubber.scrub(artifact["path"])}


def _clean_tree(folder: Path, scrubber: Scrubber) -> Iterator[str]:
    """Clean every file, deepest first, so that a folder is renamed after what is in it."""
    for at, folders, files in os.walk(folder, topdown=False):
        for name in (*files, *folders):
            path = Path(at, name)
            told = scrubber.scrub(path.relative_to(folder).as_posix())
            if path.is_symlink():
                yield from _clean_link(path, told, scrubber)
            elif path.is_file() and os.access(path, os.R_OK):  # who cannot read it cannot file it either
                yield from _clean_file(path, told, scrubber)
            clean = scrubber.scrub_name(name)
            if clean != name and os.path.lexists(path):
                _in_folder(path.parent, partial(move, path, path.with_name(clean)))


def _clean_link(path: Path, told: str, scrubber: Scrubber) -> Iterator[str]:
    target = os.readlink(path)
    if scrubber.scrub(target) != target:
        _in_folder(path.parent, path.unlink)
        yield f"artifact {told}, a link, was removed: its target held a secret"


def _clean_file(path: Path, told: str, scrubber: Scrubber) -> Iterator[str]:
    if is_text(path):
        counts = _in_folder(path.parent, partial(_scrub_file, path, scrubber))
        if counts:
            yield f"secrets were taken out of artifact {told}: {_listed(counts)}"
    elif known := known_in(path, scrubber):
        yield f"artifact {told} is no text and holds the value of {', '.join(sorted(known))}: it is kept as it is"


def _in_folder(folder: Path, act: Callable[[], T]) -> T:
    """Change something in `folder`, even if the run made it read-only."""
    try:
        return act()
    except PermissionError:
        folder.chmod(0o700)
        return act()


def _scrub_file(path: Path, scrubber: Scrubber) -> dict[str, int]:
    try:
        return scrub_file(path, scrubber)
    except Changed as error:
        raise OSError(f"{path} is still being written") from error
