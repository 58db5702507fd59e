"""The header's lines as keys and values; no key means anything here yet.

    title: "a \\ stays as it is"           text: in quotes, or plain up to the end of the line
    repo: { name: "Sandbox", path: "/x" }  a map on one line; lists stand in [ ]
    risk:                                  a map by indentation
      writes: false

A quote may stand inside a quoted text: the original wrote `"say "hi" now"`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from ..do import Problem
from .block import Line
from .syntax import UNFILLED, shown

__all__ = ["Entry", "Map", "Node", "parse"]

DEPTH_LIMIT = 8

_KEY = re.compile(r"([\w.-]+)[ \t]*:")
_FLOW_KEY = re.compile(r"""[ \t]*["']?([\w.-]+)["']?[ \t]*:""")
_PLAIN = re.compile(r"[^,{}\[\]]*")
_CLOSING = {quote: re.compile(rf"{quote}(?=[ \t]*(?:[,}}\]]|$))") for quote in "\"'"}
_BEFORE_COMMENT = {quote: re.compile(rf"{quote}(?=[ \t]+#)") for quote in "\"'"}
_COMMENT = re.compile(r"[ \t]*(?:#.*)?")


@dataclass(slots=True)
class Node:
    """A value and where it stands. `broken`: it could not be read, and that was said already."""

    line: int
    column: int
    value: str | list[Node] | Map | None = None
    quoted: bool = False
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A key as it is spelled, where it stands, and its value."""

    key: str
    line: int
    column: int
    node: Node


Map = dict[str, Entry]
"""Entries by their key in lower case: keys ignore case, as in PowerShell."""


def parse(lines: Iterable[Line]) -> tuple[Map, list[Problem]]:
    """The header as a tree, and every line that could not be read."""
    outline = _Outline()
    for line in lines:
        outline.take(line)
    return outline.root, outline.problems


@dataclass(slots=True)
class _Level:
    indent: int
    entries: Map


@dataclass(slots=True)
class _Outline:
    """The tree while it grows, line by line."""

    root: Map = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    levels: list[_Level] = field(default_factory=list)
    parent: Node | None = None
    """The last key's value while nothing stands after its colon: the next lines may fill it."""
    skipped: int | None = None
    """Lines that are indented deeper than this belong to a value that was refused."""

    def take(self, line: Line) -> None:
        text = line.text.lstrip(" \t")
        indent = len(line.text) - len(text)
        if not text or text.startswith("#"):
            return
        if self.skipped is not None and indent > self.skipped:
            return
        self.skipped = None
        if text == "-" or text.startswith("- "):
            self._item(line, indent)
            return
        self._settle(line, indent)
        key = _KEY.match(text)
        if key:
            self._entry(line, indent, key[1], indent + key.end())
        else:
            self._wrong(
                line, indent, "header", f"{shown(text.rstrip())} is no `key: value`", "mend or delete this line"
            )

    def _settle(self, line: Line, indent: int) -> None:
        """Find the map that a line of this indentation belongs to."""
        if not self.levels:
            self.levels.append(_Level(indent, self.root))
        while len(self.levels) > 1 and indent < self.levels[-1].indent:
            self.levels.pop()
            self.parent = None
        if indent <= self.levels[-1].indent:
            return
        if self.parent is None or self.parent.value is not None:
            what = "this line is indented, but belongs to no key above it"
            self._wrong(line, indent, "header", what, f"start it in column {line.column + self.levels[-1].indent}")
        elif len(self.levels) > DEPTH_LIMIT:
            self._wrong(line, indent, "header", "nested too deep", f"use at most {DEPTH_LIMIT} levels")
        else:
            entries: Map = {}
            self.parent.value = entries
            self.levels.append(_Level(indent, entries))

    def _entry(self, line: Line, indent: int, key: str, after: int) -> None:
        entries = self.levels[-1].entries
        node = self._value(line, indent, key, after)
        entry = Entry(key, line.number, line.column + indent, node)
        first = entries.setdefault(key.lower(), entry)
        if first is not entry:
            self.problems.append(_repeated(entry, first))

    def _item(self, line: Line, indent: int) -> None:
        """`- text`: a list's next item."""
        owner = self.parent
        if owner is not None and owner.value is None:
            owner.value = []
        if owner is None or not isinstance(owner.value, list):
            self._wrong(line, indent, "header", "a list without a key", "write it after its key, as `key: [a, b]`")
            return
        kept = self.parent
        owner.value.append(self._value(line, indent, "header", indent + 1))
        self.parent = kept

    def _value(self, line: Line, indent: int, key: str, after: int) -> Node:
        text = line.text
        at = after + len(text[after:]) - len(text[after:].lstrip(" \t"))
        node = Node(line.number, line.column + at)
        self.parent = None
        try:
            if _COMMENT.fullmatch(text, at):
                self.parent = node
            elif text[at:].rstrip() in ("|", ">", "|-", ">-", "|+", ">+"):
                self.skipped = indent
                raise _Unreadable(at, "text over several lines is not read", 'write it on one line: "…"')
            else:
                scanner = _Scanner(line, at)
                scanner.fill(node, key)
                self.problems += scanner.noted
        except _Unreadable as error:
            node.broken = True
            self._wrong(line, error.at, key, error.what, error.fix)
        return node

    def _wrong(self, line: Line, at: int, key: str, what: str, fix: str) -> None:
        self.problems.append(Problem(line.number, line.column + at, key, what, fix))


def _repeated(entry: Entry, first: Entry) -> Problem:
    what = f"it is there already, in line {first.line}, column {first.column}"
    return Problem(entry.line, entry.column, entry.key, what, "keep the one that you mean")


class _Unreadable(Exception):
    def __init__(self, at: int, what: str, fix: str) -> None:
        self.at, self.what, self.fix = at, what, fix


class _Scanner:
    """Reads one value out of one line, from `at` on, never going back."""

    def __init__(self, line: Line, at: int) -> None:
        self.line = line
        self.text = line.text.rstrip(" \t")
        self.at = at
        self.noted: list[Problem] = []
        """What is wrong, but does not keep the value from being read."""

    def fill(self, node: Node, key: str) -> None:
        """Read the value that takes the rest of the line."""
        first = self.text[self.at]
        if first in "{[" and not UNFILLED.fullmatch(self.text, self.at):
            node.value = self._map(1) if first == "{" else self._list(1)
            if not _COMMENT.fullmatch(self.text, self.at):
                what = f"{shown(self.text[self.at :].strip())} follows the end of the value"
                self.noted.append(Problem(node.line, self.line.column + self.at, key, what, "delete it"))
        elif first in "\"'":
            node.value, node.quoted = self._quoted_line(first), True
        else:
            node.value = self._plain_line()

    def _quoted_line(self, quote: str) -> str:
        begin = self.at + 1
        if self.text.endswith(quote) and len(self.text) > begin:
            return self.text[begin:-1]
        closing = _BEFORE_COMMENT[quote].search(self.text, begin)
        if not closing:
            raise self._wrong("the quote is never closed", f"end the text with {quote}")
        return self.text[begin : closing.start()]

    def _plain_line(self) -> str:
        text, hash_mark, _ = self.text[self.at :].partition(" #")
        if hash_mark and text.strip().lower() not in ("true", "false"):
            raise self._wrong("` #` may be text or the start of a comment", 'put the value in quotes: "…"')
        return text.strip(" \t")

    def _map(self, depth: int) -> Map:
        entries: Map = {}
        for _ in self._items("}", depth):
            key = _FLOW_KEY.match(self.text, self.at)
            if not key:
                raise self._wrong(
                    f"{shown(self.text[self.at :].strip())} is no `key: value`", "write { key: value, … }"
                )
            self.at = key.end()
            entry = Entry(key[1], self.line.number, self.line.column + key.start(1), self._node(depth))
            first = entries.setdefault(key[1].lower(), entry)
            if first is not entry:
                self.noted.append(_repeated(entry, first))
        return entries

    def _list(self, depth: int) -> list[Node]:
        return [self._node(depth) for _ in self._items("]", depth)]

    def _items(self, end: str, depth: int) -> Iterable[None]:
        """Once per item; goes over the brackets and commas around the items."""
        begin = self.at
        if depth > DEPTH_LIMIT:
            raise self._wrong("nested too deep", f"use at most {DEPTH_LIMIT} levels")
        self.at += 1
        while (following := self._next()) != end:
            if not following:
                self.at = begin
                raise self._wrong(f"no `{end}` ends it on its line", f"close it with `{end}` on the same line")
            yield
            following = self._next()
            if following == ",":
                self.at += 1
            elif following and following != end:
                raise self._wrong(f"{shown(self.text[self.at :])} follows a value", f"write `,` or `{end}` before it")
        self.at += 1

    def _next(self) -> str:
        while self.at < len(self.text) and self.text[self.at] in " \t":
            self.at += 1
        return self.text[self.at : self.at + 1]

    def _node(self, depth: int) -> Node:
        first = self._next()
        node = Node(self.line.number, self.line.column + self.at)
        if first and first in "{[" and not UNFILLED.match(self.text, self.at):
            node.value = self._map(depth + 1) if first == "{" else self._list(depth + 1)
        elif first and first in "\"'":
            closing = _CLOSING[first].search(self.text, self.at + 1)
            if not closing:
                raise self._wrong("the quote is never closed", f"end the text with {first}")
            node.value, node.quoted = self.text[self.at + 1 : closing.start()], True
            self.at = closing.end()
        else:
            plain = UNFILLED.match(self.text, self.at) or _PLAIN.match(self.text, self.at)
            assert plain is not None, "the plain pattern matches anything"
            node.value, self.at = plain[0].strip(" \t"), plain.end()
        return node

    def _wrong(self, what: str, fix: str) -> _Unreadable:
        return _Unreadable(self.at, what, fix)
