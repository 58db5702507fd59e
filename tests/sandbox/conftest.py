"""The enforcer of this machine and one runner, for all tests of a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cotemp.runner import Runner
from cotemp.sandbox import Bubblewrap, Missing, find
from tests.conftest import STRICT

from .cells import Cell


@pytest.fixture(scope="session")
def enforcer(tmp_path_factory: pytest.TempPathFactory) -> Bubblewrap:
    """bubblewrap, where it works; a machine without one cannot show anything here."""
    found = find(tmp_path_factory.mktemp("state"))
    if isinstance(found, Bubblewrap):
        return found
    why = found.why if isinstance(found, Missing) else "this is not Linux"
    if STRICT:
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with Runner() as runner:
        yield runner


@pytest.fixture
def cell(enforcer: Bubblewrap, runner: Runner, tmp_path_factory: pytest.TempPathFactory) -> Cell:
    """A place of its own, in which a DO can be run behind the walls or without them."""
    return Cell.made(tmp_path_factory.mktemp("cell"), enforcer, runner)  # a short path: sockets lie there
