"""What the readers of a header share: its two spellings, and the error that lists what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from ...errors import AnswerIsNo
from ..do import Problem

__all__ = ["COOKIE", "HEADER_LIMIT", "PROBLEM_LIMIT", "UNFILLED", "HeaderError", "Syntax", "shown"]

HEADER_LIMIT = 64 * 1024
"""A header ends within so many characters of the file, or it is none."""

PROBLEM_LIMIT = 100
"""So many problems are listed; a file with more of them is no DO that somebody mistyped."""

COOKIE = re.compile(r"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.ASCII)
"""Python's declaration of a file's encoding (PEP 263): it counts on the first two lines."""

UNFILLED = re.compile(r"\{\d{1,3}\}")
"""A place that somebody's format step should have filled, such as `{0}`."""


class Syntax(StrEnum):
    """How a script hides its header from its engine."""

    BLOCK = "block"
    """PowerShell: `<# ---` … `--- #>`."""
    HASH = "hash"
    """Python and sh: the same lines, each after `# `, between two lines `# ---`."""


class HeaderError(AnswerIsNo):
    """These bytes are no DO; `problems` lists every reason, sorted by line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        found = sorted(problems, key=lambda problem: (problem.line, problem.column))
        if len(found) > PROBLEM_LIMIT:
            more = f"{len(found) - PROBLEM_LIMIT} more problems are not listed"
            last = found[PROBLEM_LIMIT - 1]
            found[PROBLEM_LIMIT:] = [Problem(last.line, last.column, "header", more, "mend these first")]
        self.problems = tuple(found)
        first = found[0]
        rest = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        super().__init__(f"line {first.line}: {first.key}: {first.what}{rest}", first.fix)


def shown(text: str) -> str:
    """A piece of the file as it stands in a message: in backquotes, cut when it is long."""
    return f"`{text}`" if len(text) <= 40 else f"`{text[:39]}…`"
