"""Messages in an answer: as JSON, in a fence or bare, or as the text that cotemp makes of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from ...messages.backchat import BackchatError, Flaw, parse
from .blocks import Block
from .ids import GUID, plain
from .items import Lines, Message
from .unmangle import Answer, places, straight, unquoted

__all__ = ["LIMIT", "bare_json", "in_block", "may_hold_one", "written_out"]

LIMIT = 200
"""So many messages are looked for in one answer."""

_WINDOW = 1024 * 1024
"""The longest message in characters."""

_KEYS = ("from_session", "to_session", "body_markdown")
_START = re.compile(
    '\\{[\\s>]{0,200}["\u201c\u201d\u201e](?:id|type|from_session|to_session|created_utc|priority|title|body_markdown|attachments|ack|\\$schema|schema)["\u201c\u201d]'
)
_HEAD = re.compile(
    rf"(?:^|(?<=[\s>*]))BACKCHAT:[\s>*_]*\(\s*(?P<type>[\w-]{{1,40}})\s*\)[\s>]*from[\s>]+(?P<names>[^\n]{{1,400}}(?:\n[^\n]{{0,400}}){{0,4}}?)"
    rf"[\s>]*ID:[\s>*`]*(?P<id>{GUID})[\s>*`]*\|[\s>]*Priority:[\s>]*(?P<priority>[^|\n]{{1,200}}(?:\n[^|\n]{{0,100}}){{0,3}})\|[\s>]*"
    r"UTC:[\s>]*(?P<utc>[\dTZ:.+\u2010-\u2015-]{10,40})",
    re.MULTILINE,
)
_NAMES = re.compile(
    r"[\s>]*(?:\*\*(?P<from>.+?)\*\*[\s>]+to[\s>]+\*\*(?P<to>.+?)\*\*|(?P<from2>.+?)[\s>]+to[\s>]+(?P<to2>.+?))[\s>]*",
    re.DOTALL,
)
_RULE = re.compile(r"[ \t>]*(?:[-\u2010-\u2015_*][ \t]*){1,40}(?:\n|$)")
_ATTACHMENTS = re.compile(r"\n[ \t>]*Attachments: ([^\n]+)\s*$")
_SCRIPT = re.compile(
    r"^[ \t>]*(?:`{3,}|~{3,})[ \t]*(?:powershell|pwsh|ps1|python|py|sh|bash)\b|\[PASTE IN \w+\]|<#[ \t]*---",
    re.I | re.M,
)

_ID = re.compile(rf"[\"\u201c\u201d\u201e]id[\"\u201c\u201d\u201e][\s>]*:[\s>]*[\"\u201c\u201d\u201e]?({GUID})")

_UNCLOSED = ("its fence was never closed",)
_BARE = "it stands in no fence"
_HOLDS_SCRIPT = "a script stands in its body: it was not taken as a DO, and does not run"
_NO_END = "its last line is missing: its body may be cut short, or hold what came after it"


def in_block(block: Block, answer: Answer) -> Message | None:
    """The message that a JSON block is; None when it is other JSON, or none."""
    content = unquoted(block.content(answer)).lstrip()  # no line of JSON begins with `>`
    if not content.startswith("{") or not may_hold_one(content):
        return None
    odd = answer.odd(answer.lines(block.start, block.end)) + (_UNCLOSED if block.unclosed else ())
    try:
        value, _ = _decoded(content)
    except ValueError as error:
        return _damaged(content, error, answer.lines(block.start, block.end), odd)
    return _message(value, answer, block.start, block.end, odd)


def may_hold_one(text: str) -> bool:
    """True when a text names a key that only messages have."""
    return any(key in text for key in _KEYS)


def bare_json(answer: Answer, canvas: str) -> Iterator[tuple[int, int, Message]]:
    """Messages as JSON without a fence around them, with their places."""
    place = 0
    for start in islice(_START.finditer(canvas), LIMIT):
        window = canvas[start.start() : start.start() + _WINDOW]
        if start.start() < place or not all(key in window for key in _KEYS[:2]):
            continue
        place, message = _bare(answer, canvas, start.start(), window)
        yield start.start(), place, message


def _bare(answer: Answer, canvas: str, start: int, window: str) -> tuple[int, Message]:
    """Where the message that begins at `start` ends, and what it is."""
    text = unquoted(window)
    try:
        value, length = _decoded(text)
    except ValueError as error:
        again = _START.search(window, 1)
        last = window.rfind("}", 0, again.start() if again else len(window))
        end = start + (last + 1 if last > 0 else len(window))
        lines = answer.lines(start, end)
        return end, _damaged(window[: end - start], error, lines, (*answer.odd(lines), _BARE))
    end = _same_line(canvas, start, text, length)
    return end, _message(value, answer, start, end, (*answer.odd(answer.lines(start, end)), _BARE))


def _damaged(text: str, error: ValueError, lines: Lines, odd: tuple[str, ...]) -> Message:
    """A message that is no JSON any more; its id may still be read."""
    found = _ID.search(text)
    return Message(lines, odd, plain(found[1]) if found else "", None, (_no_json(error),))


def _same_line(canvas: str, start: int, text: str, length: int) -> int:
    """Where in the answer the part of `text` ends: without quoting the places differ, the lines do not."""
    if text == canvas[start : start + len(text)]:
        return start + length
    for _ in range(text.count("\n", 0, length)):
        start = canvas.index("\n", start) + 1
    end = canvas.find("\n", start)
    return len(canvas) if end < 0 else end


def _decoded(text: str) -> tuple[Any, int]:
    """The JSON value that a text begins with, and its length; a window's quotation marks are mended if need be.

    Raises ValueError.
    """
    decoder = json.JSONDecoder(strict=False)
    first: ValueError | None = None
    for candidate in dict.fromkeys((text, _structural(text), straight(text))):
        try:
            return decoder.raw_decode(candidate)
        except RecursionError:
            raise ValueError("it is nested too deeply") from None
        except ValueError as error:
            first = first or error
    raise first or ValueError("no JSON")


_OPENS = re.compile("(?<=[{\\[,:])(\\s*)[\u201c\u201d\u201e\u201f]")
_CLOSES = re.compile(
    '[\u201c\u201d\u201e\u201f](?=\\s*(?:[}\\]:]|,\\s*(?:["\u201c\u201d\u201e{\\[\\d]|true|false|null|$)))'
)
_ESCAPED = re.compile("\\\\[\u201c\u201d\u201e\u201f]")


def _structural(text: str) -> str:
    """Straight quotation marks where JSON needs them; those that people put into texts stay."""
    if text.isascii():
        return text
    return _CLOSES.sub('"', _OPENS.sub(r'\1"', _ESCAPED.sub(r'\\"', text)))


def _no_json(error: ValueError) -> Flaw:
    what = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
    where = f" (its line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
    return Flaw("", f"it is no JSON{where}: {what}", "ask the chat to write it again, in a ```json fence")


def _message(value: Any, answer: Answer, start: int, end: int, odd: tuple[str, ...]) -> Message:
    lines = answer.lines(start, end)
    ident = plain(value["id"]) if isinstance(value, dict) and isinstance(value.get("id"), str) else ""
    try:
        message = parse(value | {"id": ident} if ident else value)
    except BackchatError as error:
        return Message(lines, odd, ident[:80], None, error.flaws)
    return Message(lines, odd + _about_body(message.body_markdown), ident, message)


def _about_body(body: str) -> tuple[str, ...]:
    return (_HOLDS_SCRIPT,) if _SCRIPT.search(body) else ()


def written_out(answer: Answer, canvas: str) -> Iterator[tuple[int, int, Message]]:
    """Messages as cotemp writes them for people (`BACKCHAT: (handoff) from …`), with their places."""
    heads = [head for at in places(canvas, "BACKCHAT:", limit=LIMIT) if (head := _HEAD.match(canvas, at))]
    limits = [*(head.start() for head in heads[1:]), len(canvas)]
    for head, limit in zip(heads, limits, strict=False):
        yield _written_out(answer, canvas, head, limit)


def _written_out(answer: Answer, canvas: str, head: re.Match[str], limit: int) -> tuple[int, int, Message]:
    ident = plain(head["id"])
    foot = _foot(canvas, ident, head.end(), limit)
    end = foot.end() if foot else _end_without_foot(canvas, head.end(), limit)
    body = answer.text[head.end() : foot.start() if foot else end]
    odd = answer.odd(answer.lines(head.start(), end)) + (() if foot else (_NO_END,))
    value = _value(head, ident, *_body(body))
    return head.start(), end, _message(value, answer, head.start(), end, odd)


def _foot(canvas: str, ident: str, start: int, limit: int) -> re.Match[str] | None:
    """The line that asks for the ACK of this very message."""
    pattern = re.compile(
        rf"\(?[\s>]*Reply[\s>]+with:[\s>`*]*ACK[\s>`*]+(?P<id>{GUID})[^\n)]{{0,120}}(?:\n[^\n)]{{0,120}})?\)?"
    )
    return next((foot for foot in pattern.finditer(canvas, start, limit) if plain(foot["id"]) == ident), None)


def _end_without_foot(canvas: str, start: int, limit: int) -> int:
    reply = re.compile(r"^[ \t>*`-]*(?:ACK\b|Policy v?\d)", re.MULTILINE).search(canvas, start, limit)
    return reply.start() if reply else limit


def _body(text: str) -> tuple[str, list[str]]:
    """The body without the rule above it, the fence that cotemp put around it, and what quotes them all; attachments.

    How deeply it is quoted is seen at the rule: it has no `>` of its own, as the lines above it and the body may have.
    """
    text = text.lstrip(" \t*").removeprefix("\n")
    rule = _RULE.match(text)
    text = unquoted(text[rule.end() :], rule[0].count(">")) if rule else unquoted(text)
    named = _ATTACHMENTS.search(text)
    text = (text[: named.start()] if named else text).strip("\n")
    fenced = re.fullmatch(r"(`{3,})markdown\n(.*)\n\1[ \t]*", text, re.DOTALL)
    attachments = [name.strip() for name in named[1].split(" | ")] if named else []
    return fenced[2] if fenced else text, attachments


def _value(head: re.Match[str], ident: str, body: str, attachments: list[str]) -> dict[str, Any]:
    names = _NAMES.fullmatch(head["names"])
    sender, receiver = (names["from"] or names["from2"], names["to"] or names["to2"]) if names else ("", "")
    kind = head["type"]
    return {
        "id": ident,
        "type": kind,
        "from_session": _word(sender),
        "to_session": _word(receiver),
        "created_utc": re.sub("[\u2010-\u2015]", "-", head["utc"]),
        "priority": _word(head["priority"]),
        "title": f"{kind} from {_word(sender)}",
        "body_markdown": body,
        "attachments": attachments,
    }


def _word(text: str) -> str:
    return " ".join(re.sub(r"^[\s>*]+|[\s>*]+$|\n[ \t>]*", " ", text).split())
