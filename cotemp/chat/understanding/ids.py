"""Ids as windows leave them: hyphens turned into dashes, a line end in the middle, capitals."""

from __future__ import annotations

import re
import unicodedata

from .unmangle import DASH

__all__ = ["GUID", "ID", "PASTE", "plain", "what_is_wrong"]

_JOIN = rf"\\?{DASH}[\s>]{{0,20}}"
_HEX = "[0-9A-Fa-f]"

GUID = rf"{_HEX}{{8}}(?:{_JOIN}{_HEX}{{4}}){{3}}{_JOIN}{_HEX}{{12}}(?![0-9A-Za-z])"
"""The id of a message."""

PASTE = rf"[pP]{_JOIN}[0-9A-Va-v]{{6}}(?![0-9A-Za-z_]|[-.][0-9A-Za-z])"
"""The id of a paste."""

ID = rf"(?:{PASTE}|{GUID})"


def plain(ident: str) -> str:
    """The id as it was given out: lower case, with plain hyphens, on one line."""
    return re.sub(DASH, "-", re.sub(r"[\s>\\]", "", ident)).lower()


def what_is_wrong(token: str) -> str:
    """Why this is no id, though it stands where one should."""
    for char in token:
        if unicodedata.bidirectional(char) in ("LRO", "RLO", "LRE", "RLE", "PDF"):
            return (
                "it holds characters that turn the direction of writing: what a window shows is not what stands there"
            )
        if not char.isascii() and char.isalnum():
            return f"it holds {unicodedata.name(char, 'a letter')}, which only looks like one of ours"
    return "it is no id: those are like p-k3f9ab, or a GUID"
