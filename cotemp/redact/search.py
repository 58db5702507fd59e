"""Where the secrets of a text are: known values and the table's rows, also through colours, NULs and CRs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from .anchored import Anchored
from .contexts import NO_VALUE
from .detector import Detector
from .detectors import TABLE
from .glance import safe_length
from .known import KnownValues
from .views import COLOURS, CONTROLS, CONTROLS_AND_CR, Visible, has_controls

__all__ = ["Search", "Span"]


class Span(NamedTuple):
    """A secret at `start:end` of a text. `rank` says who gives the name where several overlap: the lowest."""

    start: int
    end: int
    rank: int
    kind: str
    secret: bytes


class Search:
    """Finds the secrets of a text: `known` ones (name and value), and what the table describes."""

    def __init__(self, known: Mapping[str, str]) -> None:
        labelled = [(_label(name), value) for name, value in known.items()]
        kinds = sorted({row.kind for row in TABLE} | {name for name, _ in labelled})
        self._known = KnownValues(labelled)
        names = rb"|".join(re.escape(kind.encode()) for kind in kinds)
        self._mark = re.compile(rb"\[secret:(?:" + names + rb"):[0-9a-v]{4}\]")

    def find(self, text: bytes) -> list[Span]:
        """The secrets of `text`, which is whole lines: disjoint, in order."""
        coloured = b"\x1b" in text
        plain = COLOURS.sub(b"", text) if coloured else text
        spans = list(self._scan_seen(text, COLOURS, _FULL)) if coloured else self._scan(text, _FULL)
        if has_controls(plain):
            spans += self._scan_seen(text, CONTROLS, _FULL)
        if plain.count(b"\r") != plain.count(b"\r\n"):
            spans += self._scan_seen(text, CONTROLS_AND_CR, _BY_SHAPE)
        return _merged(spans) if len(spans) > 1 else spans

    def known(self, data: bytes) -> Iterator[Span]:
        """The known values in `data`, which need not be text; they may overlap."""
        return (Span(start, end, -1, name, value) for start, end, name, value in self._known.find(data))

    @property
    def longest_known(self) -> int:
        """Bytes of the longest form of a known value."""
        return self._known.longest

    def safe_length(self, line: bytes) -> int:
        """How many bytes of a line without an end may be shown: what follows may make the others a secret."""
        return safe_length(line, self._known)

    def is_harmless(self, value: bytes) -> bool:
        """True when a value that stands under a secret's name is none: empty, a variable, a mask, one of our marks."""
        return NO_VALUE.fullmatch(value.lower()) is not None or not self._mark.sub(b"", value).strip()

    def _scan_seen(self, text: bytes, hidden: re.Pattern[bytes], rows: _Rows) -> Iterator[Span]:
        view = Visible(text, hidden)
        for span in self._scan(view.text, rows):
            yield span._replace(start=view.original(span.start), end=view.original(span.end - 1) + 1)

    def _scan(self, text: bytes, rows: _Rows) -> list[Span]:
        spans = list(self.known(text))
        lower = text.lower()
        for rank, row in rows.worth_trying(text, lower).items():
            subject = lower if row.any_case else text
            for match in row.regex.finditer(subject):
                start, end = match.span(match.lastindex or 0)
                if not row.excuse.fullmatch(lower, start, end):
                    if text[end : end + 1] > b"\x7f":
                        end = _whole_character(text, end)
                    spans.append(Span(start, end, rank, row.kind, text[start:end]))
        if spans and b"[secret:" in text:
            spans = [span for span in spans if not self._is_marked(text, span)]
        return spans

    def _is_marked(self, text: bytes, span: Span) -> bool:
        """True when the span cuts through one of our marks, or holds nothing else."""
        if b"[secret:" not in text[max(0, span.start - _LONGEST_MARK) : span.end]:
            return False
        for mark in self._mark.finditer(text, max(0, span.start - _LONGEST_MARK), span.end + _LONGEST_MARK):
            if mark.start() < span.start < mark.end() or mark.start() < span.end < mark.end():
                return True
        return not self._mark.sub(b"", text[span.start : span.end]).strip()


_LONGEST_MARK = 96


def _label(name: str) -> str:
    """A variable's name as the kind of a mark."""
    return re.sub(r"[^A-Za-z0-9_.-]", "-", name)[:64]


def _whole_character(text: bytes, end: int) -> int:
    """`end`, moved behind a UTF-8 character that it would cut."""
    limit = min(end + 3, len(text))
    while end < limit and text[end] & 0xC0 == 0x80:
        end += 1
    return end


def _merged(spans: list[Span]) -> list[Span]:
    """Overlapping spans become one, named by the best of them."""
    spans.sort(key=lambda span: (span[0], -span[1]))
    merged = []
    best, start, end = spans[0], spans[0].start, spans[0].end
    for span in spans:
        if span[0] >= end:
            merged.append(best._replace(start=start, end=end))
            best, start, end = span, span[0], span[1]
            continue
        if span[2] < best[2]:
            best = span
        if span[1] > end:
            end = span[1]
    return [*merged, best._replace(start=start, end=end)]


class _Rows:
    """The table behind its keywords: finds the few rows that a text is worth trying with."""

    def __init__(self, wanted: Callable[[Detector], bool]) -> None:
        rows = [(rank, row) for rank, row in enumerate(TABLE) if wanted(row)]
        self._any_case = _by_keyword((rank, row) for rank, row in rows if row.any_case)
        exact = _by_keyword((rank, row) for rank, row in rows if not row.any_case)
        # These are everywhere: a plain `in` stops at the first.
        self._frequent = {word: behind for word, behind in exact.items() if word in _FREQUENT}
        rare = [word for word in exact if word not in _FREQUENT]
        self._rare = Anchored(rare)
        self._behind_rare = [[row for word in rare if word in found for row in exact[word]] for found in rare]

    def worth_trying(self, text: bytes, lower: bytes) -> dict[int, Detector]:
        """The rows, by rank, of which a keyword is in the text; `lower` is the text in lower case."""
        found = [row for word, behind in self._frequent.items() if word in text for row in behind]
        found += [row for word, behind in self._any_case.items() if word in lower for row in behind]
        hits = [index for _, index in islice(self._rare.find(text), _MANY)]
        for index in set(hits) if len(hits) < _MANY else range(len(self._behind_rare)):
            found += self._behind_rare[index]
        return dict(found)


def _by_keyword(rows: Iterable[tuple[int, Detector]]) -> dict[bytes, list[tuple[int, Detector]]]:
    shelf: dict[bytes, list[tuple[int, Detector]]] = {}
    for rank, row in rows:
        for word in row.keywords:
            shelf.setdefault(word, []).append((rank, row))
    return shelf


_FREQUENT = (b".", b"://")
_MANY = 1000
"""After so many keywords in one text it is cheaper to try every row."""
_FULL = _Rows(lambda row: True)
_BY_SHAPE = _Rows(lambda row: row.shaped)
