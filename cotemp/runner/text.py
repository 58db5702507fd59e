"""What a program wrote to a terminal, turned into the plain text that a person would have seen there.

Escape sequences go, `\\r\\n` becomes `\\n`, and what a progress bar wrote over is gone, as on a screen.
The result depends on the bytes only, never on the pieces in which they came.
"""

from __future__ import annotations

import codecs
import re

__all__ = ["LINE_LIMIT", "PlainText"]

LINE_LIMIT = 16 * 1024
"""Characters after which a line without an end is passed on; only what follows can still be written over."""

_MOVES = r"\[[0-9]{0,4}[CDGK]"  # cursor right, left, to a column; erase in the line
_ESCAPES = re.compile(
    rf"""\x1b(?:
        \[ [0-?]{{0,256}} [\x20-/]{{0,8}} [@ABEFHIJL-~]             # CSI: colours, modes, vertical moves
      | (?!{_MOVES}) \[ [0-?]{{0,256}} [\x20-/]{{0,8}} [CDGK]       # no move after all
      | [\]PX^_] [^\x07\x1b\n]{{0,4096}} (?:\x07 | \x1b\\)           # OSC and other strings: titles, links
      | [\x20-/]{{1,8}} [0-~]                                       # character sets
      | (?![\[\]PX^_]) [0-~]                                        # two characters: ESC = and its like
      | (?!{_MOVES})                                                # ESC alone, or a broken sequence
    )""",
    re.VERBOSE,
)
_UNFINISHED = re.compile(
    r"""\x1b(?:
        \[ [0-?]{0,256} [\x20-/]{0,8}
      | [\]PX^_] [^\x07\x1b\n]{0,4096} \x1b?
      | [\x20-/]{0,8}
    )?\Z""",
    re.VERBOSE,
)
_LONGEST = 4096 + 8
"""No unfinished sequence is longer than this."""

_EDITS = re.compile(r"[^\r\x08\x1b]+|[\r\x08]|\x1b\[([0-9]*)([CDGK])")
_UNSEEN = re.compile("[\x00-\x07\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]")
_SPECIAL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_SPECIAL_BYTES = bytes(code for code in range(128) if _SPECIAL.match(chr(code)))


class PlainText:
    """A stream of terminal output as plain text. Whole lines come out of `feed`; the line that is
    still being written is `partial`."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._return = b""
        self._held = ""
        self._line = _Line()

    @property
    def partial(self) -> str:
        """The line that has no end yet, as it looks now."""
        return self._line.text

    def feed(self, data: bytes) -> str:
        """The text that `data` completes; empty, or whole lines (or `LINE_LIMIT` characters of a long one)."""
        data = self._return + data
        self._return = data[len(data.rstrip(b"\r")) :]  # half of a line end, perhaps
        data = data.removesuffix(self._return).replace(b"\r\n", b"\n")
        # Most output has nothing to interpret, and this test of it is ten times faster than a regex.
        simple = not self._held and len(data.translate(None, _SPECIAL_BYTES)) == len(data)
        text = self._decoder.decode(data)
        return self._line.add_lines(text) if simple else self._interpret(text)

    def finish(self) -> str:
        """The text that is left when nothing more comes."""
        text = _ESCAPES.sub("", self._held + self._decoder.decode(self._return, final=True))
        self._held, self._return = "", b""
        return self._line.write(text) + self._line.take()

    def _interpret(self, text: str) -> str:
        text = self._held + text
        unfinished = _UNFINISHED.search(text, max(0, len(text) - _LONGEST))
        end = unfinished.start() if unfinished else len(text)
        text, self._held = _ESCAPES.sub("", text[:end]).replace("\r\n", "\n"), text[end:]
        return self._line.write(text) if _SPECIAL.search(text) else self._line.add_lines(text)


class _Line:
    """One line of a terminal and the cursor in it."""

    def __init__(self) -> None:
        self.text = ""
        self._cursor = 0

    def add_lines(self, text: str) -> str:
        """Write `text`, which holds nothing special but line ends; returns what was completed."""
        if self._cursor != len(self.text):
            return self.write(text)
        lines, end, rest = text.rpartition("\n")
        done = self.take() + lines + end if end else ""
        return done + self._put(rest)

    def write(self, text: str) -> str:
        """Write `text`, which may hold line ends, moves and erasures; returns what was completed."""
        *ended, rest = _UNSEEN.sub("", text).split("\n")
        done = []
        for piece in ended:
            done += [self._edit(piece), self.take(), "\n"]
        done.append(self._edit(rest))
        return "".join(done)

    def take(self) -> str:
        """The line as it is; a new one begins."""
        text, self.text, self._cursor = self.text, "", 0
        return text

    def _edit(self, piece: str) -> str:
        return "".join(self._apply(edit) for edit in _EDITS.finditer(piece))

    def _apply(self, edit: re.Match[str]) -> str:
        number, kind = edit.groups()
        if kind == "K":
            self._erase(number)
        elif kind:
            count = int(number or 1)
            self._cursor = {"C": self._cursor + count, "D": self._cursor - count, "G": count - 1}[kind]
        elif edit[0] == "\r":
            self._cursor = 0
        elif edit[0] == "\b":
            self._cursor -= 1
        else:
            return self._put(edit[0])
        self._cursor = min(max(self._cursor, 0), LINE_LIMIT - 1)
        return ""

    def _erase(self, what: str) -> None:
        if what in ("", "0"):
            self.text = self.text[: self._cursor]
        elif what == "1":
            self.text = " " * min(self._cursor + 1, len(self.text)) + self.text[self._cursor + 1 :]
        elif what == "2":
            self.text = ""

    def _put(self, text: str) -> str:
        """Write over what is there; returns what grew too long to wait for its end."""
        done = []
        while len(text) >= LINE_LIMIT - self._cursor:
            room = LINE_LIMIT - self._cursor
            done.append(self.text[: self._cursor].ljust(self._cursor) + text[:room])
            text, self.text, self._cursor = text[room:], "", 0
        end = self._cursor + len(text)
        self.text = self.text[: self._cursor].ljust(self._cursor) + text + self.text[end:]
        self._cursor = end
        return "".join(done)
