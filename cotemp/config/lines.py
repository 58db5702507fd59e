"""On which line each key of a TOML text stands; `tomllib` reads values well but forgets where they were."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right

__all__ = ["Path", "line_numbers"]

Path = tuple[str | int, ...]
"""The way to a value: keys of tables, and indexes (from 0) of arrays."""

_SPACE = re.compile(r"[ \t]*")
_GAP = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}(?!")' r"|'''.*?'{3,5}(?!')" r'|"(?:[^"\\\n]|\\.)*"' r"|'[^'\n]*'", re.DOTALL
)
_SCALAR = re.compile(r"[^,\[\]{}#\r\n]+")


def line_numbers(text: str) -> dict[Path, int]:
    """The line (from 1) of every key, table and array element of `text`, which must be valid TOML."""
    return _Scanner(text).scan()


class _Scanner:
    """Walks over a text that `tomllib` has accepted, and needs therefore no error handling of its own."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._breaks = [match.start() for match in re.finditer("\n", text)]
        self._lines: dict[Path, int] = {}
        self._sizes: dict[Path, int] = {}
        """How many elements each array of tables has so far."""

    def scan(self) -> dict[Path, int]:
        table: Path = ()
        self._skip(_GAP)
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_GAP)
        return self._lines

    def _header(self) -> Path:
        """`[a.b]` or `[[a.b]]`; returns the way to the table that follows."""
        start, is_array = self._at, self._text.startswith("[[", self._at)
        self._at += 2 if is_array else 1
        way: Path = ()
        keys = self._key()
        self._at += 2 if is_array else 1
        for number, key in enumerate(keys, 1):
            way = (*way, key)
            self._note(way, start)
            if is_array and number == len(keys):
                self._sizes[way] = self._sizes.get(way, 0) + 1
            if way in self._sizes:
                way = (*way, self._sizes[way] - 1)
                self._note(way, start)
        return way

    def _pair(self, table: Path) -> None:
        """`key = value`, the key possibly dotted."""
        start, way = self._at, table
        for key in self._key():
            way = (*way, key)
            self._note(way, start)
        self._at += 1  # the equals sign
        self._skip(_SPACE)
        self._value(way)

    def _key(self) -> list[str]:
        """The parts of a key; ends at what follows it."""
        parts = []
        while True:
            self._skip(_SPACE)
            parts.append(self._key_part())
            self._skip(_SPACE)
            if not self._text.startswith(".", self._at):
                return parts
            self._at += 1

    def _key_part(self) -> str:
        if self._text[self._at] not in "\"'":
            return self._take(_BARE_KEY)
        return str(tomllib.loads(f"key = {self._take(_STRING)}")["key"])

    def _value(self, way: Path) -> None:
        first = self._text[self._at]
        if first == "[":
            self._array(way)
        elif first == "{":
            self._inline_table(way)
        else:
            self._take(_STRING if first in "\"'" else _SCALAR)

    def _array(self, way: Path) -> None:
        index = 0
        while not self._closes("]"):
            self._note((*way, index), self._at)
            self._value((*way, index))
            index += 1

    def _inline_table(self, way: Path) -> None:
        while not self._closes("}"):
            self._pair(way)

    def _closes(self, bracket: str) -> bool:
        """Step over an opening bracket or a comma; True when the closing one was next, and is behind us."""
        if self._text[self._at] != bracket:
            self._skip(_GAP)
            self._at += self._text[self._at] in "[{,"
            self._skip(_GAP)
        closes = self._text[self._at] == bracket
        self._at += closes
        return closes

    def _note(self, way: Path, at: int) -> None:
        self._lines.setdefault(way, bisect_right(self._breaks, at) + 1)

    def _skip(self, pattern: re.Pattern[str]) -> None:
        self._take(pattern)

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        assert match, f"no {pattern.pattern} at offset {self._at}"
        self._at = match.end()
        return match[0]
