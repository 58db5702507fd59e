"""Styles and tables as they reach the eye."""

from __future__ import annotations

import pytest

from cotemp.cli.paint import columns, paint, plain, width


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("abc", 3),
        ("日本", 4),
        ("e\u0301", 1),
        ("ｱ", 1),
        ("\uff21", 2),
        ("👍", 2),
        (paint("日", "red"), 2),
        ("", 0),
        ("\u200b", 0),
    ],
)
def test_width_counts_cells(text: str, cells: int) -> None:
    """Wide characters take two cells, combining ones none, styles none."""
    assert width(text) == cells


def test_columns_line_up_for_any_script() -> None:
    """Every cell of a column begins, or ends, in the same place."""
    lines = columns([["日本", "7", "x"], [paint("ok", "green"), "1234", ""]], ["name", "n", "last"], right=[1])
    assert list(map(plain, lines)) == ["name     n  last", "日本     7  x", "ok    1234"]


def test_columns_of_nothing() -> None:
    """An empty table is its headings, or nothing."""
    assert columns([]) == []
    assert list(map(plain, columns([], ["a", "b"]))) == ["a  b"]


def test_plain_takes_off_what_paint_put_on() -> None:
    """Only our own styles are taken off."""
    assert plain(paint("a", "bold") + paint("b", "yellow") + "\x1b[2J") == "ab\x1b[2J"
    assert paint("", "red") == ""
