"""Replaces secrets by marks: in streams, in texts, in JSON values."""

from __future__ import annotations

import base64
import hmac
import os
import re
from collections.abc import Mapping
from typing import Any, Self

from ..names import fit
from .detectors import PRIVATE_KEY
from .keys import key_body
from .known import looks_secret
from .search import Search, Span
from .stream import WINDOW, Piece, Stream
from .views import colours

__all__ = ["Clean", "Scrubber"]

SETTLED = 64 * 1024
"""Lines from this length on, in bytes, are scrubbed once: twice is for what stands side by side in a few words."""

_MARK = re.compile(r"\[secret:([^:\]]+):([0-9a-v]{4})\]")
_MAKER = object()


class Clean(str):
    """A text without secrets. Only a Scrubber makes one, so whoever holds one knows that it was scrubbed."""

    __slots__ = ()

    def __new__(cls, text: str, maker: object = None) -> Self:
        if maker is not _MAKER:
            raise TypeError("only a Scrubber makes a Clean")
        return super().__new__(cls, text)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self


class Scrubber:
    """Takes secrets out of a stream of bytes, and out of texts and JSON values on the way.

    `known` are values by name (see `secrets_in`); `key` is a key of this machine: a mark is
    `[secret:<kind>:<fingerprint>]`, and whoever does not have the key cannot test guesses against fingerprints.
    A mark of a known value carries its name as the kind.
    """

    def __init__(self, known: Mapping[str, str], key: bytes) -> None:
        self._begin(Search(known), key, {})

    def _begin(self, search: Search, key: bytes, counts: dict[str, int]) -> None:
        self._search = search
        self._key = key
        self._stream = Stream(search)
        self._line = b""
        self._line_is_marked = False
        self._marks: dict[tuple[str, bytes], bytes] = {}
        self.counts = counts
        """How many secrets of each kind were replaced, by everything this scrubber did."""

    def fresh(self) -> Scrubber:
        """A scrubber for another stream: the same rules, its own counts."""
        return self._sibling({})

    def _sibling(self, counts: dict[str, int]) -> Scrubber:
        other = Scrubber.__new__(Scrubber)
        other._begin(self._search, self._key, counts)
        return other

    def feed(self, data: bytes) -> bytes:
        """What can be passed on now: whole lines, at once; a line that begins a private key waits for its end."""
        return b"".join(map(self._emit, self._stream.feed(data)))

    def glance(self, line: bytes) -> bytes:
        """What may be shown now of a line that has no end yet: no part of what may turn out to be a secret.

        Nothing while what stands before it is held back. The line comes again, whole, through `feed`.
        """
        if self._line or not self._stream.is_idle:
            return b""
        spans, length = self._search.find(line), self._search.safe_length(line)
        for span in spans:
            if span.end > length:
                length = min(length, span.start)
        seen = [span for span in spans if span.end <= length]
        return self._sibling({})._marked(line, 0, length, seen)

    def finish(self) -> bytes:
        """The rest of the stream; then the next one may begin."""
        whole = b"".join(map(self._emit, self._stream.finish())) + self._settled(self._line)
        self._line, self._line_is_marked = b"", False
        return whole

    def scrub_bytes(self, data: bytes) -> bytes:
        """`data` without its secrets; a stream that was begun goes on undisturbed."""
        once = self._sibling(self.counts)
        return once.feed(data) + once.finish()

    def scrub(self, text: str) -> Clean:
        """`text` without its secrets."""
        data = text.encode("utf-8", "surrogatepass")
        clean = self.scrub_bytes(data)
        return Clean(text if clean == data else clean.decode("utf-8", "surrogatepass"), _MAKER)

    def scrub_name(self, name: str) -> str:
        """A file name without its secrets; where one stood is `secret-<kind>-<fingerprint>`. The ending stays."""
        if self.scrub(name) == name:
            return name
        base, ending = os.path.splitext(name)
        parts = self.scrub(base) + self.scrub(ending)
        return fit(_MARK.sub(r"secret-\1-\2", parts if self.scrub(parts) == parts else self.scrub(name)))

    def known_in(self, data: bytes) -> set[str]:
        """Names of the known values that `data` holds, in any form; for what is no text."""
        return {span.kind for span in self._search.known(data)}

    @property
    def longest_known(self) -> int:
        """Bytes of the longest form of a known value."""
        return self._search.longest_known

    def scrub_json(self, value: Any) -> Any:
        """A copy of a JSON value without secrets in its texts; keys and structure stay.

        A text under a secret-looking key, or behind a flag like `--password` in a list, goes as a whole.
        """
        if isinstance(value, str):
            return self.scrub(value)
        if isinstance(value, Mapping):
            return {key: self._scrub_named(str(key), item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            flags = ["", *(item if isinstance(item, str) and item.startswith("-") else "" for item in value)]
            return [self._scrub_named(flag, item) for flag, item in zip(flags, value, strict=False)]
        return value

    def _scrub_named(self, name: str, value: Any) -> Any:
        if isinstance(value, str) and looks_secret(name) and not value.startswith("-"):
            return self._scrub_value(value)
        if isinstance(value, list | tuple) and looks_secret(name):
            return [self._scrub_named(name, item) for item in value]
        return self.scrub_json(value)

    def _scrub_value(self, value: str) -> Clean:
        clean = self.scrub(value)
        if self._search.is_harmless(clean.encode("utf-8", "surrogatepass")):
            return clean
        return Clean(self._mark("secret", value.encode("utf-8", "surrogatepass")).decode(), _MAKER)

    def _emit(self, piece: Piece) -> bytes:
        """Take a piece; give the lines that are now whole."""
        if not self._line and not piece.spans and piece.text.endswith(b"\n", piece.start, piece.end):
            return piece.text[piece.start : piece.end]
        self._line += self._marked(*piece)
        self._line_is_marked = self._line_is_marked or bool(piece.spans)
        end = len(self._line) if len(self._line) >= WINDOW else self._line.rfind(b"\n") + 1
        whole = self._settled(self._line[:end])
        self._line = self._line[end:]
        self._line_is_marked = self._line_is_marked and self._line != b""
        return whole

    def _settled(self, text: bytes) -> bytes:
        """Scrub until nothing changes: a mark may have made a boundary that shows its neighbour to be a secret."""
        if not self._line_is_marked:
            return text
        lines = text.split(b"\n")
        marked = [line for line in lines if b"[secret:" in line and len(line) < SETTLED]
        if not self._search.find(b"\n".join(marked)):
            return text
        return b"\n".join(self._settled_line(line) for line in lines)

    def _settled_line(self, line: bytes) -> bytes:
        while b"[secret:" in line and len(line) < SETTLED and (spans := self._search.find(line)):
            line = self._marked(line, 0, len(line), spans)
        return line

    def _marked(self, text: bytes, start: int, end: int, spans: list[Span]) -> bytes:
        if not spans:
            return text[start:end]
        parts = []
        for span in spans:
            parts += [text[start : span.start], self._replacement(text[span.start : span.end], span)]
            start = span.end
        return b"".join((*parts, text[start:end]))

    def _replacement(self, raw: bytes, span: Span) -> bytes:
        """The mark, in the encoding of what it replaces, with the colours that changed inside."""
        mark = self._mark(span.kind, span.secret)
        if len(raw) > 2 and not raw[1::2].strip(b"\0"):
            return mark.decode().encode("utf-16-le")[:-1]
        return mark + colours(raw)

    def _mark(self, kind: str, secret: bytes) -> bytes:
        self.counts[kind] = self.counts.get(kind, 0) + 1
        if len(self._marks) > 1000:
            self._marks.clear()
        if (kind, secret) not in self._marks:
            self._marks[kind, secret] = b"[secret:%b:%b]" % (kind.encode(), self._fingerprint(kind, secret))
        return self._marks[kind, secret]

    def _fingerprint(self, kind: str, secret: bytes) -> bytes:
        if kind == PRIVATE_KEY:
            secret = key_body(secret) or secret
        return base64.b32hexencode(hmac.digest(self._key, secret, "sha256")[:5])[:4].lower()
