"""One row of the table of what a secret looks like, and the rules that every row keeps.

So that a stream may be judged line by line, in time that grows with its length: a pattern never crosses a line feed;
every repeat has an upper bound; it starts with a literal where it can (`re` then skips to it in C). The secret is the
last group that took part, or the whole match.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

__all__ = ["Detector"]


@dataclass(frozen=True)
class Detector:
    """One kind of secret."""

    kind: str
    keywords: tuple[bytes, ...]
    """One of them must be in the text, else the pattern is not tried."""
    pattern: bytes
    any_case: bool = False
    """Keywords and pattern are lower case and meet a lower-case copy of the text."""
    shaped: bool = True
    """The secret is known by its own shape, not by the words before it."""
    unless: bytes = rb"(?!)"
    """A value that this matches as a whole, in lower case, is no secret."""

    opening: bytes = b""
    """How the secret begins, where that is not one of the keywords."""

    @cached_property
    def regex(self) -> re.Pattern[bytes]:
        """The pattern, compiled when it is first needed: most programs meet few of the kinds."""
        return re.compile(self.pattern)

    @cached_property
    def excuse(self) -> re.Pattern[bytes]:
        """`unless`, compiled when it is first needed."""
        return re.compile(self.unless, re.DOTALL)
