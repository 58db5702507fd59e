"""Who says it? On a screen a program speaks itself, and repeats what others said: tools, people, its own model."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .faint import is_alarming
from .looks import Looks
from .rows import Row

__all__ = ["begins", "own_words"]

_QUOTED = re.compile(r"^\s*[⎿❯›>│┃└]")
_RESULT = re.compile(r"^(\s*)⎿")
_BULLET = re.compile(r"^\s*[⏺●•✦] ")
_OWN = re.compile(r' · |\{"type":"error"|API Error|^\W*There.s an issue with the selected model')
_BEGINS = re.compile(r"^[\W_]*(?:(?:API )?Error\b.*|.* · )?$")
_CALL = re.compile(r"^\s*[⏺●] \w+\(")
_PROMPT = re.compile(r"^[❯>][\u00a0 ](?![/!])")


def own_words(rows: Sequence[Row], looks: Looks) -> list[bool]:
    """For each row, whether the program itself may be speaking in it: neither a tool's output, nor what a human typed
    (they stand behind a mark, or on another ground), nor the further lines of a message."""
    own: list[bool] = []
    inside = False
    for place, row in enumerate(rows):
        if result := _RESULT.match(row.text):
            inside = not _answers(rows, place)
            own.append(not inside)
            depth = len(result[1]) + 2
        elif inside and row.plain and _indent(row) >= depth:
            own.append(False)
        else:
            inside = inside and not row.plain
            own.append(not _QUOTED.match(row.text) and not _is_typed(row, looks) and not _goes_on(row, looks))
    return own


def begins(text: str, at: int) -> bool:
    """Whether words at `at` begin what the program says, instead of being told of in a sentence."""
    if _BULLET.match(text) and not _OWN.search(text):
        return False
    return _BEGINS.match(text[:at]) is not None


def _answers(rows: Sequence[Row], place: int) -> bool:
    """Whether a result is the program's own answer, as it gives one when it cannot go on: it stands below a prompt, or
    is red and belongs to no call of a tool."""
    above = next((row for row in reversed(rows[:place]) if row.plain), None)
    if above is None or _PROMPT.match(above.text):
        return above is not None
    last = rows[place].runs[-1:]
    return not _CALL.match(above.text) and any(is_alarming(run.style) for run in last)


def _is_typed(row: Row, looks: Looks) -> bool:
    """Whether the text stands on a ground of its own, as programs show what a human typed."""
    if looks.footer or not row.plain:
        return False
    start = _indent(row)
    return any(run.start <= start < run.end and run.style.bg is not None for run in row.runs)


def _goes_on(row: Row, looks: Looks) -> bool:
    """Whether it is a further line of a message, of a program whose own words begin with a mark or at the edge."""
    return looks.speech is not None and _indent(row) >= 2 and row.plain.lstrip()[:1].isalnum()


def _indent(row: Row) -> int:
    return len(row.text) - len(row.text.lstrip())
