"""The screen that a program draws: pyte's, with what agents' programs need beyond it, and as rows of text."""

from __future__ import annotations

import contextlib
import unicodedata
from collections import deque
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, cast

import pyte
from pyte import graphics
from pyte import modes as mo
from pyte.screens import wcwidth

from .sieve import for_screen

__all__ = ["Screen"]

HISTORY = 2000
"""Lines that are kept when they scroll away, without colours."""
_TITLE = 300
_KNOWN_STYLES = 64
_ALTERNATE = {47, 1047, 1049}
_APPLICATION_KEYS = 1 << 5
"""How pyte keeps the private mode 1."""


class _Cell(NamedTuple):
    """pyte's `Char`, and whether it is faint: placeholders are, drafts are not."""

    data: str
    fg: str = "default"
    bg: str = "default"
    bold: bool = False
    italics: bool = False
    underscore: bool = False
    strikethrough: bool = False
    reverse: bool = False
    blink: bool = False
    faint: bool = False


_BLANK = _Cell(" ")


class Screen(pyte.Screen):
    """Takes pieces from the sieve. `answer` is given what a program is told when it asks its terminal."""

    def __init__(self, columns: int, rows: int, answer: Callable[[str], None]) -> None:
        self.history: deque[str] = deque(maxlen=HISTORY)
        self._main: tuple[dict[int, Any], Any] | None = None
        self._last = " "
        self._known: dict[Any, dict[str, Any]] = {}
        self._answer = answer
        super().__init__(columns, rows)
        self._stream = _Stream(self)
        self._stream.use_utf8 = False  # with it pyte would ignore line-drawing characters

    @property
    def application_keys(self) -> bool:
        """True when arrow keys are to be sent as the program asked."""
        return _APPLICATION_KEYS in self.mode

    @property
    def default_char(self) -> Any:
        return _BLANK._replace(reverse=super().default_char.reverse)

    def show(self, piece: str) -> None:
        """Draw one piece. What pyte cannot take changes nothing: a program may write what it likes."""
        with contextlib.suppress(Exception):
            self._stream.feed(for_screen(piece))

    def write_process_input(self, data: str) -> None:
        self._answer(data)

    def reset(self) -> None:
        super().reset()
        self._main = None
        self.cursor.attrs = self.default_char

    def set_title(self, param: str) -> None:
        self.title = "".join(filter(str.isprintable, param))[:_TITLE]

    def draw(self, data: str) -> None:
        if data.isascii() and mo.IRM not in self.mode and mo.DECAWM in self.mode and not self.charset:
            self._draw_plainly(data)
        else:
            # pyte stops at the first character without a width, and loses what follows it.
            data = "".join([char for char in data if wcwidth(char) > 0 or unicodedata.combining(char)])
            super().draw(data)
        self._last = data[-1:] or self._last

    def _draw_plainly(self, data: str) -> None:
        """The same as pyte does, for what is usual; five times as fast, and equal cells are one object."""
        data = data.translate(self.g0_charset)
        cells = self._cells_of(data)
        while cells:
            if self.cursor.x == self.columns:
                self.carriage_return()
                self.linefeed()
            x = self.cursor.x
            part, cells = cells[: self.columns - x], cells[self.columns - x :]
            self.buffer[self.cursor.y].update(zip(range(x, x + len(part)), part, strict=True))
            self.cursor.x += len(part)

    def _cells_of(self, data: str) -> list[Any]:
        if len(self._known) > _KNOWN_STYLES:
            self._known.clear()
        known = self._known.setdefault(self.cursor.attrs, {})
        for char in set(data).difference(known):
            known[char] = self.cursor.attrs._replace(data=char)
        return [known[char] for char in data]

    def repeat(self, count: int = 1) -> None:
        """Draw the last character again (`CSI b`)."""
        self.draw(self._last * min(count or 1, self.columns))

    def index(self) -> None:
        top, bottom = self.margins or (0, self.lines - 1)
        if self.cursor.y == bottom and top == 0 and self._main is None:
            self.history.append(self.plain_row(0))
        super().index()

    def scroll_up(self, count: int = 1) -> None:
        """Move what is between the margins up (`CSI S`)."""
        self._at_top_margin(self.delete_lines, count)

    def scroll_down(self, count: int = 1) -> None:
        """Move what is between the margins down (`CSI T`)."""
        self._at_top_margin(self.insert_lines, count)

    def keep_cursor(self, *_: int) -> None:
        """Remember where the cursor is (`CSI s`)."""
        self.save_cursor()

    def return_cursor(self, *_: int) -> None:
        """Return there (`CSI u`)."""
        self.restore_cursor()

    def _at_top_margin(self, act: Callable[[int], None], count: int) -> None:
        x, y = self.cursor.x, self.cursor.y
        self.cursor.y = self.margins.top if self.margins else 0
        act(count or 1)
        self.cursor.x, self.cursor.y = x, y

    def set_mode(self, *modes: int, **kwargs: Any) -> None:
        super().set_mode(*modes, **kwargs)
        if kwargs.get("private") and _ALTERNATE & set(modes) and self._main is None:
            self.save_cursor()
            self._main = dict(self.buffer), self.savepoints.pop()
            self.buffer.clear()

    def reset_mode(self, *modes: int, **kwargs: Any) -> None:
        super().reset_mode(*modes, **kwargs)
        if kwargs.get("private") and _ALTERNATE & set(modes) and self._main is not None:
            rows, cursor = self._main
            self._main = None
            self.buffer.clear()
            self.buffer.update(rows)
            self.savepoints.append(cursor)
            self.restore_cursor()

    def select_graphic_rendition(self, *attrs: int, **_: Any) -> None:
        faint = _is_faint(attrs, before=cast(_Cell, self.cursor.attrs).faint)
        super().select_graphic_rendition(*attrs)
        self.cursor.attrs = cast(Any, self.cursor.attrs)._replace(faint=faint)

    def plain_row(self, y: int) -> str:
        """A row without colours."""
        row: Mapping[int, Any] = self.buffer.get(y, {})
        return "".join([row[x].data if x in row else " " for x in range(self.columns)]).rstrip()

    def plain(self, lines: int) -> str:
        """The last `lines` lines, with those that scrolled away."""
        rows = [*self.history, *(self.plain_row(y) for y in range(self.lines))]
        while rows and not rows[-1]:
            rows.pop()
        return "\n".join(rows[-lines:] if lines > 0 else [])

    def coloured(self) -> str:
        """All rows, each beginning and ending in the default colours."""
        return "\n".join([_coloured(self.buffer.get(y, {}), self.columns) for y in range(self.lines)])


