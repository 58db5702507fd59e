"""A repo, and two clones with a bare one between them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from ..conftest import need
from .repos import Clone, clone_of, new_repo


@pytest.fixture(autouse=True)
def git() -> str:
    """No test here goes without git."""
    return need("git")


@pytest.fixture
def repo(tmp_path: Path) -> Clone:
    """An empty repo."""
    return new_repo(tmp_path / "ci")


class Pair(NamedTuple):
    """The clones of the builder and of the adversary, and the bare repo between them."""

    builder: Clone
    adversary: Clone
    origin: Path


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    """Both have the first commit of main."""
    origin = tmp_path / "origin.git"
    new_repo(origin, "--bare")
    builder = clone_of(origin, tmp_path / "ci")
    builder.commit("begin", README__md="x")
    builder.git("push", "-q", "origin", "main")
    return Pair(builder, clone_of(origin, tmp_path / "ci-adv"), origin)
