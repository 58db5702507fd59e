"""Who would hold a DO to its consent on this machine: asked here and nowhere else in this room."""

from __future__ import annotations

from pathlib import Path

from ..messages.policy import Policy
from .model import Walls

__all__ = ["walls_of"]


def walls_of(state_root: Path, policy: Policy) -> Walls:
    """The enforcer that passed its self-test on this machine, or why there is none.

    `state_root` is the folder of this machine's state for all homes. The first call after a boot runs the
    self-test, which takes about 0.1 s.
    """
    from ..sandbox import Missing, find  # start-up: a rejected header is told without

    found = find(state_root, wanted=policy.enforcer.value)
    if isinstance(found, Missing):
        return Walls(None, why=found.why, fix=found.fix)
    return Walls(found.name, found.self_tested or None, overlay=found.overlay, memory=found.limits_memory)