class _Stream(pyte.Stream):
    csi = pyte.Stream.csi | {
        "S": "scroll_up", "T": "scroll_down", "b": "repeat", "s": "keep_cursor", "u": "return_cursor"
    }  # fmt: skip
    events = pyte.Stream.events | {"scroll_up", "scroll_down", "repeat", "keep_cursor", "return_cursor"}


def _is_faint(codes: tuple[int, ...], *, before: bool) -> bool:
    """Whether text is faint after an SGR sequence with these codes."""
    faint, left = before if codes else False, list(codes)
    while left:
        code = left.pop(0)
        if code in (38, 48):  # `38;5;n` or `38;2;r;g;b`: its numbers are no codes
            del left[: 2 if left[:1] == [5] else 4]
        elif code in (0, 2, 22):
            faint = code == 2
    return faint


def _coloured(row: Mapping[int, Any], columns: int) -> str:
    parts, pen = [], _BLANK[1:]
    for x in range(_end(row, columns)):
        cell = row.get(x, _BLANK)
        if cell[1:] != pen and cell[0]:
            pen = cell[1:]
            parts.append(_sgr(cell))
        parts.append(cell[0])
    return "".join(parts) + ("\x1b[0m" if pen != _BLANK[1:] else "")


def _end(row: Mapping[int, Any], columns: int) -> int:
    """The column after the last one where something is to be seen."""
    end = min(max(row, default=-1) + 1, columns)
    while end and not _is_seen(row.get(end - 1, _BLANK)):
        end -= 1
    return end


def _is_seen(cell: _Cell) -> bool:
    return cell.data != " " or cell.bg != "default" or cell.reverse or cell.underscore or cell.strikethrough


_FLAGS = {"bold": "1", "faint": "2", "italics": "3", "underscore": "4", "blink": "5", "reverse": "7",
          "strikethrough": "9"}  # fmt: skip
_FG = {name: str(code) for code, name in (graphics.FG_AIXTERM | graphics.FG_ANSI).items()}
_BG = {name: str(code) for code, name in (graphics.BG_AIXTERM | graphics.BG_ANSI).items()}


@lru_cache(maxsize=1024)
def _sgr(cell: _Cell) -> str:
    codes = [code for name, code in _FLAGS.items() if getattr(cell, name)]
    codes += _colour(cell.fg, _FG, "38") + _colour(cell.bg, _BG, "48")
    return f"\x1b[0;{';'.join(codes)}m" if codes else "\x1b[0m"


def _colour(name: str, named: Mapping[str, str], kind: str) -> list[str]:
    if name == "default":
        return []
    if name in named:
        return [named[name]]
    return [kind, "2", *(str(int(name[at : at + 2], 16)) for at in (0, 2, 4))]
