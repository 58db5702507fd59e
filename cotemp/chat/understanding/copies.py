"""Pastes of ours that come back, because a chat quoted them or a human copied too much. They answer nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .blocks import Block
from .ids import PASTE, plain
from .items import Copy
from .unmangle import Answer, places

__all__ = ["copies"]

LIMIT = 200
"""So many are looked for in one answer."""

_HEAD = re.compile(rf"\[cotemp[\s>]+paste[\s>]+(?P<id>{PASTE})[\s>]*\|[^\]\n]{{0,400}}(?:\n[^\]\n]{{0,400}}){{0,6}}\]")
_NEAR = 500
"""So many characters behind its head a copy's fence begins, or it is not its."""

_FOOT = re.compile(r"[\s>]*\((?:Part[^\n)]{0,200}\)[\s>]*\()?(?:Reply[\s>]+with:[\s>]+[^)]{0,200}|Part[^\n)]{0,200})\)")


def copies(answer: Answer, canvas: str, blocks: Sequence[Block]) -> Iterator[tuple[int, int, Copy]]:
    """The pastes in an answer, with their places: the head, the fence that follows it, and what stands below that."""
    fences = [block for block in blocks if block.info == "text"]
    for at in places(canvas, "[cotemp", limit=LIMIT):
        head = _HEAD.match(canvas, at)
        if head:
            end = _end(canvas, head.end(), fences)
            lines = answer.lines(at, end)
            yield at, end, Copy(lines, answer.odd(lines), plain(head["id"]))


def _end(canvas: str, place: int, fences: Sequence[Block]) -> int:
    fence = next((fence for fence in fences if place <= fence.start <= place + _NEAR), None)
    if fence is None:
        return place
    foot = _FOOT.match(canvas, fence.end)
    return foot.end() if foot else fence.end
