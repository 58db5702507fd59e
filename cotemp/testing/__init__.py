"""Shipped fakes, held to the same tests as the real things: for tests of whoever builds on cotemp.

`python -m cotemp.testing.mock_agent` is an agent program that does what it is told; `MockAgent` tells it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .fakes import FakeEnforcer, FakeRunner, FakeStarted
    from .mock import MOCK_BACKEND, MockAgent

__all__ = ["MOCK_BACKEND", "FakeEnforcer", "FakeRunner", "FakeStarted", "MockAgent"]

_FILES = {
    "FakeEnforcer": "fakes",
    "FakeRunner": "fakes",
    "FakeStarted": "fakes",
    "MOCK_BACKEND": "mock",
    "MockAgent": "mock",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for, when it is: the mock agent starts from here and must start fast."""
    if name not in _FILES:
        raise AttributeError(f"module 'cotemp.testing' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{_FILES[name]}", __name__), name)
