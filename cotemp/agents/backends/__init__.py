"""The programs that agents are: rows that ship with cotemp, and what `agents.toml` changes or adds.

A new program is a table in `agents.toml`; it needs no code.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, TypeVar

from ...errors import BadConfig
from .backend import Backend
from .patterns import Patterns, Screens, Titles
from .shipped import SHIPPED

if TYPE_CHECKING:
    from ...config import BackendConfig, Config
    from ...config.settings import Screen, Title

__all__ = ["SHIPPED", "Backend", "Patterns", "Screens", "Titles", "backend_of"]

_PROMPT_ARGV: Mapping[str, tuple[str, ...]] = {"argument": ("{prompt}",), "file": ("{file}",)}
_MERGED = ("env", "screen", "title")
"""Keys of a table that change a part of the row's value, not the whole."""
_State = TypeVar("_State", Screens, Titles)


def backend_of(config: Config, name: str) -> Backend:
    """The backend called `name`: its shipped row with what `[backends.NAME]` changes, or what that table alone says.

    Raises BadConfig for one that there is not.
    """
    said = config.backends.get(name)
    row = SHIPPED.get(name)
    if said is None:
        return row or _unknown(name)
    return _changed(row or _new(name, said), said)


def _unknown(name: str) -> Backend:
    raise BadConfig("names no backend that there is", f"add a table [backends.{name}]", key=name)


def _new(name: str, said: BackendConfig) -> Backend:
    argv = said.argv or (name,)
    return Backend(name=name, argv=argv, processes=(PurePath(argv[0]).stem,), account=name)


def _changed(row: Backend, said: BackendConfig) -> Backend:
    given = {one.name: getattr(said, one.name) for one in fields(said) if one.name not in _MERGED}
    changes = {key: value for key, value in given.items() if value is not None}
    changes["prompt_argv"] = _prompt_argv(row, said)
    return replace(
        row,
        **changes,
        env={**row.env, **said.env},
        screen=_repatterned(row.screen, said.screen),
        title=_repatterned(row.title, said.title),
    )


def _prompt_argv(row: Backend, said: BackendConfig) -> tuple[str, ...]:
    """The words for the prompt; a table that changes only how it is given takes the row's words away."""
    if said.prompt_argv is not None:
        return said.prompt_argv
    by = said.prompt or row.prompt
    return row.prompt_argv if by == row.prompt and row.prompt_argv else _PROMPT_ARGV.get(by, ())


def _repatterned(row: _State, said: Screen | Title) -> _State:
    changes: dict[str, Any] = {}
    for one in fields(said):
        given: tuple[re.Pattern[str], ...] | None = getattr(said, one.name)
        if given is not None:
            changes[one.name] = Patterns(*(pattern.pattern for pattern in given))
    return replace(row, **changes)
