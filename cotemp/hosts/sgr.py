"""Screens as text: rows that each stand for themselves, with colours and nothing else that steers a terminal."""

from __future__ import annotations

import re

__all__ = ["rows_of"]

_SGR = re.compile(r"\x1b\[([0-9;:]*)m")
_STEERING = re.compile(r"(\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|[\x00-\x1f\x7f-\x9f])")
_LINES = str.maketrans("`afgijklmnopqrstuvwxyz{|}~", "◆▒°±␉┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·")
"""The line-drawing characters of the VT100, which tmux keeps as letters between SO and SI."""

_OFF = {22: ("bold", "faint"), 23: ("italic",), 24: ("under",), 25: ("blink",), 27: ("reverse",), 28: ("hidden",),
        29: ("strike",), 39: ("fg",), 49: ("bg",), 55: ("over",), 59: ("line",)}  # fmt: skip
_ON = {1: "bold", 2: "faint", 3: "italic", 4: "under", 5: "blink", 7: "reverse", 8: "hidden", 9: "strike", 21: "under",
       38: "fg", 48: "bg", 53: "over", 58: "line"}  # fmt: skip
_ON |= dict.fromkeys([*range(30, 38), *range(90, 98)], "fg") | dict.fromkeys([*range(40, 48), *range(100, 108)], "bg")
_ORDER = ("bold", "faint", "italic", "under", "blink", "reverse", "hidden", "strike", "over", "fg", "bg", "line")


def rows_of(captured: str) -> str:
    """What `tmux capture-pane -e` printed, as rows that stand for themselves: there, colours last over line ends."""
    pen = _Pen()
    return "\n".join([pen.row(line) for line in captured.removesuffix("\n").split("\n")])


class _Pen:
    """What is switched on where the text has come to."""

    def __init__(self) -> None:
        self._colours: dict[str, str] = {}
        self._draws_lines = False

    def row(self, line: str) -> str:
        """`line` as a row of its own; a change of colours is spelled where something is drawn in them."""
        parts, shown = [], "\x1b[0m"
        for part in _STEERING.split(line):
            text = self._steered(part) if _STEERING.match(part) else self._drawn(part)
            if text and (wanted := self._spelled()) != shown:
                parts.append(wanted)
                shown = wanted
            parts.append(text)
        return "".join(parts) + ("\x1b[0m" if shown != "\x1b[0m" else "")

    def _spelled(self) -> str:
        return f"\x1b[{';'.join(['0', *(self._colours[kind] for kind in _ORDER if kind in self._colours)])}m"

    def _drawn(self, text: str) -> str:
        return text.translate(_LINES) if self._draws_lines else text

    def _steered(self, sequence: str) -> str:
        if found := _SGR.fullmatch(sequence):
            self._follow(found[1].split(";"))
        elif sequence in "\x0e\x0f":
            self._draws_lines = sequence == "\x0e"
        return " " if sequence == "\t" else ""

    def _follow(self, codes: list[str]) -> None:
        while codes:
            code = codes.pop(0)
            number = int(code.partition(":")[0] or 0)
            if number == 0:
                self._colours.clear()
            for kind in _OFF.get(number, ()):
                self._colours.pop(kind, None)
            if kind := _ON.get(number, ""):
                if code in ("38", "48", "58"):  # `38;5;n` or `38;2;r;g;b`
                    more = 2 if codes[:1] == ["5"] else 4
                    code, codes = ";".join([code, *codes[:more]]), codes[more:]
                self._colours[kind] = code
