"""How often the fleet looks, and for how long it waits; tests go faster."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Pace"]


@dataclass(frozen=True, slots=True)
class Pace:
    """All in seconds.

    `look`: between two looks at all terminals. `glance`: between two looks at the files that tell of changes (refs,
    requests, inboxes). `reread`: after which a terminal is read again although nothing changed. `hands`: for so long
    after a human's key nothing is typed. `shown`: within which typed text must stand in the composer. `sent`: within
    which Enter must have had an effect. `life`: after which a program that still runs has started. `stale`: a resumed
    program that ends within that time with an error did not know its session id. `leave`: for which a program that
    was asked to end may take its time. `pause`: after a bug, until the next step.
    """

    look: float = 2.0
    glance: float = 0.5
    reread: float = 60.0
    hands: float = 3.0
    shown: float = 2.0
    sent: float = 3.0
    life: float = 15.0
    stale: float = 15.0
    leave: float = 8.0
    pause: float = 5.0
