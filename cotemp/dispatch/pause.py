"""When a queue that can take nothing now looks again."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["NOTHING_WAITS", "REPO_POLL", "RETRY", "Pause", "sooner"]

RETRY = 2.0
"""Seconds after which something that could not be done is tried again."""
REPO_POLL = 0.25
"""Seconds between two looks at a repo that another run holds."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing can be taken now: look again in `seconds`.

    `overtake`: later DOs of the session may go first meanwhile. `expected`: it is a matter of time
    only, not of something that a human has to do.
    """

    seconds: float
    overtake: bool = True
    expected: bool = True


NOTHING_WAITS = Pause(float("inf"), expected=False)
"""Only a change of the session's folders is a reason to come back."""


def sooner(one: Pause, other: Pause) -> Pause:
    """The pause that fits both."""
    return Pause(min(one.seconds, other.seconds), expected=one.expected or other.expected)
