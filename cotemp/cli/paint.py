"""Styles and tables for a terminal, as text; whether a style is seen is decided where the text is printed."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

__all__ = ["clipped", "columns", "paint", "plain", "width"]

_STYLES = {"bold": 1, "dim": 2, "red": 31, "green": 32, "yellow": 33}
_CODES = tuple(f"\x1b[{number}m" for number in (0, *_STYLES.values()))
_NO_WIDTH = {"Mn", "Me", "Cf"}


def paint(text: str, style: str) -> str:
    """`text` in a style (bold, dim, red, green, yellow); it is plain again where nobody can see it."""
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if text else text


def plain(text: str) -> str:
    """`text` without what `paint` added."""
    for code in _CODES:
        text = text.replace(code, "")
    return text


def width(text: str) -> int:
    """Cells that `text` takes on a terminal: wide East Asian characters take two, combining ones none."""
    if "\x1b" in text:
        text = plain(text)
    return len(text) if text.isascii() else sum(map(_cells, text))


def clipped(text: str, cells: int) -> str:
    """`text`, unpainted, in at most `cells` cells of a terminal; what is cut away is shown by "\u2026"."""
    if width(text) <= cells:
        return text
    taken, kept = 1, []
    for char in text:
        taken += _cells(char)
        if taken > cells:
            break
        kept.append(char)
    return "".join(kept) + "\u2026"


def _cells(char: str) -> int:
    if unicodedata.category(char) in _NO_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def columns(
    rows: Iterable[Sequence[str]], headers: Sequence[str] = (), *, right: Sequence[int] = (), gap: int = 2
) -> list[str]:
    """Lines of an aligned table; the columns numbered in `right` are set to the right."""
    table = [list(row) for row in rows]
    if headers:
        table.insert(0, [paint(header, "dim") for header in headers])
    widths = [max(map(width, column)) for column in zip(*table, strict=True)]
    return [_line(row, widths, right, " " * gap) for row in table]


def _line(row: Sequence[str], widths: Sequence[int], right: Sequence[int], gap: str) -> str:
    cells = []
    for number, (cell, wanted) in enumerate(zip(row, widths, strict=True)):
        padding = " " * (wanted - width(cell))
        cells.append(padding + cell if number in right else cell + padding)
    return gap.join(cells).rstrip()
