"""From the bytes of a file to the DO that they are, and the proof that they are all of it."""

from __future__ import annotations

import codecs
import hashlib
import re
from dataclasses import replace

from ..do import Do, Problem
from .block import begins, find
from .meaning import understand
from .source import text_of
from .syntax import HEADER_LIMIT, HeaderError, Syntax
from .tree import parse

__all__ = ["begins", "is_whole", "read", "text_of"]

_DIGEST_LINE = re.compile(r'body_sha256[ \t]*:[ \t]*"?([0-9a-f]{64})"?[ \t]*', re.IGNORECASE)


def read(data: bytes, syntax: Syntax) -> Do:
    """The DO that these bytes are.

    Raises HeaderError with every problem at once, sorted by line.
    """
    text = text_of(data, syntax)
    block = find(text, syntax)
    root, problems = parse(block.lines)
    do, misunderstood = understand(root, block.line)
    problems = [*block.problems, *problems, *misunderstood]
    if do.body_sha256 and not problems:
        problems = _compare(block.body_of(data), do.body_sha256, root["body_sha256"].node.line)
    if problems:
        raise HeaderError(problems)
    return replace(do, sha256=hashlib.sha256(data).hexdigest())


def _compare(body: bytes, promised: str, line: int) -> list[Problem]:
    if hashlib.sha256(body).hexdigest() == promised:
        return []
    what = "the script below the header is not the one that was dropped: it is cut short, or was edited"
    return [Problem(line, 1, "body_sha256", what, "drop it again; if you edited it, delete this line first")]


def is_whole(data: bytes) -> bool:
    """True only when `data` carries the digest of its body and the body is that one.

    Says nothing about the rest of the header, and never raises.
    """
    data = data.removeprefix(codecs.BOM_UTF8)
    start = data[:HEADER_LIMIT]
    if b"body_sha256" not in start:
        return False
    text = start.decode("latin-1")  # one character per byte, so places in the text are places in the file
    return any(_is_whole(data, text, syntax) for syntax in Syntax)


def _is_whole(data: bytes, text: str, syntax: Syntax) -> bool:
    try:
        block = find(text, syntax)
    except HeaderError:
        return False
    promised = next((m[1] for line in block.lines if (m := _DIGEST_LINE.fullmatch(line.text))), None)
    return promised is not None and promised == hashlib.sha256(data[len(block.head) :]).hexdigest()
