"""A world of each kind."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.conftest import need

from .worlds import KINDS, World, bwrap


@pytest.fixture(params=KINDS)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    """An empty repo whose run works on an overlay, and once more on a copy."""
    if sys.platform == "win32":
        pytest.skip("this system has no copy-on-write view of a folder")
    need("git")
    if request.param == "overlay":
        bwrap()
    return World(tmp_path, request.param)


@pytest.fixture
def overlaid(tmp_path: Path) -> World:
    """An empty repo whose run works on an overlay."""
    need("git")
    if sys.platform == "win32":
        pytest.skip("this system has no copy-on-write view of a folder")
    return World(tmp_path, "overlay")
