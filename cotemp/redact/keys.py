"""Private keys of many lines: how one begins, what may be inside, how it ends."""

from __future__ import annotations

import re

from .detectors import BEGIN_KEY, END_KEY
from .views import CONTROLS, Visible, without_controls

__all__ = ["LONGEST", "SHORTEST", "KeyLines", "begin", "end", "key_body", "may_begin"]

LONGEST = 64 * 1024
"""The longest private key in bytes that is collected as one; a longer one becomes several marks."""
SHORTEST = 16
"""Fewer characters of base64 between a beginning and an end are no key but somebody writing about keys."""

_BEGIN = re.compile(BEGIN_KEY)
_END = re.compile(END_KEY)
# Quotes, operators, comment and diff signs around a line of a key that stands in somebody's source code.
_AROUND = b" \t\r\n\"'`|>#+-,;)"
_ESCAPED_END = re.compile(rb"(?:\\{1,3}[nr])+\Z")
_SHORT = re.compile(rb"[A-Za-z0-9+/]{1,76}={0,2}")
_FULL = re.compile(rb"[A-Za-z0-9+/]{40,65536}={0,2}")
_CHECKSUM = re.compile(rb"=[A-Za-z0-9+/]{4}")
_NAMED = re.compile(rb"(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset|MessageID): [^\n]{0,200}")
_FORTY = re.compile(rb"[A-Za-z0-9+/]{40}")
_LINE_BREAK = re.compile(rb"\\{1,3}[nr]|[\r\n]")
_HEADER = re.compile(rb"-----|" + _NAMED.pattern)
_LAST_RUN = re.compile(rb"[A-Za-z0-9+/]+={0,2}(?=[^A-Za-z0-9+/=]*\Z)")


def may_begin(text: bytes, *, bare: bool = False) -> bool:
    """True when a line of `text` may begin a private key. `bare`: it surely has no controls."""
    text = text if bare else without_controls(text)
    return b"PRIVATE KEY" in text and b"-----BEGIN" in text


def key_body(key: bytes) -> bytes:
    """The base64 of a key without line breaks, headers and what stands around: the same however it was laid out."""
    lines = _LINE_BREAK.split(without_controls(key))
    runs = (_LAST_RUN.search(line) for line in lines if not _HEADER.search(line))
    return b"".join(run[0] for run in runs if run)


class KeyLines:
    """Collects the lines of one private key: headers, full lines, a last short one. The key begins at `raw[start:]`."""

    def __init__(self, first: bytes, start: int, indent: int) -> None:
        self.raw = bytearray(first)
        self.start = start
        self._indent = indent
        self._at_end = False
        self.is_key = False
        """True once there was a full line of base64: if it ends now, it is a key, though a broken one."""

    def rest(self) -> KeyLines | None:
        """A collector for what may follow when this one is full; None when this is no key so far."""
        if not self.is_key:
            return None
        rest = KeyLines(b"", 0, self._indent)
        rest.is_key = True
        return rest

    def add(self, line: bytes) -> bool:
        """Take a line when it may be part of the key; False, untouched, when it cannot."""
        bare = without_controls(line)
        behind_prefix = _inside(bare[self._indent :]) or b"-"
        # A line with a mark has been judged before: what is left of it is no key's.
        if b"[secret:" in bare or not any(map(self._fits, (_inside(bare), _forty(bare), behind_prefix))):
            return False
        self.raw += line
        return True

    def _fits(self, text: bytes) -> bool:
        if not self._at_end and _FULL.fullmatch(text):
            self.is_key = True
            return True
        if not self.is_key:
            return not text or bool(_SHORT.fullmatch(text) or _NAMED.fullmatch(text))
        if not self._at_end and _SHORT.fullmatch(text):
            self._at_end = True
            return True
        return not text or _CHECKSUM.fullmatch(text) is not None


def begin(line: bytes) -> KeyLines | None:
    """A collector that starts with `line`, if a key begins there and does not end there."""
    if not may_begin(line):
        return None
    seen = Visible(line, CONTROLS)
    start = -1
    for match in _BEGIN.finditer(seen.text):
        start = match.start()
    if start < 0 or _END.search(seen.text, start):
        return None
    return KeyLines(line, seen.original(start), start)


def end(line: bytes) -> int:
    """The offset in `line` behind the end of a key; 0 when none ends there."""
    if b"PRIVATE KEY" not in without_controls(line):
        return 0
    seen = Visible(line, CONTROLS)
    match = _END.search(seen.text)
    return seen.original(match.end() - 1) + 1 if match else 0


def _inside(bare: bytes) -> bytes:
    return _ESCAPED_END.sub(b"", bare.strip(_AROUND))


def _forty(bare: bytes) -> bytes:
    """Forty characters of base64 if the line ends in them, behind a log's prefix; else what never fits."""
    end = bare.rstrip(_AROUND + b"=\\nr")[-40:]
    return end if _FORTY.fullmatch(end) else b"-"
