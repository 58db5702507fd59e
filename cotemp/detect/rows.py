"""Rows of a screen: text with colours, as a host gives them (rendered lines; SGR is all that they have of control)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

__all__ = ["Row", "Run", "Style", "columns", "rows_of"]

MOST_ROWS = 400
MOST_CHARACTERS = 400_000
"""A screen is bounded: whoever hands in more is not believed about the rest."""

_SGR = re.compile(r"\x1b\[([0-9;:]*)m")
_OTHER = re.compile(
    r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # links and titles
    r"|\x1b\[(?![0-9;:]*m)[0-?]*[ -/]*[@-~]?|\x1b(?![\[\]]).?"
    r"|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f]"
)

Colour = int | tuple[int, int, int] | None
"""A place in the palette of 256, red green blue, or None for the terminal's own."""


class Style(NamedTuple):
    """How a character looks."""

    fg: Colour = None
    bg: Colour = None
    dim: bool = False
    bold: bool = False
    inverse: bool = False


class Run(NamedTuple):
    """Characters `start` to `end` of a row that look alike."""

    start: int
    end: int
    style: Style


@dataclass(frozen=True)
class Row:
    """One line of a screen, without its sequences. `runs` cover the whole of it, in order."""

    text: str
    runs: tuple[Run, ...]

    @cached_property
    def plain(self) -> str:
        """The text without blanks at its end."""
        return self.text.rstrip()

    def boxes(self) -> list[str]:
        """Its parts between changes of the background: what stands in a window over other text is one of them."""
        parts: list[list[str]] = []
        last: object = parts
        for run in self.runs:
            ground = run.style.bg, run.style.inverse
            if ground != last:
                parts.append([])
                last = ground
            parts[-1].append(self.text[run.start : run.end])
        return ["".join(part) for part in parts]

    def cut(self, left: int, right: int) -> Row:
        """The part from column `left` to column `right`; a wide character takes two columns."""
        start, end = self._place(left), self._place(right)
        runs = [Run(max(r.start, start) - start, min(r.end, end) - start, r.style) for r in self.runs]
        return Row(self.text[start:end], tuple(run for run in runs if run.end > run.start))

    def _place(self, column: int) -> int:
        if self.text.isascii():
            return min(column, len(self.text))
        at = 0
        for place, char in enumerate(self.text):
            if at >= column:
                return place
            at += columns(char)
        return len(self.text)


def columns(text: str) -> int:
    """How many columns a text takes."""
    if text.isascii():
        return len(text)
    return sum(_width(char) for char in text)


@lru_cache(4096)
def _width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def rows_of(screen: str) -> list[Row]:
    """The rows of a screen, top to bottom. Colours hold on from one line to the next, as tmux writes them."""
    if len(screen) > MOST_CHARACTERS:
        screen = screen[-MOST_CHARACTERS:].partition("\n")[2]
    lines = _OTHER.sub("", screen).split("\n")
    style, rows = Style(), []
    for line in lines[-MOST_ROWS:]:
        row, style = _row(line, style)
        rows.append(row)
    return rows


def _row(line: str, style: Style) -> tuple[Row, Style]:
    if "\x1b" not in line:
        return Row(line, (Run(0, len(line), style),) if line else ()), style
    parts = _SGR.split(line)  # text, parameters, text, parameters, …
    runs, texts, at = [], [], 0
    for place, part in enumerate(parts):
        if place % 2:
            style = _after(style, part)
        elif part:
            runs.append(Run(at, at + len(part), style))
            texts.append(part)
            at += len(part)
    return Row("".join(texts), tuple(runs)), style


@lru_cache(16384)
def _after(style: Style, parameters: str) -> Style:
    """The style after one SGR sequence."""
    numbers = [int(n[:4]) if n else 0 for n in parameters.replace(":", ";").split(";")]
    while numbers:
        first = numbers.pop(0)
        if first in (38, 48):
            colour = _extended(numbers)
            style = style._replace(fg=colour) if first == 38 else style._replace(bg=colour)
        else:
            style = _simple(style, first)
    return style


_SWITCHES: dict[int, Callable[[Style], Style]] = {
    0: lambda _: Style(),
    1: lambda style: style._replace(bold=True),
    2: lambda style: style._replace(dim=True),
    7: lambda style: style._replace(inverse=True),
    22: lambda style: style._replace(bold=False, dim=False),
    27: lambda style: style._replace(inverse=False),
    39: lambda style: style._replace(fg=None),
    49: lambda style: style._replace(bg=None),
}


def _simple(style: Style, number: int) -> Style:
    if number in _SWITCHES:
        return _SWITCHES[number](style)
    if 30 <= number < 38 or 90 <= number < 98:
        return style._replace(fg=number - 30 if number < 90 else number - 82)
    if 40 <= number < 48 or 100 <= number < 108:
        return style._replace(bg=number - 40 if number < 100 else number - 92)
    return style


def _extended(numbers: list[int]) -> Colour:
    """The colour after 38 or 48; what it consists of is taken from `numbers`. `38:2::r:g:b` has an empty place."""
    kind = numbers.pop(0) if numbers else 0
    if kind == 5 and numbers:
        return min(numbers.pop(0), 255)
    if kind == 2 and len(numbers) >= 3:
        red, green, blue = (min(n, 255) for n in numbers[:3])
        del numbers[:3]
        return red, green, blue
    return None
