"""Two looks at a program that hangs look alike; two looks at one that works do not."""

from __future__ import annotations

import pytest

from .drawn import claude, codex
from .stage import look

HANGS = {
    "spinner": ("✻ Cogitating… (53s · ↓ 749 tokens)", "✽ Pondering… (2m 4s · ↓ 1.2k tokens)"),
    "clock": ("it is 12:04", "it is 12:05:30"),
    "bar": ("■■■⬝⬝⬝⬝⬝ downloading", "⬝⬝■■■⬝⬝⬝ downloading"),
    "duration": ("tests run for 3m 4s", "tests run for 12m"),
    "tip": ("  ⎿  Tip: use /btw", "  ⎿  Tip: use the plan mode"),
}
WORKS = {
    "text": ("⏺ Reading a.py", "⏺ Reading b.py"),
    "count": ("test 12 of 300", "test 13 of 300"),
}


def digest(line: str) -> str:
    """Of a screen with that line above the composer."""
    return look("claude", claude("⏺ Working on it.", line)).screen


@pytest.mark.parametrize(("one", "two"), HANGS.values(), ids=HANGS)
def test_what_moves_by_itself_is_no_work(one: str, two: str) -> None:
    """Spinners, clocks and counters turn on when a program hangs."""
    assert digest(one) == digest(two)


@pytest.mark.parametrize(("one", "two"), WORKS.values(), ids=WORKS)
def test_what_is_written_is_work(one: str, two: str) -> None:
    """Text that changes is progress."""
    assert digest(one) != digest(two)


def test_what_a_human_types_is_no_work() -> None:
    """Neither is the footer, which counts tokens."""
    assert look("claude", claude()).screen == look("claude", claude(composer="half a", footer="  9% used")).screen
    assert look("codex", codex("• Working (3s • esc to interrupt)")).screen == look("codex", codex()).screen
