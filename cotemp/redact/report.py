"""Tells where a text has secrets, without changing it and without showing them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .search import Search
from .stream import Stream

__all__ = ["Hit", "scan_text"]


@dataclass(frozen=True, slots=True)
class Hit:
    """A secret of `kind` begins at `line` and `column`, both counted from 1, columns in characters."""

    line: int
    column: int
    kind: str


def scan_text(text: str, known: Mapping[str, str] | None = None) -> list[Hit]:
    """Every secret in `text`, in order; `known` are values by name, as for a Scrubber."""
    data = text.encode("utf-8", "surrogatepass")
    hits = []
    line, column, done = 1, 1, 0
    for place, kind in _places(data, Search(known or {})):
        line += data.count(b"\n", done, place)
        line_start = data.rfind(b"\n", done, place) + 1
        column = 1 if line_start else column
        column += len(data[max(line_start, done) : place].decode("utf-8", "surrogatepass"))
        done = place
        hits.append(Hit(line, column, kind))
    return hits


def _places(data: bytes, search: Search) -> Iterator[tuple[int, str]]:
    stream = Stream(search)
    done = 0
    for piece in (*stream.feed(data), *stream.finish()):
        yield from ((done + span.start - piece.start, span.kind) for span in piece.spans)
        done += piece.end - piece.start
