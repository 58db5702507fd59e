"""`COWRAP [session]` on a line of its own: the chat asks for a snapshot and a successor."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...errors import BadName
from ...names import session_id
from .items import Lines, Unclear, WrapRequest
from .unmangle import Answer, places

__all__ = ["wraps"]

LIMIT = 50
"""So many requests are looked for in one answer."""

_MARKS = r"[ \t>*_`\"'\u2018-\u201f\[(#-]"
_ASKING = r"(?:please|(?:run|do|make|create|request(?:ing)?|need)(?:[ \t]+an?)?)"
_BEHIND = r"(?:request(?:ed)?|please|now|needed|recommended)"
_SESSION = r"(?:[ \t]*:)?[ \t]+(?:(?:for|of|session)[ \t]+){0,2}[`*\"'<\[]{0,4}(?P<session>co-[\w.-]{1,80})"
_BEFORE = re.compile(
    rf"(?:^|\n|[.!?:][ \t])(?P<marks>{_MARKS}{{0,20}})(?:i[ \t]+)?(?P<asks>(?:{_ASKING}[ \t]+){{0,2}})$", re.IGNORECASE
)
_WRAP = re.compile(
    rf"(?P<word>CO-?WRAP)(?P<behind>(?:[ \t]+{_BEHIND}\b){{0,3}})(?:{_SESSION})?(?![\w-])(?P<end>[^\n]{{0,40}})",
    re.IGNORECASE,
)
_WORDS = ("COWRAP", "CoWrap", "Cowrap", "cowrap", "CO-WRAP", "Co-Wrap", "Co-wrap", "co-wrap")


def wraps(answer: Answer, canvas: str) -> Iterator[tuple[int, int, WrapRequest | Unclear]]:
    """The requests in the prose of an answer, with their places."""
    for at in places(canvas, *_WORDS, limit=LIMIT):
        before, found = _BEFORE.search(canvas[max(0, at - 60) : at]), _WRAP.match(canvas, at)
        if before and found and _is_asked(before, found):
            yield *found.span("word"), _request(found["session"], answer, answer.lines(*found.span("word")))


def _is_asked(before: re.Match[str], found: re.Match[str]) -> bool:
    """Prose about CoWraps, and the heading of one, ask for nothing."""
    if "#" in before["marks"]:
        return False
    if before["asks"] or found["behind"]:
        return True
    return found["word"].isupper() and not found["end"].strip(" \t.!)]`*_\"'")


def _request(session: str | None, answer: Answer, lines: Lines) -> WrapRequest | Unclear:
    session = session.rstrip(".") if session else None
    try:
        return WrapRequest(lines, answer.odd(lines), session_id(session) if session else None)
    except BadName as error:
        return Unclear(lines, answer.odd(lines), f"COWRAP {session}", error.what)
