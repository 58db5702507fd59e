"""Every stress test has a fresh HOME with its state inside tmp, and must leave no process behind."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.cli.real import end_daemon
from tests.stress.field import living
from tests.waiting import eventually


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of them are slow."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nobody_home: Path, unenforced: None) -> Iterator[None]:
    """The state lies in tmp, and whatever the test starts ends with it."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (nobody_home / "Downloads").mkdir(exist_ok=True)
    yield
    end_daemon()
    try:
        eventually(lambda: not living(nobody_home), 20)
    except AssertionError:
        left = living(nobody_home)
        for pid in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                psutil.Process(pid).kill()
        pytest.fail(f"left running: {left}")
