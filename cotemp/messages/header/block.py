"""Where the header is: its lines, free of what hides them from the engine, and where the body begins."""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from ..do import Problem
from .source import BREAK
from .syntax import COOKIE, HEADER_LIMIT, HeaderError, Syntax, shown

__all__ = ["Block", "Line", "begins", "find"]

_OPEN = re.compile(r"<#[ \t\r\n]*---")
_FENCE = re.compile(r"#[ \t]*---[ \t]*")
_KEY_LINE = re.compile(r"#[ \t]*[\w.-]+[ \t]*:")
_MARKER = re.compile(r"#[ \t]*\[PASTE[^\]]*\][ \t]*", re.IGNORECASE)
_KEYS = {
    syntax: re.compile(rf"(?:\A|(?<=[\r\n])){start}(?:title|repo|risk|consent)(?:\.\w+)?[ \t]*:", re.IGNORECASE)
    for syntax, start in {Syntax.BLOCK: r"[ \t]*", Syntax.HASH: r"#[ \t]*"}.items()
}

_SPELLING = {
    Syntax.BLOCK: "put `<# ---` before its lines and `--- #>` after them",
    Syntax.HASH: "start each of its lines with `# `, and put a line `# ---` before and after them",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the header; `column` is where `text` begins in the line of the file, from 1."""

    number: int
    column: int
    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """The header in its file: `line` is where it opens, `head` the file's text up to the body."""

    line: int
    lines: tuple[Line, ...]
    head: str
    problems: tuple[Problem, ...]

    def body_of(self, data: bytes) -> bytes:
        """The bytes after the line break that ends the header."""
        return data.removeprefix(codecs.BOM_UTF8)[len(self.head.encode()) :]


def begins(text: str, syntax: Syntax) -> bool:
    """True when a header opens in `text`, be it right or wrong: one of its keys stands there, too."""
    start = _Start(text)
    opening = _opening(start, syntax)
    return opening is not None and _KEYS[syntax].search(start.window, opening.end()) is not None


def find(text: str, syntax: Syntax) -> Block:
    """The header of a script.

    Raises HeaderError when there is none, or when it has no end.
    """
    start = _Start(text)
    opening = _opening(start, syntax)
    if opening is None:
        raise HeaderError([_no_header(start, syntax)])
    problems = _before(start, opening, syntax)
    return (_comment_block if syntax is Syntax.BLOCK else _comment_lines)(start, opening, problems)


class _Start:
    """The part of a file in which a header can be, as lines."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.window = text[:HEADER_LIMIT]
        self.offsets = [0, *(match.end() for match in BREAK.finditer(self.window))]

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, of an offset."""
        line = bisect_right(self.offsets, offset)
        return line, offset - self.offsets[line - 1] + 1

    def lines(self, since: int = 0) -> Iterator[tuple[int, str]]:
        """Offset and text of each line, from line `since` (counted from 0) on."""
        for number in range(since, len(self.offsets)):
            begin = self.offsets[number]
            end = self.offsets[number + 1] if number + 1 < len(self.offsets) else len(self.window)
            yield begin, self.window[begin:end].rstrip("\r\n")

    def head(self, end: int) -> str:
        """The text up to and with the line break after offset `end`."""
        line_break = BREAK.search(self.text, end)
        return self.text[: line_break.end()] if line_break else self.text


def _opening(start: _Start, syntax: Syntax) -> re.Match[str] | None:
    """The match whose end is where the header's first line ends or goes on."""
    if syntax is Syntax.BLOCK:
        return _OPEN.search(start.window)
    only_preamble = True
    for number, (offset, line) in enumerate(start.lines()):
        fence = _FENCE.fullmatch(start.window, offset, offset + len(line))
        if fence and (only_preamble or _is_followed_by_key(start, number)):
            return fence
        only_preamble = only_preamble and _is_preamble(number, line, syntax)
    return None


def _is_followed_by_key(start: _Start, number: int) -> bool:
    """True when the next line looks like a header's: a lone `# ---` may be any comment."""
    following = start.offsets[number + 1 : number + 2]
    return bool(following) and _KEY_LINE.match(start.window, following[0]) is not None


def _is_preamble(number: int, line: str, syntax: Syntax) -> bool:
    if not line.strip(" \t") or _MARKER.fullmatch(line) or (number == 0 and line.startswith("#!")):
        return True
    # A declaration of any encoding but UTF-8 was refused with the text.
    return syntax is Syntax.HASH and number < 2 and COOKIE.match(line) is not None


def _before(start: _Start, opening: re.Match[str], syntax: Syntax) -> tuple[Problem, ...]:
    """What stands before the header and must not."""
    for number, (offset, line) in enumerate(start.lines()):
        if offset >= opening.start():
            break
        before = line[: opening.start() - offset]
        if not _is_preamble(number, before, syntax):
            what = f"{shown(before.strip())} stands before the header"
            fix = "delete it, or move it below: only blank lines, `#!` and `# [PASTE IN POWERSHELL]` may stand there"
            return (Problem(number + 1, 1, "header", what, fix),)
    return ()


def _comment_block(start: _Start, opening: re.Match[str], problems: tuple[Problem, ...]) -> Block:
    """PowerShell ends the comment at the first `#>`, so that is where the header must end too."""
    first = start.place(opening.start())[0]
    close = start.window.find("#>", opening.end())
    if close < 0:
        raise HeaderError([*problems, _no_end(first, start, "--- #>")])
    end = len(start.window[:close].rstrip(" \t\r\n")) - 3
    if end < opening.end() or not start.window.startswith("---", end):
        what = "`#>` ends PowerShell's comment here, and what follows would run as code"
        raise HeaderError(
            [
                *problems,
                Problem(*start.place(close), "header", what, "end the header with `--- #>`; elsewhere write `# >`"),
            ]
        )
    return Block(first, tuple(_between(start, opening.end(), end)), start.head(close + 2), problems)


def _between(start: _Start, begin: int, end: int) -> Iterator[Line]:
    first = start.place(begin)[0]
    for number, (offset, line) in enumerate(start.lines(first - 1), first):
        if offset >= end:
            return
        cut = max(begin - offset, 0)
        text = line[cut : end - offset]
        # What follows the opening on its own line counts as not indented.
        blank = len(text) - len(text.lstrip(" \t")) if cut else 0
        yield Line(number, cut + blank + 1, text[blank:])


def _comment_lines(start: _Start, opening: re.Match[str], problems: tuple[Problem, ...]) -> Block:
    first = start.place(opening.start())[0]
    found: list[Line] = []
    for number, (offset, line) in enumerate(start.lines(first), first + 1):
        if _FENCE.fullmatch(line):
            return Block(first, tuple(found), start.head(offset + len(line)), problems)
        if line.startswith("#"):
            indent = 2 if line.startswith("# ") else 1
            found.append(Line(number, indent + 1, line[indent:]))
        elif line.strip(" \t"):
            what = f"{shown(line.strip())} stands inside the header, which no second `# ---` has ended"
            raise HeaderError([*problems, Problem(number, 1, "header", what, "write a line `# ---` above it")])
    raise HeaderError([*problems, _no_end(first, start, "# ---")])


def _no_end(line: int, start: _Start, mark: str) -> Problem:
    within = f" within {HEADER_LIMIT // 1024} KiB" if len(start.text) > HEADER_LIMIT else ""
    return Problem(line, 1, "header", f"it does not end{within}", f"write a line `{mark}` after its last key")


def _no_header(start: _Start, syntax: Syntax) -> Problem:
    other = Syntax.HASH if syntax is Syntax.BLOCK else Syntax.BLOCK
    elsewhere = _opening(start, other)
    if elsewhere:
        language = "PowerShell" if other is Syntax.BLOCK else "Python and sh"
        line, column = start.place(elsewhere.start())
        return Problem(line, column, "header", f"this is how a header is written for {language}", _SPELLING[syntax])
    stray = _KEYS[Syntax.BLOCK].search(start.window) or _KEYS[Syntax.HASH].search(start.window)
    if stray:
        return Problem(*start.place(stray.start()), "header", "it stands outside its comment", _SPELLING[syntax])
    return Problem(
        1, 1, "header", "there is none", "write one first in the file; to copy from: cotemp new-do hello --out FILE"
    )
