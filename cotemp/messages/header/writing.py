"""From a draft to the bytes of a whole DO.

No text can break out of its place: it stands in double quotes that it cannot hold itself, on one
line, and can neither end PowerShell's comment nor look like a place that was never filled in.
"""

from __future__ import annotations

import codecs
import hashlib
import unicodedata

from ...errors import BadUsage
from ...names import new_do_id
from ...times import spell_duration
from ..do import FLAGS, Draft, Flags
from .syntax import COOKIE, HEADER_LIMIT, UNFILLED, Syntax

__all__ = ["carried", "write"]

_MARKER = "# [PASTE IN POWERSHELL]"
_UTF8_COOKIE = "# -*- coding: utf-8 -*-"


def write(draft: Draft, syntax: Syntax, *, sealed: bool = True) -> bytes:
    """A whole DO, header and script; `sealed` with an id and the digest of its body.

    A DO that a person is going to edit is not sealed: the digest would not be right any more. Raises
    BadUsage when the header would be too long to be read again.
    """
    ending = "\r\n" if syntax is Syntax.BLOCK else "\n"
    body = _body(draft.body, syntax, ending)
    lines = _lines(draft) + (_seal(draft, body) if sealed else [])
    if syntax is Syntax.BLOCK:
        lines = ["<# ---", *lines, "--- #>"]
    else:
        lines = [f"# {line}" for line in ("---", *lines, "---")]
        if COOKIE.match(lines[1]):
            # Python would take the second line for a declaration of the file's encoding.
            lines.insert(0, _UTF8_COOKIE)
    header = "".join(line + ending for line in lines).encode()
    if len(header) > HEADER_LIMIT:
        limit = f"a header holds at most {HEADER_LIMIT // 1024} KiB"
        raise BadUsage(
            f"title, brief and repo take {len(header) // 1024} KiB; {limit}", "put the long text into the body"
        )
    whole = header + body
    # Windows PowerShell 5.1 reads a script without BOM in the machine's old code page.
    return codecs.BOM_UTF8 + whole if syntax is Syntax.BLOCK and not whole.isascii() else whole


def carried(text: str) -> str:
    """`text` as a header carries it: on one line, with nothing in it that means something there."""
    encodable = text.encode("utf-8", "replace").decode()
    line = "".join(" " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char for char in encodable)
    line = line.replace('"', "'").replace("#>", "# >")
    return UNFILLED.sub(lambda match: f"{{ {match[0][1:]}", line)


def _body(text: str, syntax: Syntax, ending: str) -> bytes:
    script = text if not text or text.endswith(("\n", "\r")) else text + ending
    marked = f"{_MARKER}{ending}{script}" if syntax is Syntax.BLOCK else script
    return marked.encode("utf-8", "replace")


def _lines(draft: Draft) -> list[str]:
    consent = _flow({f"allow_{name}": getattr(draft.consent, name) for name in FLAGS})
    repo = _flow({"name": draft.repo.name, "path": draft.repo.path or ""})
    lines = [
        f"title: {_quoted(draft.title)}",
        f"session_id: {_quoted(draft.session_id)}",
        f"repo: {repo}",
        f"risk: {_flow(_answers(draft.consent))}",
        f"brief: {_quoted(draft.brief)}",
        f"consent: {consent}",
    ]
    if draft.sender:
        lines.append(f"sender: {_quoted(draft.sender)}")
    if draft.timeout is not None:
        lines.append(f"timeout: {_quoted(spell_duration(draft.timeout))}")
    return lines


def _seal(draft: Draft, body: bytes) -> list[str]:
    digest = hashlib.sha256(body).hexdigest()
    return [f"id: {_quoted(draft.id or new_do_id())}", f"body_sha256: {_quoted(digest)}"]


def _answers(flags: Flags) -> dict[str, bool]:
    return {name: getattr(flags, name) for name in FLAGS}


def _flow(entries: dict[str, str] | dict[str, bool]) -> str:
    shown = (
        f"{key}: {str(value).lower() if isinstance(value, bool) else _quoted(value)}" for key, value in entries.items()
    )
    return f"{{ {', '.join(shown)} }}"


def _quoted(text: str) -> str:
    return f'"{carried(text)}"'
