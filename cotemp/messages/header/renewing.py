"""The same DO once more: a new id in its header, and everything else as it was."""

from __future__ import annotations

import codecs
import re

from ...errors import AnswerIsNo
from .block import find
from .syntax import HeaderError, Syntax

__all__ = ["renewed"]


def renewed(data: bytes, old_id: str, new_id: str, retry_of: str) -> bytes:
    """The DO `data` with `new_id` instead of `old_id`, and the run that it repeats named as `retry_of`.

    The script itself, and so its digest, stays as it is. Raises AnswerIsNo when the header has no
    line of its own for the id.
    """
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    text = data.removeprefix(mark).decode()
    head = _head(text)
    head = re.sub(r"(?im)^(?:#[ \t]?)?retry_of[ \t]*:[^\r\n]*(?:\r\n|\n|\r)", "", head)
    line = re.compile(rf'(?im)^(?P<start>(?:#[ \t]?)?)id[ \t]*:[ \t]*"?{re.escape(old_id)}"?[ \t]*(?P<end>\r\n|\n|\r)')
    new_lines = rf'\g<start>id: "{new_id}"\g<end>\g<start>retry_of: "{retry_of}"\g<end>'
    new_head, times = line.subn(new_lines, head, count=1)
    if times != 1:
        raise AnswerIsNo("the id in its header cannot be replaced", "delete the line with `id:`, then drop it again")
    return mark + new_head.encode() + text[len(_head(text)) :].encode()


def _head(text: str) -> str:
    for syntax in Syntax:
        try:
            return find(text, syntax).head
        except HeaderError:
            continue
    raise AnswerIsNo("it has no header that can be read", "see what is wrong: cotemp check FILE")
