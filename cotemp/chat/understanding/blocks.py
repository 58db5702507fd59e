"""Where the fences of an answer are: one in another, quoted, in lists, or never closed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .unmangle import Answer, unquoted

__all__ = ["FENCES", "Block", "find"]

FENCES = 1000
"""So many fence lines are looked at: an answer with more of them is none."""

_DEEPEST = 20
_LINE = re.compile(
    r"^(?P<lead>[ \t>]{0,60}(?:(?:[-*+]|\d{1,3}[.)])[ \t]{1,8})?)(?P<mark>`{3,}|~{3,})[ \t]*(?P<info>[^\n`]{0,200})$",
    re.MULTILINE,
)
_TEXTS = frozenset({"", "markdown", "md", "text", "txt", "plaintext", "backchat", "quote", "ack", "reply"})
"""What may hold other fences, as chats write them: in a script or in JSON, a fence is a part of it."""


@dataclass(frozen=True, slots=True)
class Block:
    """What stands in a fence: `info` is the language that it names, in lower case; places are in `Answer.text`.

    `start` and `end` take the fence's own lines in. `depth` is how many other fences are around it. `unclosed`: the
    window, or the human, lost its end.
    """

    info: str
    start: int
    end: int
    content_start: int
    content_end: int
    quotes: int
    indent: int
    depth: int
    unclosed: bool

    @property
    def is_text(self) -> bool:
        """True when its content is to be read like the text around it."""
        return self.info in _TEXTS

    def content(self, answer: Answer) -> str:
        """What stands in it, as it was meant: not quoted, and not indented with the fence."""
        text = unquoted(answer.text[self.content_start : self.content_end], self.quotes)
        return re.sub(rf"^[ \t]{{1,{self.indent}}}", "", text, flags=re.MULTILINE) if self.indent else text


@dataclass(slots=True)
class _Open:
    line: re.Match[str]
    info: str

    @property
    def mark(self) -> str:
        return self.line["mark"]

    def is_closed_by(self, line: re.Match[str]) -> bool:
        return not line["info"].strip() and line["mark"].startswith(self.mark)

    @property
    def holds_others(self) -> bool:
        return self.info in _TEXTS


@dataclass(slots=True)
class _Reader:
    text: str
    stack: list[_Open] = field(default_factory=list)

    def take(self, line: re.Match[str]) -> Iterator[Block]:
        """What this fence line ends; it may begin something as well."""
        closing = self._closing(line)
        if closing is not None:
            while len(self.stack) > closing + 1:
                yield self._ended(line.start(), line.start(), unclosed=True)
            yield self._ended(line.start(), line.end(), unclosed=False)
        elif not self.stack or self._nests(line):
            self.stack.append(_Open(line, _language(line["info"])))
        elif line["info"].strip() and line["mark"].startswith(self.stack[-1].mark):
            yield self._ended(line.start(), line.start(), unclosed=True)
            self.stack.append(_Open(line, _language(line["info"])))

    def rest(self) -> Iterator[Block]:
        """What is still open at the end of the text."""
        while self.stack:
            yield self._ended(len(self.text), len(self.text), unclosed=True)

    def _closing(self, line: re.Match[str]) -> int | None:
        """Which open fence this line closes: the innermost, or one around it that has exactly this mark."""
        if not self.stack or line["info"].strip():
            return None
        for index in range(len(self.stack) - 1, -1, -1):
            if self.stack[index].mark == line["mark"]:
                return index
        return len(self.stack) - 1 if self.stack[-1].is_closed_by(line) else None

    def _nests(self, line: re.Match[str]) -> bool:
        return self.stack[-1].holds_others and len(self.stack) < _DEEPEST

    def _ended(self, content_end: int, end: int, *, unclosed: bool) -> Block:
        opened = self.stack.pop()
        lead = opened.line["lead"]
        start = min(opened.line.end() + 1, content_end)
        indent = 0 if ">" in lead else len(lead)
        return Block(
            opened.info,
            opened.line.start(),
            end,
            start,
            content_end,
            lead.count(">"),
            indent,
            len(self.stack),
            unclosed,
        )


def find(answer: Answer) -> tuple[list[Block], int | None]:
    """Every block, an outer one before those in it; and where the looking ended, if there were too many fences."""
    if "```" not in answer.text and "~~~" not in answer.text:
        return [], None
    reader = _Reader(answer.text)
    blocks: list[Block] = []
    for number, line in enumerate(_LINE.finditer(answer.text)):
        if number == FENCES:
            blocks += reader.rest()
            return sorted(blocks, key=lambda block: (block.start, -block.end)), line.start()
        blocks += reader.take(line)
    blocks += reader.rest()
    return sorted(blocks, key=lambda block: (block.start, -block.end)), None


def _language(info: str) -> str:
    """The first word of what stands behind the marks; a marker in brackets counts as one."""
    marker = re.search(r"\[\s*paste in (\w+)\s*\]", info, re.IGNORECASE)
    words = info.strip().strip("{}.").casefold().split()
    return marker[1].casefold() if marker else words[0].split(":")[0] if words else ""
