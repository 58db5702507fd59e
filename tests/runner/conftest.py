"""One runner for all tests of a file, as in one watcher."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cotemp.runner import Runner

from .launches import Bench


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with Runner() as runner:
        yield runner


@pytest.fixture
def bench(runner: Runner, tmp_path: Path) -> Bench:
    return Bench(runner, tmp_path)
