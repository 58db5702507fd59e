"""Scripts in fences: what a human may drop after a look at them. They lose what they bring of ids and consent."""

from __future__ import annotations

import re

from ...messages.do import Do, Problem
from ...messages.header import HeaderError, Syntax, begins, read
from ...messages.header.block import find
from ...messages.language import LANGUAGES, Language
from .blocks import Block
from .items import Lines, Script
from .unmangle import Answer, straight

__all__ = ["language_of", "read_script"]

_BY_INFO = {
    "pwsh": ("powershell", "pwsh", "ps1", "ps", "posh"),
    "python": ("python", "python3", "py"),
    "sh": ("sh", "bash", "shell", "zsh"),
}
_LANGUAGE_OF = {info: LANGUAGES[name] for name, infos in _BY_INFO.items() for info in infos}
_MARKER = re.compile(r"\s*(?:#[ \t]*)?\[PASTE IN (POWERSHELL|PYTHON|SH|BASH)\][ \t]*(?:\n|$)", re.IGNORECASE)
_BARE_MARKER = re.compile(r"\s*\[PASTE IN \w+\][ \t]*(?:\n|$)", re.IGNORECASE)
_SHEBANG = re.compile(r"#!.*\b(python|sh|bash|zsh|pwsh)", re.IGNORECASE)
_OWN = re.compile(r"^(?:#[ \t]*)?(?:id|body_sha256|sender|retry_of)[ \t]*:[^\n]*\n", re.MULTILINE | re.IGNORECASE)
_RULES = (
    (re.compile("^([ \t]*<#[ \t]*)(?=[-\u2010-\u2015]{1,3}[ \t]*$)[-\u2010-\u2015]+", re.MULTILINE), r"\1---"),
    (re.compile("^([ \t]*)[-\u2010-\u2015]{1,3}(?=[ \t]*#>)", re.MULTILINE), r"\1---"),
    (re.compile("^(#[ \t]*)-{0,2}[\u2010-\u2015]-{0,2}(?=[ \t]*$)", re.MULTILINE), r"\1---"),
)
_LOST_INDENT = re.compile(
    r"^(?:def|if|for|while|class|with|try|else|elif|except|finally)\b[^\n]*:[ \t]*\n+(?=[^\s#])", re.MULTILINE
)
_SMART = re.compile("[\u2018-\u201f]")

_NO_ID = "ids and digests that it brought do not count: it gets new ones"
_UNCLOSED = "its fence was never closed: its end may be missing"
_REPAIRED = "typographic quotation marks were made straight: look whether that is right everywhere"
_LEFT = "typographic and straight quotation marks are mixed in it, and were left as they are"
_FLAT = "its lines seem to have lost their indentation"


def language_of(block: Block, answer: Answer) -> Language | None:
    """The language that a block is a script in: by its fence, a marker, or its header; None: it is no script."""
    if block.info in _LANGUAGE_OF:
        return _LANGUAGE_OF[block.info]
    if not block.is_text:
        return None
    content = block.content(answer)[:4000]
    marker = _MARKER.match(content) or _MARKER.fullmatch(_line_above(block, answer))
    if marker:
        return _LANGUAGE_OF[marker[1].casefold()]
    return _by_its_start(content.lstrip())


def _line_above(block: Block, answer: Answer) -> str:
    return answer.text[max(0, block.start - 400) : block.start].rstrip().rpartition("\n")[2].strip(" \t>*_`:")


def _by_its_start(content: str) -> Language | None:
    shebang = _SHEBANG.match(content)
    if shebang:
        return _LANGUAGE_OF[shebang[1].casefold()]
    if re.match(r"<#[ \t]*[-\u2010-\u2015]", content) and begins(content, Syntax.BLOCK):
        return LANGUAGES["pwsh"]
    return LANGUAGES["python"] if begins(content, Syntax.HASH) and content.startswith("#") else None


def read_script(block: Block, language: Language, answer: Answer) -> Script:
    """The script in a block, with its header understood and its consent not yet given."""
    lines = answer.lines(block.start, block.end)
    text = _mended(_unmarked(block.content(answer)))
    odd = list(answer.odd(lines))
    if block.unclosed:
        odd.append(_UNCLOSED)
    try:
        head = find(text, language.syntax).head if begins(text, language.syntax) else ""
    except HeaderError:
        head = ""
    own = _OWN.sub("", straight(head))
    odd += [_NO_ID] if own != straight(head) else []
    body, said = _body(text[len(head) :])
    odd += said
    if language.name == "python" and _LOST_INDENT.search(body):
        odd.append(_FLAT)
    do, problems = _understood(own + body, language, has_header=begins(text, language.syntax))
    return _script(lines, tuple(odd), language, own, body, do, problems)


def _script(
    lines: Lines,
    odd: tuple[str, ...],
    language: Language,
    head: str,
    body: str,
    do: Do | None,
    problems: tuple[Problem, ...],
) -> Script:
    return Script(lines, odd, language, head + body, body, do, problems)


def _unmarked(text: str) -> str:
    """Without a marker that PowerShell would take for a part of the script."""
    marker = _BARE_MARKER.match(text)
    return text[marker.end() :] if marker else text


def _mended(text: str) -> str:
    """With the dashes around a header as they were before somebody's typography."""
    if text.isascii():
        return text
    for pattern, dashes in _RULES:
        text = pattern.sub(dashes, text)
    return text


def _body(body: str) -> tuple[str, list[str]]:
    """The script below the header; its quotation marks are mended only when a window changed every one of them."""
    if not _SMART.search(body):
        return body, []
    if '"' in body or "'" in body:
        return body, [_LEFT]
    return straight(body), [_REPAIRED]


def _understood(text: str, language: Language, *, has_header: bool) -> tuple[Do | None, tuple[Problem, ...]]:
    if not has_header:
        return None, ()
    try:
        return read(text.encode("utf-8", "replace"), language.syntax), ()
    except HeaderError as error:
        return None, error.problems
