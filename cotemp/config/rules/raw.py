"""Walking over a document as TOML gave it, where every value may still be of any type; the mistakes of many rules."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ..lines import Path as Way
from ..mistakes import Mistake

__all__ = ["Raw", "Way", "items", "known", "lacks_placeholder", "missing", "out_of_place", "stranger", "tables"]

Raw = Mapping[str, Any]


def tables(raw: Raw, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The tables `[name.X]`, by X."""
    section = raw.get(name)
    for key, value in section.items() if isinstance(section, dict) else ():
        if isinstance(value, dict):
            yield key, value


def items(raw: Raw, *way: str) -> Iterator[tuple[Way, dict[str, Any]]]:
    """The tables of the array at `way`."""
    value: Any = raw
    for key in way:
        value = value.get(key) if isinstance(value, dict) else None
    for index, item in enumerate(value if isinstance(value, list) else ()):
        if isinstance(item, dict):
            yield (*way, index), item


def known(raw: Raw, name: str) -> set[str]:
    """The names X of `[name.X]`."""
    section = raw.get(name)
    return set(section) if isinstance(section, dict) else set()


def missing(way: Way, table: Raw, *keys: str) -> Iterator[Mistake]:
    """A mistake for each of `keys` that the table does not have."""
    for key in keys:
        if key not in table:
            yield Mistake((*way, key), "is missing", f"add a line: {key} = …")


def out_of_place(way: Way, table: Raw, what: str, *keys: str) -> Iterator[Mistake]:
    """A mistake for each of `keys` that the table has, although it means nothing for `what`."""
    for key in keys:
        if key in table:
            yield Mistake((*way, key), f"means nothing for {what}", "remove it, or change kind")


def lacks_placeholder(way: Way, words: object, placeholder: str) -> Iterator[Mistake]:
    """A mistake when no word of a command says where `placeholder` goes."""
    if isinstance(words, list) and words and not any(placeholder in str(word) for word in words):
        yield Mistake(way, f"does not say where {placeholder} goes", f'add "{placeholder}"')


def stranger(way: Way, name: str, kind: str, names: Collection[str]) -> Mistake:
    """The mistake of naming something that there is not, with the nearest name that there is."""
    near = difflib.get_close_matches(name, names, 1)
    hint = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(sorted(names)) or 'none'}"
    return Mistake(way, f"names no {kind} that there is", hint)
