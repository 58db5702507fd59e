"""Many literal texts looked for at once.

`re` tries an alternation of hundreds of literals at every byte, and `in` takes one pass per literal. So each literal
hangs on its rarest byte: `re` skips from one rare byte to the next in C and looks around from there. Only that byte
is consumed, so literals that overlap are all found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

__all__ = ["Anchored"]

# The bytes of logs, the most common first; others are rarer. A wrong order costs time only.
_COMMON = b" etaoinsrl0123-dcu45.:/6789=m_pfghbvwy\",'Tk()[]{}\tIEAxSRNODCPLMFUBGHV;|<>@&+*!WjzKqYXJQZ"
_FREQUENCY = {byte: len(_COMMON) - rank for rank, byte in enumerate(_COMMON)}

_NOTHING: frozenset[int] = frozenset()


class Anchored:
    """Finds every one of `literals` (none empty) in a text; of two that share their place, the longer."""

    def __init__(self, literals: Sequence[bytes]) -> None:
        hanging: dict[int, list[tuple[int, int]]] = {}
        for index, literal in sorted(enumerate(literals), key=lambda item: -len(item[1])):
            at = min(range(len(literal)), key=lambda i: _FREQUENCY.get(literal[i], 0))
            hanging.setdefault(literal[at], []).append((index, at))
        self._groups = [hung for hangers in hanging.values() for hung in hangers]
        self._alone = [_NOTHING, *(frozenset([index]) for index, _ in self._groups)]
        branches = []
        for anchor, hangers in hanging.items():
            around = (_around(literals[index], at) for index, at in hangers)
            branches.append(re.escape(bytes([anchor])) + rb"(?:" + rb"|".join(around) + rb")")
        self._pattern = re.compile(rb"|".join(branches) or rb"(?!)", re.DOTALL)

    def which(self, text: bytes, many: int) -> frozenset[int] | None:
        """Which of the literals occur in `text`; None after `many` occurrences: then it costs too much to tell."""
        first = self._pattern.search(text)
        if first is None:
            return _NOTHING  # most lines end here or with one hit, and a search costs half of what an iterator does
        second = self._pattern.search(text, first.end())
        if second is None:
            return self._alone[first.lastindex or 1]
        more = islice(self._pattern.finditer(text, second.end()), many - 2)
        hits = [match.lastindex or 1 for match in (first, second, *more)]
        return frozenset([self._groups[hit - 1][0] for hit in set(hits)]) if len(hits) < many else None

    def is_in(self, text: bytes) -> bool:
        """True when one of the literals occurs in `text`."""
        return self._pattern.search(text) is not None

    def find(self, text: bytes) -> Iterator[tuple[int, int]]:
        """(where it starts, which of the literals) for each occurrence."""
        groups = self._groups
        for match in self._pattern.finditer(text):
            index, at = groups[(match.lastindex or 1) - 1]
            yield match.start() - at, index


def _around(literal: bytes, at: int) -> bytes:
    """What must stand around the byte at `at`; the empty group tells which literal it was."""
    ahead = rb"(?=" + re.escape(literal[at + 1 :]) + rb")" if literal[at + 1 :] else b""
    behind = rb"(?<=" + re.escape(literal[: at + 1]) + rb")" if at else b""
    return ahead + behind + rb"()"
