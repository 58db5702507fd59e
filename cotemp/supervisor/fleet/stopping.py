"""Ends an agent's program: by the keys that make it leave, and by force when it stays."""

from __future__ import annotations

import time
from collections.abc import Sequence

from ...hosts.host import Host
from .pace import Pace

__all__ = ["stop"]

BETWEEN_KEYS = 0.3
"""Seconds between two exit keys: a program that gets them at once may take them for one."""


def stop(host: Host, agent: str, exit_keys: Sequence[str], pace: Pace) -> bool:
    """End it, and its terminal. `exit_keys` empty: by force at once. True when it left by itself."""
    left = bool(exit_keys) and _left(host, agent, exit_keys, pace)
    host.stop(agent)
    return left


def _left(host: Host, agent: str, exit_keys: Sequence[str], pace: Pace) -> bool:
    for key in exit_keys:
        if _is_gone(host, agent):
            return True
        host.press(agent, key)
        time.sleep(BETWEEN_KEYS)
    deadline = time.monotonic() + pace.leave
    while not (gone := _is_gone(host, agent)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return gone


def _is_gone(host: Host, agent: str) -> bool:
    pane = host.look().get(agent)
    return pane is None or pane.dead
