"""The header of a DO: its text read into a `Do`, and a `Draft` written as one.

    source    bytes -> text, or why these bytes are no script
    block     text -> the lines of the header, and where the script's body begins
    tree      lines -> keys and values
    meaning   keys and values -> `Do`
    reading   bytes -> `Do`, through all of the above; is a file whole?
    writing   `Draft` -> the bytes of a whole DO

Not YAML, though it looks so: the PowerShell original never escaped anything, so a backslash is a
backslash here and there are no escapes at all. Every step is linear in the size of the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .syntax import HeaderError, Syntax
from .writing import carried, write

if TYPE_CHECKING:
    from .reading import begins, is_whole, read, text_of

__all__ = ["HeaderError", "Syntax", "begins", "carried", "is_whole", "read", "text_of", "write"]


def __getattr__(name: str) -> Any:
    """Import the reader when it is first asked for: who drops a DO only writes."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import reading

    return getattr(reading, name)
