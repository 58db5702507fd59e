"""A real opencode and its model; both end with the tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import need

from .binary import binary
from .model_server import ModelServer
from .program import Opencode


@pytest.fixture(scope="module")
def model() -> Iterator[ModelServer]:
    """What answers."""
    with ModelServer() as server:
        yield server


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory, model: ModelServer) -> Iterator[Opencode]:
    """One opencode, not started."""
    need("tmux")
    binary()
    made = Opencode(tmp_path_factory.mktemp("opencode"), model.url)
    yield made
    made.close()
