"""`Policy v1.2 loaded.`: which policy a chat says it has."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .acks import asked_for
from .items import Echo, Unclear
from .unmangle import Answer, places

__all__ = ["echoes"]

LIMIT = 200
"""So many echoes are looked for in one answer."""

_ECHO = re.compile(
    r"(?<![\w-])Policy[\s>*_`'\"\u2018-\u201f]{1,20}"
    r"v?[ ]?(?P<version>\d{1,6}(?:\.\d{1,6}){1,2})[\s>*_`'\"\u2018-\u201f]{1,20}loaded\b",
    re.IGNORECASE,
)
_DENIES = re.compile(
    r"\b(?:not|no|never|cannot|can[\u2019']?t|without|until|once|when|if|whether|fail(?:ed|s)?|unable|should|must|say|says|echo"
    r"|write|confirm with)\b[^.!?\n]{0,60}$",
    re.IGNORECASE,
)


def echoes(answer: Answer, canvas: str) -> Iterator[tuple[int, int, Echo | Unclear]]:
    """The echoes in the prose of an answer, with their places."""
    for at in places(canvas, "Policy", "policy", "POLICY", limit=LIMIT):
        found = _ECHO.match(canvas, at)
        before = canvas[max(0, at - 80) : at]
        if found is None or asked_for(before):
            continue
        lines = answer.lines(*found.span())
        odd = answer.odd(lines)
        if _DENIES.search(before):
            why = "it stands in a sentence about the policy, which does not say that it is loaded"
            yield *found.span(), Unclear(lines, odd, f"Policy v{found['version']} loaded", why)
        else:
            yield *found.span(), Echo(lines, odd, found["version"])
