"""Waiting for a condition with a deadline: the only way in which tests wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import psutil

T = TypeVar("T")


def eventually(probe: Callable[[], T], seconds: float = 10.0, what: str = "") -> T:
    """Call `probe` until it returns something true, and return that; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (found := probe()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what or probe}"
        time.sleep(0.005)
    return found


def gone(pid: int) -> bool:
    """Whether no process of that number runs; one that ended, and that nobody has waited for, is gone."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
