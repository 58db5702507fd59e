"""From bytes to text: a DO is UTF-8, with or without BOM, and nothing else."""

from __future__ import annotations

import codecs
import re

from ...names import DO_LIMIT
from ..do import Problem
from .syntax import COOKIE, HeaderError, Syntax, shown

__all__ = ["BREAK", "text_of"]

BREAK = re.compile(r"\r\n|\n|\r")
"""What ends a line; U+2028 and the like do not, as in PowerShell, Python and sh."""

_WIDE = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
_SAVE_AS_UTF8 = "save the file as UTF-8"


def text_of(data: bytes, syntax: Syntax) -> str:
    """The text of a script, without BOM.

    Raises HeaderError when it is empty, too large, binary, or in another encoding than UTF-8.
    """
    if not data.strip():
        raise HeaderError([_problem("the file is empty", "give it a header and a script")])
    if len(data) > DO_LIMIT:
        size = f"the file has more than {DO_LIMIT // 1024**2} MiB"
        raise HeaderError([_problem(size, "keep large data in a file of its own, and let the script read it")])
    for mark, name in _WIDE.items():
        if data.startswith(mark):
            raise HeaderError([_problem(f"the file is {name}", _SAVE_AS_UTF8)])
    data = data.removeprefix(codecs.BOM_UTF8)
    _refuse_binary(data)
    text = _decode(data)
    if syntax is Syntax.HASH:
        _refuse_cookie(text)
    return text


def _refuse_binary(data: bytes) -> None:
    at = data.find(b"\0")
    if at < 0:
        return
    start = data[:512]
    if start.count(0) * 3 > len(start):
        raise HeaderError([_problem("the file looks like UTF-16 without a mark", _SAVE_AS_UTF8)])
    what = "a zero byte: the file is binary, or was damaged"
    raise HeaderError([_problem(what, "a DO is a script in plain text", *_place(data, at))])


def _decode(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        what = f"the byte 0x{data[error.start]:02x} is no UTF-8"
        raise HeaderError([_problem(what, _SAVE_AS_UTF8, *_place(data, error.start))]) from None


def _place(data: bytes, at: int) -> tuple[int, int]:
    """Line and column of a byte, columns counted in characters."""
    before = data[:at]
    line = before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n") + 1
    start = max(before.rfind(b"\n"), before.rfind(b"\r")) + 1
    return line, len(before[start:].decode("utf-8", "replace")) + 1


def _refuse_cookie(text: str) -> None:
    for number, line in enumerate(BREAK.split(text, maxsplit=2)[:2], 1):
        cookie = COOKIE.match(line)
        if cookie:
            name = cookie[1].lower().replace("_", "-")
            if name not in ("utf-8", "utf8", "utf-8-sig"):
                what = f"Python takes this line for the encoding {shown(cookie[1])}; a DO is UTF-8"
                fix = "save the file as UTF-8 and delete the declaration"
                raise HeaderError([_problem(what, fix, number, cookie.start(1) + 1)])
            return
        if not re.fullmatch(r"[ \t\f]*(#.*)?", line):
            return  # after a line of code, Python looks no further


def _problem(what: str, fix: str, line: int = 1, column: int = 1) -> Problem:
    return Problem(line, column, "file", what, fix)
