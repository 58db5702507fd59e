"""The languages that a DO can be written in: how its file ends, and how its header is spelled.

That is all that dropping or checking one takes; how it is run is the engines' business.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from .header import Syntax

__all__ = ["LANGUAGES", "Language"]


class Language(NamedTuple):
    """A language by the name of the engine that runs it; `extension` with its dot, in lower case."""

    name: str
    extension: str
    syntax: Syntax


LANGUAGES: Mapping[str, Language] = MappingProxyType(
    {
        "pwsh": Language("pwsh", ".ps1", Syntax.BLOCK),
        "python": Language("python", ".py", Syntax.HASH),
        "sh": Language("sh", ".sh", Syntax.HASH),
    }
)
"""The languages of the shipped engines."""
