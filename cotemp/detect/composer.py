"""The line in which a human types to an agent: where it is, what stands in it, and whether a human put it there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..agents.states import Composer
from .faint import is_faint
from .looks import Looks, Shape
from .rows import Row

if TYPE_CHECKING:
    from ..agents.backends import Patterns

__all__ = ["Field", "field_of"]

PROMPTS = tuple("❯›>$#%»➜λ:")
"""How the prompt of a program that writes line by line ends; other `ready` patterns show a hint, not the composer."""
DEEPEST = 60
"""Rows of a long draft that are looked through."""


@dataclass(frozen=True, slots=True)
class Field:
    """A composer on a screen: its first row, the row after its last, what it is, and the text that is in it.

    `stays`: it is there while the program works, too. Else it is a prompt, which comes when the work is done.
    """

    top: int
    bottom: int
    state: Composer
    text: str
    stays: bool = True


def field_of(rows: Sequence[Row], looks: Looks, ready: Patterns) -> Field | None:
    """The composer that can be seen; None when there is none (covered, or the program is not like that)."""
    for shape in looks.shapes:
        for anchor in range(len(rows) - 1, -1, -1):
            if shape.anchor.search(rows[anchor].text) and (field := _field(rows, anchor, shape)):
                return field
    return _prompt(rows, ready)


def _field(rows: Sequence[Row], anchor: int, shape: Shape) -> Field | None:
    if shape.unlike.search(rows[anchor].text) or not _stands_right(rows, anchor, shape):
        return None
    found = _above(rows, anchor, shape) if shape.upwards else _below(rows, anchor, shape)
    if found is None:
        return None
    top, bottom, inside = found
    if shape.below and not all(shape.below.search(row.plain) for row in rows[bottom:]):
        return None
    typed = [_typed(row, shape) for row in inside]
    return Field(top, bottom, _state(typed, shape), "\n".join(row.plain for row in typed).strip())


def _stands_right(rows: Sequence[Row], anchor: int, shape: Shape) -> bool:
    above = rows[max(anchor - shape.within, 0) : anchor]
    return shape.head is None or any(shape.head.search(row.text) for row in above)


def _above(rows: Sequence[Row], anchor: int, shape: Shape) -> tuple[int, int, list[Row]] | None:
    """The rows of a composer that ends at its anchor, cut to the width of that: a sidebar may stand beside it."""
    edge = rows[anchor].text.rstrip()
    left, right = len(edge) - len(edge.lstrip()), len(edge)
    inside: list[Row] = []
    for row in reversed(rows[max(anchor - DEEPEST, 0) : anchor]):
        assert shape.upwards is not None
        part = row.cut(left, right)
        if not shape.upwards.search(part.text) or (inside and _ground(part) != _ground(inside[-1])):
            break
        inside.append(part)
    if not inside:
        return None
    top, inside = anchor - len(inside), inside[::-1]
    if shape.label and shape.label.search(inside[-1].text):
        inside.pop()
    return top, anchor + 1, inside


def _ground(row: Row) -> object:
    """The colour of the ground on which a row's text stands (that of its last character)."""
    return row.runs[-1].style.bg if row.runs else None


def _below(rows: Sequence[Row], anchor: int, shape: Shape) -> tuple[int, int, list[Row]] | None:
    limit = min(anchor + DEEPEST, len(rows))
    for bottom in range(anchor + 1, limit):
        if shape.foot.search(rows[bottom].text) if shape.foot else not rows[bottom].plain:
            return anchor, bottom, list(rows[anchor:bottom])
    return None if shape.foot else (anchor, limit, list(rows[anchor:limit]))


def _typed(row: Row, shape: Shape) -> Row:
    """What stands in a row of the composer, without its frame."""
    tail = shape.tail.search(row.text)
    end = tail.start() if tail else len(row.text)
    lead = shape.lead.match(row.text)
    start = min(lead.end() if lead else 0, end)
    runs = [run._replace(start=max(run.start, start) - start, end=min(run.end, end) - start) for run in row.runs]
    return Row(row.text[start:end], tuple(run for run in runs if run.end > run.start))


def _state(typed: Sequence[Row], shape: Shape) -> Composer:
    seen = [row for row in typed if row.plain]
    if not seen:
        return Composer.UNKNOWN if shape.prompted else Composer.EMPTY
    return Composer.EMPTY if all(map(_is_placeholder, seen)) else Composer.DRAFT


def _is_placeholder(row: Row) -> bool:
    """Whether all of it is faint; the cursor, drawn as one inverse character, may stand on its first one."""
    faint = 0
    for place, run in enumerate(row.runs):
        text = row.text[run.start : run.end].strip()
        if not text:
            continue
        if is_faint(run.style):
            faint += len(text)
        elif not (place == 0 and run.style.inverse and len(text) == 1):
            return False
    return faint > 0


def _prompt(rows: Sequence[Row], ready: Patterns) -> Field | None:
    """The last line of a program that writes line by line, where a `ready` pattern knows its prompt there."""
    last = next((place for place in range(len(rows) - 1, -1, -1) if rows[place].plain), None)
    if last is None:
        return None
    plain = rows[last].plain
    for line in (plain, plain + " "):
        if (found := ready.find(line)) and found[0].rstrip().endswith(PROMPTS):
            rest = Row(plain[found.end() :], ())
            state = Composer.DRAFT if rest.plain else Composer.EMPTY
            return Field(last, last + 1, state, rest.plain, stays=False)
    return None
