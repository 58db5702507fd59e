"""The table of this folder names only tests that there are."""

from __future__ import annotations

import re
from pathlib import Path

import tests.supervisor.plan as plan


def test_every_row_has_its_test() -> None:
    """A row that names a test which nobody runs would promise too much."""
    rows = re.findall(r"(test_\w+\.py)::(test_\w+)", plan.__doc__ or "")
    assert len(rows) > 50
    for file, name in rows:
        assert f"def {name}(" in Path(__file__).with_name(file).read_text(encoding="utf-8"), f"{file}::{name}"
