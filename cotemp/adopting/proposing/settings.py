"""Tables that our own reader of `agents.toml` accepts: what it refuses is taken out, and told."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ...config import Config
from ...config.reading import applied
from ...display import display_line
from ...errors import BadConfig
from .toml import text_of

__all__ = ["Accepted", "Refused", "accepted"]

Way = tuple[str | int, ...]
_ROUNDS = 50
_PART = re.compile(r'"(?P<quoted>[^"]*)"|\[(?P<index>\d+)\]|(?P<bare>[A-Za-z0-9_-]+)|\.')


class Refused(NamedTuple):
    """Something that was taken out of the tables: where it was, and why."""

    way: Way
    why: str


class Accepted(NamedTuple):
    """Tables that are valid settings, what they mean, and what was taken out of them."""

    tables: dict[str, Any]
    config: Config
    refused: list[Refused]


def accepted(tables: Mapping[str, Any], file: Path) -> Accepted:
    """As much of `tables` as `cotemp` understands in `file`.

    What is taken out may leave something else without what it needs: it is asked again until all is well. Raises
    BadConfig when that does not help.
    """
    left = copy.deepcopy(dict(tables))
    refused: list[Refused] = []
    for _ in range(_ROUNDS):
        try:
            return Accepted(left, applied(file, text_of(left).encode()), refused)
        except BadConfig as error:
            mistakes = error.problems
        for mistake in reversed(mistakes):  # of a list, the last goes first, so that the others keep their places
            way = _way(mistake.key, left)
            if way and _remove(left, way):
                refused.append(Refused(way, _bare(mistake)))
    raise BadConfig("nobody can make an agents.toml of this", "write one by hand: docs/adopting.md", file=str(file))


def _bare(mistake: BadConfig) -> str:
    """The mistake without our own file and line, which nobody has seen."""
    why = mistake.what.removeprefix(f"{mistake.file}:{mistake.line}: ").removeprefix(f"{mistake.file}: ")
    return f"{why} ({mistake.fix})" if mistake.fix else why


def _way(key: str, tables: Mapping[str, Any]) -> Way:
    """The way to the value that a mistake names, or to the table that lacks it."""
    parts: list[str | int] = []
    inside: Any = tables
    for found in _PART.finditer(key):
        if found[0] == ".":
            continue
        part = _part(found, inside)
        if part is None:
            return _owner(tuple(parts))
        parts.append(part)
        inside = inside[part]
    return tuple(parts)


def _part(found: re.Match[str], inside: Any) -> str | int | None:
    if found["index"] is not None:
        index = int(found["index"])
        return index if isinstance(inside, list) and index < len(inside) else None
    shown = found["quoted"] if found["quoted"] is not None else found["bare"]
    keys = inside if isinstance(inside, Mapping) else ()
    return next((key for key in keys if display_line(str(key), 60) == shown), None)


def _owner(way: Way) -> Way:
    """What goes when something in it is missing: never a whole section for one of its tables."""
    return way if len(way) != 1 or way[0] in ("handoff",) else ()


def _remove(tables: dict[str, Any], way: Way) -> bool:
    inside: Any = tables
    try:
        for part in way[:-1]:
            inside = inside[part]
        del inside[way[-1]]
    except (KeyError, IndexError, TypeError):  # its table went before it
        return False
    return True
