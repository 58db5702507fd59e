"""How much each vendor's window takes in one paste, and how a text is cut into parts that fit.

No vendor promises a number, and some change it by plan and model. So the table is cautious: a paste that fits here
was never seen to be cut off or turned down there. Sizes are counted as windows count: in UTF-16 code units.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ..errors import BadUsage

__all__ = ["VENDORS", "Vendor", "cut", "size", "vendor"]


@dataclass(frozen=True, slots=True)
class Vendor:
    """A chat by its vendor: `room` is what one paste may hold; `beyond` is what the window does with more."""

    name: str
    room: int
    beyond: str


VENDORS: Mapping[str, Vendor] = MappingProxyType(
    {
        one.name: one
        for one in (
            Vendor("claude", 60_000, "long pastes become an attachment, which the chat reads"),
            Vendor("chatgpt", 16_000, "the message is turned down as too long"),
            Vendor("gemini", 30_000, "the end is cut off"),
            Vendor("copilot", 8_000, "typing stops; the window shows the limit (10 240 today)"),
            Vendor("generic", 8_000, "unknown, so the smallest of the others counts"),
        )
    }
)
"""The vendors that are known, by name. A new one is a row."""


def vendor(name: str) -> Vendor:
    """The vendor of that name. Raises BadUsage, naming those that there are."""
    found = VENDORS.get(name.casefold())
    if found is None:
        raise BadUsage(
            f"no vendor is called {name[:40]!r}", f"use one of {', '.join(VENDORS)}; generic fits everywhere"
        )
    return found


def size(text: str) -> int:
    """UTF-16 code units: an emoji counts as two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, room: int) -> tuple[str, ...]:
    """`text` in parts of at most `room` units, cut at ends of lines where possible; joined they are `text` again."""
    if room < 2:
        raise ValueError("not even one character fits")
    parts: list[str] = []
    kept: list[str] = []
    used = 0
    for piece in _pieces(text, room):
        length = size(piece)
        if kept and used + length > room:
            parts.append("".join(kept))
            kept, used = [], 0
        kept.append(piece)
        used += length
    return (*parts, "".join(kept))


def _pieces(text: str, room: int) -> Iterator[str]:
    """Lines with their ends; those that do not fit are cut, at a space if there is one near the end."""
    for line in text.splitlines(keepends=True):
        start = 0
        while len(line) - start > room or size(line[start : start + room]) > room:
            end = _end(line, start, room)
            yield line[start:end]
            start = end
        yield line[start:]


def _end(line: str, start: int, room: int) -> int:
    """Where the part of `line` that begins at `start` ends, so that it fits."""
    end = start + _fitting(line[start : start + room], room)
    space = line.rfind(" ", end - (end - start) // 4, end)
    return space + 1 if space > 0 else end


def _fitting(window: str, room: int) -> int:
    """How many characters of `window` fit; each takes one unit or two."""
    length = len(window)
    while (over := size(window[:length]) - room) > 0:
        length -= (over + 1) // 2
    return length
