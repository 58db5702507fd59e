"""An answer, taken apart: first what stands in fences, then whole messages, then the short replies between them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from . import acks, backchats, blocks, copies, echoes, scripts, wraps
from .blocks import Block
from .items import Item, Lines, Unclear, Understood
from .unmangle import Answer

__all__ = ["TEXT_LIMIT", "ingest"]

TEXT_LIMIT = 16 * 1024 * 1024
"""So many characters of an answer are read."""

_Place = tuple[int, int]
_Found = tuple[int, int, Item]
_LOOSE_HEADER = re.compile("^[ \t>]*<#[ \t]*[-\u2010-\u2015]{1,3}", re.MULTILINE)


def ingest(text: str) -> Understood:
    """What is understood of an answer, and which of its lines are not. Takes anything, raises nothing, runs nothing."""
    answer = Answer.of(text[:TEXT_LIMIT])
    found_blocks, cut_off = blocks.find(answer)
    found = [*_limits(answer, cut_off, len(text)), *_found(answer, found_blocks)]
    items = tuple(item for _, _, item in sorted(found, key=lambda one: (one[0], one[1])))
    return Understood(items, tuple(_rest(answer, [item.lines for item in items])))


def _found(answer: Answer, found_blocks: Sequence[Block]) -> list[_Found]:
    data = [*_data(answer, found_blocks)]
    canvas = _blanked(answer.text, [*_places(data), *_foreign(answer.text, found_blocks)])
    returned = [*copies.copies(answer, canvas, found_blocks)]
    canvas = _without(canvas, returned)
    messages = [*backchats.written_out(answer, canvas)]
    inside = [*returned, *messages]
    fenced = [one for one in data if not _is_within(one, inside)]
    canvas = _without(canvas, messages)
    bare = [*backchats.bare_json(answer, canvas)]
    canvas = _without(canvas, bare)
    return [*fenced, *inside, *bare, *_replies(answer, canvas)]


def _foreign(text: str, found_blocks: Iterable[Block]) -> Iterator[_Place]:
    """Logs, diffs and the like: what they say, the chat does not say. One without an end may hold its answer."""
    for block in found_blocks:
        if not (block.is_text or block.unclosed or backchats.may_hold_one(text[block.start : block.end])):
            yield block.start, block.end


def _places(found: Iterable[_Found]) -> Iterator[_Place]:
    return ((start, end) for start, end, _ in found)


def _data(answer: Answer, found_blocks: Iterable[Block]) -> Iterator[_Found]:
    """Scripts and messages in fences; those in one of them are a part of it."""
    end = 0
    for block in found_blocks:
        if block.start < end:
            continue
        item = _in_block(block, answer)
        if item is not None:
            end = block.end
            yield block.start, block.end, item


def _in_block(block: Block, answer: Answer) -> Item | None:
    language = scripts.language_of(block, answer)
    if language is not None:
        return scripts.read_script(block, language, answer)
    return backchats.in_block(block, answer)


def _replies(answer: Answer, canvas: str) -> Iterator[_Found]:
    yield from acks.acks(answer, canvas)
    yield from echoes.echoes(answer, canvas)
    yield from wraps.wraps(answer, canvas)
    loose = _LOOSE_HEADER.search(canvas) if "<#" in canvas else None
    if loose:
        lines = answer.lines(*loose.span())
        why = "a script's header stands outside of any fence, so its end cannot be told: copy its code block"
        yield *loose.span(), Unclear(lines, answer.odd(lines), loose[0].strip(), why)


def _limits(answer: Answer, cut_off: int | None, length: int) -> Iterator[_Found]:
    if cut_off is not None:
        lines = answer.lines(cut_off, cut_off)
        why = f"there are more than {blocks.FENCES} fences: from here on none was looked at"
        yield cut_off, cut_off, Unclear(lines, (), "a fence", why)
    if length > TEXT_LIMIT:
        end = len(answer.text)
        why = f"only the first {TEXT_LIMIT // 1024**2} MiB were read"
        yield end, end, Unclear(answer.lines(end, end), (), "the end", why)


def _without(text: str, found: Iterable[_Found]) -> str:
    """`text` without what was understood: nothing is understood twice."""
    return _blanked(text, _places(found))


def _blanked(text: str, places: Iterable[_Place]) -> str:
    """`text` with these places made blank; line ends stay."""
    parts, place = [], 0
    for start, end in sorted(places):
        if end > place:
            start = max(start, place)
            parts += [text[place:start], _blank(text[start:end])]
            place = end
    return "".join((*parts, text[place:])) if parts else text


def _blank(text: str) -> str:
    return "\n".join(" " * len(line) for line in text.split("\n"))


def _is_within(one: _Found, others: Iterable[_Found]) -> bool:
    return any(start <= one[0] and one[1] <= end for start, end, _ in others)


def _rest(answer: Answer, covered: Iterable[Lines]) -> Iterator[Lines]:
    """The ranges of lines between the items that are not only blank."""
    line = 1
    for first, last in [*sorted(covered), (answer.count + 1, answer.count + 1)]:
        if first > line and answer.text[answer.start_of(line) : answer.start_of(first)].strip(" \t\n>"):
            yield _trimmed(answer, line, first - 1)
        line = max(line, last + 1)


def _trimmed(answer: Answer, first: int, last: int) -> Lines:
    def is_blank(line: int) -> bool:
        return not answer.text[answer.start_of(line) : answer.start_of(line + 1)].strip(" \t\n>")

    while is_blank(first):
        first += 1
    while is_blank(last):
        last -= 1
    return Lines(first, last)
