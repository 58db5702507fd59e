"""Undoes what windows do to a text on its way through them, line by line, so that line numbers stay true."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from ..fencing import BREAKS
from .items import Lines

__all__ = ["DASH", "Answer", "bare", "places", "straight", "unquoted"]

DASH = "[-\u00ad\u2010-\u2015\u2212\ufe58\ufe63\uff0d]"
"""Whatever a window may make of a hyphen, as a regular expression."""

_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]"
)
_OVERRIDES = re.compile("[\u202a-\u202e]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x7f\x80-\x84\x86-\x9f]")
_SMART = re.compile("[\u2018-\u201f\u00ab\u00bb\u2032\u2033]")
_QUOTE = re.compile(r"^(?:[ \t]{0,3}>)+[ \t]?", re.MULTILINE)
_STRAIGHT = {ord(char): "'" for char in "\u2018\u2019\u201a\u201b\u2032"} | {
    ord(char): '"' for char in "\u201c\u201d\u201e\u201f\u2033"
}

_ODD = (
    (_INVISIBLE, "characters that nobody can see were taken out"),
    (
        _OVERRIDES,
        "it holds characters that turn the direction of writing: what a window shows is not what stands there",
    ),
    (_CONTROLS, "it holds control characters"),
    (_SPACES, "spaces that do not break were made plain ones"),
    (_SMART, "its quotation marks are typographic"),
)


@dataclass(frozen=True)
class Answer:
    """The text with one kind of line end and nothing invisible in it; overrides of direction stay, to be seen.

    `raw` is the same text with all that was taken out, on the same lines.
    """

    raw: str

    @classmethod
    def of(cls, text: str) -> Answer:
        """The answer that was pasted."""
        return cls(BREAKS.sub("\n", text.removeprefix("\ufeff")))

    @cached_property
    def text(self) -> str:
        if self.raw.isascii():
            return self.raw
        return _SPACES.sub(" ", _INVISIBLE.sub("", self.raw))

    @cached_property
    def _starts(self) -> list[int]:
        return _line_starts(self.text)

    @cached_property
    def _raw_starts(self) -> list[int]:
        return _line_starts(self.raw)

    @property
    def count(self) -> int:
        """How many lines it has."""
        return len(self._starts)

    def line_of(self, offset: int) -> int:
        """The line, from 1, of a place in `text`."""
        return bisect_right(self._starts, offset)

    def lines(self, start: int, end: int) -> Lines:
        """The lines of a range of `text`."""
        return Lines(self.line_of(start), self.line_of(max(start, end - 1)))

    def start_of(self, line: int) -> int:
        """Where a line begins in `text`; the end of the text behind the last."""
        return self._starts[line - 1] if line <= self.count else len(self.text)

    def odd(self, lines: Lines) -> tuple[str, ...]:
        """Sentences about what was odd in these lines, before it was undone."""
        if lines not in self._odd:  # a line may be the whole answer, and hold a thousand items
            self._odd[lines] = self._looked_at(lines)
        return self._odd[lines]

    @cached_property
    def _odd(self) -> dict[Lines, tuple[str, ...]]:
        return {}

    def _looked_at(self, lines: Lines) -> tuple[str, ...]:
        starts = self._raw_starts
        raw = self.raw[starts[lines.first - 1] : starts[lines.last] if lines.last < len(starts) else None]
        if raw.isascii() and not _CONTROLS.search(raw):
            return ()
        return tuple(sentence for pattern, sentence in _ODD if pattern.search(raw))


def _line_starts(text: str) -> list[int]:
    ends = accumulate([len(line) + 1 for line in text.split("\n")])
    return [0, *ends][:-1]


def places(text: str, *words: str, limit: int) -> list[int]:
    """Where one of `words` stands, in order, at most `limit` of each: far faster than a pattern is in megabytes."""
    found: list[int] = []
    for word in words:
        at = text.find(word)
        for _ in range(limit):
            if at < 0:
                break
            found.append(at)
            at = text.find(word, at + len(word))
    return sorted(found)


def unquoted(text: str, depth: int | None = None) -> str:
    """`text` without the `>` that quote its lines: all of them, or at most `depth` on each."""
    if ">" not in text or depth == 0:
        return text
    if depth is None:
        return _QUOTE.sub("", text)
    return re.sub(rf"^(?:[ \t]{{0,3}}>){{1,{depth}}}[ \t]?", "", text, flags=re.MULTILINE)


def straight(text: str) -> str:
    """`text` with the quotation marks that programs know."""
    return text if text.isascii() else text.translate(_STRAIGHT)


def bare(line: str) -> str:
    """A line without the marks that make it a heading, a list item, bold or code."""
    return line.strip(_MARKUP)


_MARKUP = " \t\r\n>#*+_`'\"\u2018\u2019\u201c\u201d[](){}\u2022\u00b7-\u2013\u2014"
