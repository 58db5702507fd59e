"""A text as it is seen: without colour codes and other control characters, and the way back to its bytes."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property

__all__ = ["COLOURS", "CONTROLS", "CONTROLS_AND_CR", "Visible", "colours", "has_controls", "without_controls"]

_CONTROL_BYTES = bytes({*range(0x20), 0x7F} - {0x09, 0x0A, 0x0D})

COLOURS = re.compile(rb"\x1b\[[\d;:]{0,64}[mK]")
"""Colours, and what programs that colour their lines add: erase to the end of the line."""
CONTROLS = re.compile(
    rb"(?:\x1b\[|\xc2\x9b)[0-?]{0,64}[ -/]{0,8}[@-~]|\x1b[\]PX^_][^\x07\x1b\n]{0,4096}(?:\x07|\x1b\\)?"
    rb"|\x1b[ -/]{1,8}[0-~]|\x1b[0-~]|\xc2[\x80-\x9f]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
)
"""CSI; OSC, DCS and the like with what they carry; other escapes; C1 in UTF-8; single control characters."""
CONTROLS_AND_CR = re.compile(CONTROLS.pattern + rb"|\r(?!\n)")


def has_controls(text: bytes) -> bool:
    """True when something in `text` may take no place on a screen."""
    return len(text.translate(None, _CONTROL_BYTES)) != len(text) or b"\xc2" in text


def without_controls(text: bytes) -> bytes:
    """What of `text` takes a place on a screen."""
    return CONTROLS.sub(b"", text) if has_controls(text) else text


def colours(text: bytes) -> bytes:
    """The colour codes of `text`, one after the other."""
    return b"".join(COLOURS.findall(text)) if b"\x1b" in text else b""


class Visible:
    """`raw` without what `hidden` matches: `.text`."""

    def __init__(self, raw: bytes, hidden: re.Pattern[bytes]) -> None:
        self._raw = raw
        self._hidden = hidden
        self.text = hidden.sub(b"", raw)

    @cached_property
    def _shifts(self) -> tuple[list[int], list[int]]:
        """Offsets in `.text` from which on more of the raw text is left out, and how much."""
        starts, shifts = [0], [0]
        for match in self._hidden.finditer(self._raw):
            starts.append(match.start() - shifts[-1])
            shifts.append(shifts[-1] + len(match[0]))
        return starts, shifts

    def original(self, offset: int) -> int:
        """Where the byte at `offset` of `.text` stands in the raw text."""
        starts, shifts = self._shifts
        return offset + shifts[bisect_right(starts, offset) - 1]
