"""The enforcer of this machine, for tests whose DOs are confined."""

from __future__ import annotations

from tests.sandbox.conftest import enforcer

__all__ = ["enforcer"]
