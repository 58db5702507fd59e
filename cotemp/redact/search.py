"""Where the secrets of a text are: known values and the table's rows, also through colours, NULs and CRs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
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

    def find(self, text: bytes, *, bare: bool = False) -> list[Span]:
        """The secrets of `text`, which is whole lines: disjoint, in order. `bare`: it surely has no controls."""
        if (bare or not has_controls(text)) and b"\r" not in text:
            return _merged(self._scan(text, _FULL))
        coloured = b"\x1b" in text
        plain = COLOURS.sub(b"", text) if coloured else text
        spans = list(self._scan_seen(text, COLOURS, _FULL)) if coloured else self._scan(text, _FULL)
        if has_controls(plain):
            spans += self._scan_seen(text, CONTROLS, _FULL)
        if plain.count(b"\r") != plain.count(b"\r\n"):
            spans += self._scan_seen(text, CONTROLS_AND_CR, _BY_SHAPE)
        return _merged(spans)

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
        spans = list(self.known(text)) if self._known.is_in(text) else []
        lower = text.lower()
        for rank, row in rows.worth_trying(text, lower):
            subject = lower if row.any_case else text
            first = row.regex.search(subject)  # often in vain, and it costs half of what an iterator does
            for match in row.regex.finditer(subject, first.start()) if first else ():
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
    if len(spans) < 2:
        return spans
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
        exact = [(rank, row) for rank, row in rows if not row.any_case]
        # These are everywhere: a plain `in` stops at the first.
        self._frequent = {word: _by_keyword(exact).get(word, []) for word in _FREQUENT}
        self._exact = _Words({word: behind for word, behind in _by_keyword(exact).items() if word not in _FREQUENT})
        self._any_case = _Words(_by_keyword((rank, row) for rank, row in rows if row.any_case))
        self._known: dict[_Met, tuple[_Ranked, ...]] = {}

    def worth_trying(self, text: bytes, lower: bytes) -> tuple[_Ranked, ...]:
        """The rows of which a keyword is in the text; `lower` is the text in lower case."""
        met = (
            (_DOT in text, _URL in text),
            self._exact.in_text(text),
            self._any_case.in_text(lower),
        )
        rows = self._known.get(met)
        if rows is None:
            if len(self._known) > _MANY:
                self._known.clear()
            rows = self._known[met] = tuple(self._behind(*met))
        return rows

    def _behind(self, frequent: tuple[bool, ...], exact: frozenset[int], any_case: frozenset[int]) -> Iterable[_Ranked]:
        found = [
            row
            for is_there, behind in zip(frequent, self._frequent.values(), strict=True)
            if is_there
            for row in behind
        ]
        return dict([*found, *self._exact.rows(exact), *self._any_case.rows(any_case)]).items()


class _Words:
    """Keywords with the rows behind them."""

    def __init__(self, shelf: Mapping[bytes, list[_Ranked]]) -> None:
        self._words = Anchored([*shelf])
        # Of two that share their place the longer is found: the other is in it.
        self._behind = [[row for word in shelf if word in found for row in shelf[word]] for found in shelf]
        self._shelf = list(shelf)
        self._all = frozenset(range(len(shelf)))
        self._by_sign: dict[bytes, list[int]] = {}
        for number, word in enumerate(shelf):
            sign = next((word[i : i + 1] for i in range(len(word)) if not word[i : i + 1].isalnum()), b"")
            self._by_sign.setdefault(sign, []).append(number)

    def in_text(self, text: bytes) -> frozenset[int]:
        """The numbers of those that are in `text`."""
        if len(text) > _LONG:
            possible = [number for sign, numbers in self._by_sign.items() if sign in text for number in numbers]
            if len(possible) < _FEW:
                return frozenset([number for number in possible if self._shelf[number] in text])
        hits = self._words.which(text, _MANY)
        return self._all if hits is None else hits

    def rows(self, numbers: Iterable[int]) -> Iterator[_Ranked]:
        """The rows behind them."""
        return (row for number in numbers for row in self._behind[number])


def _by_keyword(rows: Iterable[_Ranked]) -> dict[bytes, list[_Ranked]]:
    shelf: dict[bytes, list[_Ranked]] = {}
    for rank, row in rows:
        for word in row.keywords:
            shelf.setdefault(word, []).append((rank, row))
    return shelf


_Ranked = tuple[int, Detector]
_Met = tuple[tuple[bool, ...], frozenset[int], frozenset[int]]
_DOT, _URL = _FREQUENT = (b".", b"://")
_LONG, _FEW = 4000, 20
"""In a text from this length on, in bytes, few words are faster looked for one by one. Few are left of many where the
text lacks the signs that most keywords hold (`_`, `-`, `.`): in base64, where every byte is as frequent as any."""
_MANY = 1000
"""After so many keywords in one text it is cheaper to try every row."""
_FULL = _Rows(lambda row: True)
_BY_SHAPE = _Rows(lambda row: row.shaped)
