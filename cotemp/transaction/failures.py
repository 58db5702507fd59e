"""What can go wrong with a transaction, as branches of the error tree."""

from __future__ import annotations

from collections.abc import Sequence

from ..display import display_line
from ..errors import AnswerIsNo, WaitsForHuman

__all__ = ["Conflict", "NotPossible", "Overlap", "named"]

_NAMED = 8


class NotPossible(WaitsForHuman):
    """No copy-on-write view of this folder can be made here; `why` is a sentence without its full stop."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the folder cannot be changed as a transaction: {why}", "a human decides: cotemp held")
        self.why = why


class Conflict(AnswerIsNo):
    """The repo changed while the DO ran, or since: nothing was applied. `paths` say where."""

    def __init__(self, paths: Sequence[str]) -> None:
        super().__init__(
            f"the repo changed meanwhile, so nothing was applied: {named(paths)}",
            "both are kept: look at the difference with cotemp diff RUN, then run the DO again",
        )
        self.paths = tuple(paths)


class Overlap(AnswerIsNo):
    """What the run changed was changed again since: nothing was undone. `paths` say where."""

    def __init__(self, paths: Sequence[str]) -> None:
        super().__init__(
            f"changed again since the run, so nothing was undone: {named(paths)}",
            "put those back first, or take the rest back by hand with cotemp diff RUN",
        )
        self.paths = tuple(paths)


def named(paths: Sequence[str]) -> str:
    """Some paths in one line that is safe on a terminal."""
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    return ", ".join(display_line(path, 200) for path in paths[:_NAMED]) + more
