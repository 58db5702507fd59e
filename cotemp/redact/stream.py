"""Cuts a stream of bytes into pieces that can be judged by themselves, the same however it arrived in chunks.

A piece is whole lines, a private key of many lines, or a part of a line too long to wait for its end.
"""

from __future__ import annotations

from io import BytesIO
from typing import NamedTuple

from . import keys
from .detectors import PRIVATE_KEY
from .search import Search, Span
from .views import has_controls

__all__ = ["Piece", "Stream"]

WINDOW = 512 * 1024
"""Bytes looked at together; what a stream holds back at most. A line that is longer is cut."""
OVERLAP = 96 * 1024
"""A cut lies this far before the end of its window, so that what begins before it is seen as a whole."""
CONTEXT = 512
"""Bytes before a cut that are looked at again, as what stands before a secret may tell that it is one."""


class Piece(NamedTuple):
    """Bytes `start:end` of a text are the next of the stream; `spans` are the secrets there, as places of the text."""

    text: bytes
    start: int
    end: int
    spans: list[Span]


class Stream:
    """Feed it bytes, take pieces; `finish` gives what is left."""

    def __init__(self, search: Search) -> None:
        self._search = search
        self._buffer = bytearray()
        self._context = 0
        self._key: keys.KeyLines | None = None

    @property
    def is_idle(self) -> bool:
        """True when nothing is held back: the next byte begins a line."""
        return not (self._buffer or self._context or self._key)

    def feed(self, data: bytes) -> list[Piece]:
        """Pieces for what is complete now."""
        if not self._buffer and data.endswith(b"\n") and len(data) <= WINDOW:
            return self._lines(data)
        self._buffer += data
        pieces: list[Piece] = []
        if b"\n" not in data and len(self._buffer) < WINDOW:
            return pieces
        taken = 0
        while True:
            window = self._buffer[taken : taken + WINDOW]
            line_end = window.rfind(b"\n") + 1
            if line_end:
                pieces += self._lines(bytes(window[:line_end]))
                taken += line_end
            elif len(window) == WINDOW:
                taken += self._cut(bytes(window), pieces)
            else:
                break
        del self._buffer[:taken]
        return pieces

    def finish(self) -> list[Piece]:
        """Pieces for the rest; the stream is as new afterwards."""
        pieces = self._lines(bytes(self._buffer)) + self._give_up_key()
        self._buffer.clear()
        return pieces

    def _cut(self, window: bytes, pieces: list[Piece]) -> int:
        """Judge the first part of a window without a line end; how many bytes it has done with."""
        pieces += self._give_up_key()
        cut = WINDOW - OVERLAP
        spans = [span for span in self._behind_context(window) if span.start < cut]
        cut = max([cut, *(span.end for span in spans)])
        pieces.append(Piece(window, self._context, cut, spans))
        self._context = CONTEXT
        return cut - CONTEXT

    def _behind_context(self, text: bytes) -> list[Span]:
        spans = [span for span in self._search.find(text) if span.end > self._context]
        if spans and spans[0].start < self._context:
            spans[0] = spans[0]._replace(start=self._context)
        return spans

    def _lines(self, text: bytes) -> list[Piece]:
        pieces = []
        if self._context:
            tail = text[: text.find(b"\n") + 1 or len(text)]
            pieces.append(Piece(tail, self._context, len(tail), self._behind_context(tail)))
            text = text[len(tail) :]
            self._context = 0
        bare = not has_controls(text)
        if self._key or keys.may_begin(text, bare=bare):
            return pieces + self._line_by_line(text)
        pieces.append(Piece(text, 0, len(text), self._search.find(text, bare=bare)))
        return pieces

    def _plain(self, text: bytes) -> Piece:
        return Piece(text, 0, len(text), self._search.find(text))

    def _line_by_line(self, text: bytes) -> list[Piece]:
        pieces = []
        plain = bytearray()
        for line in BytesIO(text):
            rest, ended = self._continue_key(line)
            if ended and ended.is_key:
                pieces += [self._plain(bytes(plain)), self._key_piece(ended)]
                plain.clear()
            elif ended:
                plain += ended.raw
            if not self._key:
                self._key = keys.begin(rest)
                plain += b"" if self._key else rest
        return [*pieces, self._plain(bytes(plain))]

    def _continue_key(self, line: bytes) -> tuple[bytes, keys.KeyLines | None]:
        """What of `line` is not part of the key that is being collected, and the key if that ends it."""
        key = self._key
        if not key:
            return line, None
        stop = keys.end(line)
        if stop:
            key.raw += line[:stop]
            key.is_key = key.is_key or len(keys.key_body(bytes(key.raw))) >= keys.SHORTEST
            self._key = None
            return line[stop:], key
        if not key.add(line):
            self._key = None
            return line, key
        if len(key.raw) < keys.LONGEST:
            return b"", None
        self._key = key.rest()
        return b"", key

    def _give_up_key(self) -> list[Piece]:
        key, self._key = self._key, None
        if not key:
            return []
        return [self._key_piece(key) if key.is_key else self._plain(bytes(key.raw))]

    def _key_piece(self, key: keys.KeyLines) -> Piece:
        raw = bytes(key.raw)
        spans = self._search.find(raw[: key.start])
        end = len(raw.rstrip(b"\r\n"))
        if end > key.start:
            spans.append(Span(key.start, end, 0, PRIVATE_KEY, raw[key.start : end]))
        return Piece(raw, 0, len(raw), spans)
