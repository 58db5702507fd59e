"""The list of what was tried names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import tests.attacks

NAMED = re.compile(r"(\S+\.py)::(test_\w+)")


def test_the_list_is_true() -> None:
    """Whoever looks for an attack finds its test."""
    tests_folder = Path(__file__).parents[1]
    named = set(NAMED.findall(tests.attacks.__doc__ or ""))
    assert len(named) > 40
    missing = [pair for pair in named if f"def {pair[1]}(" not in (tests_folder / pair[0]).read_text(encoding="utf-8")]
    assert missing == []
