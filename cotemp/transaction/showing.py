"""Paths of the repo as text that is safe anywhere: quoted as git quotes them."""

from __future__ import annotations

import os
import unicodedata

__all__ = ["shown"]

_QUOTED = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def shown(path: str) -> str:
    """`path` as it is; within quotes and with octal bytes where it holds what the eye or a terminal cannot be given."""
    if not any(_must_be_quoted(char) for char in path):
        return path
    return '"' + "".join(_quoted(char) if _must_be_quoted(char) else char for char in path) + '"'


def _must_be_quoted(char: str) -> bool:
    return char in _QUOTED or unicodedata.category(char) in _HIDDEN


def _quoted(char: str) -> str:
    return _QUOTED.get(char) or "".join(f"\\{byte:03o}" for byte in _bytes(char))


def _bytes(char: str) -> bytes:
    try:
        return os.fsencode(char)
    except UnicodeEncodeError:  # half a character that no file system gave us
        return char.encode("utf-8", "surrogatepass")
