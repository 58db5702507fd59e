"""Tables as the text of an `agents.toml`, in the order and form in which people write one."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from datetime import date, time
from typing import Any

__all__ = ["text_of"]

_BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_ORDER = ("schema", "home", "sessions", "policy", "backends", "agents", "handoff", "checks", "phases")
_FIRST = ("kind", "backend", "model", "prompt", "prompt_text", "workdir")
"""Keys of an agent that a reader looks for first."""
_NAMED = ("sessions", "engines", "backends", "agents", "checks")
"""Sections whose tables have names: `[agents.builder]`."""


def text_of(tables: Mapping[str, Any]) -> str:
    """The text; plain values of the top first, as TOML wants it."""
    keys = sorted(tables, key=lambda key: (_is_table(tables[key]), _place(key)))
    return "\n".join(line for key in keys for line in _section(key, tables[key])).lstrip("\n") + "\n"


def _place(key: str) -> int:
    return _ORDER.index(key) if key in _ORDER else len(_ORDER)


def _is_table(value: Any) -> bool:
    return isinstance(value, Mapping) or (isinstance(value, list) and any(isinstance(one, Mapping) for one in value))


def _section(key: str, value: Any) -> Iterator[str]:
    if isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
        for one in value:
            yield from ("", f"[[{_key(key)}]]", *_pairs(one))
    elif key in _NAMED and isinstance(value, Mapping) and value and all(isinstance(v, Mapping) for v in value.values()):
        for name, table in value.items():
            yield from ("", f"[{_key(key)}.{_key(name)}]", *_pairs(table))
    elif isinstance(value, Mapping):
        yield from ("", f"[{_key(key)}]", *_pairs(value))
    else:
        yield f"{_key(key)} = {_value(value)}"


def _pairs(table: Mapping[str, Any]) -> Iterator[str]:
    first = {key: table[key] for key in _FIRST if key in table}
    for key, value in {**first, **table}.items():
        yield f"{_key(key)} = {_value(value)}"


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _value(value: Any) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_key(str(key))} = {_value(one)}" for key, one in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _text(text: str) -> str:
    """A text in quotes. TOML's escapes are JSON's, but for DEL, and half characters, which it does not know."""
    whole = text.encode("utf-8", "replace").decode()
    return json.dumps(whole, ensure_ascii=False).replace("\x7f", "\\u007f")
