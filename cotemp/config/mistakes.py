"""From what a validator says to what a person can act on: file, line, key, what is wrong, what to write instead."""

from __future__ import annotations

import dataclasses
import difflib
import re
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..display import display_line
from ..errors import BadConfig
from .lines import Path as Way
from .settings import Document

__all__ = ["Mistake", "from_validator", "in_file"]

_SECRET = re.compile(r"secret|token|passw|pwd|key|cred|auth|bearer|cookie|private|dsn|(?:^|\.)env(?:\.|$)", re.I)
_TYPES = {
    "string_type": ("should be text", "put it in quotes"),
    "bool_type": ("should be true or false", "write it without quotes"),
    "int_type": ("should be a whole number", "write it without quotes"),
    "tuple_type": ("should be a list", "put it in square brackets: [ … ]"),
    "dict_type": ("should be a table", "write a [table], or { key = value }"),
    "dataclass_type": ("should be a table", "write a [table], or { key = value }"),
}
"""What to say about a value of the wrong type, by the validator's name for it."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong, and the way to it in the document."""

    way: Way
    what: str
    fix: str


def from_validator(error: Mapping[str, Any]) -> Mistake:
    """A mistake, from one entry of pydantic's `errors()`."""
    way: Way = tuple(part for part in error["loc"] if part != "[key]")
    kind = error["type"]
    if kind == "unexpected_keyword_argument":
        return _unknown_key(way)
    if kind == "missing":
        return Mistake(way, "is missing", f"add a line: {way[-1]} = …")
    if "[key]" in error["loc"]:
        return Mistake(way, str(error["ctx"]["what"]), str(error["ctx"]["fix"]))
    shown = _shown(way, error["input"])
    if kind == "unfit":
        return Mistake(way, f"{shown}{error['ctx']['what']}", str(error["ctx"]["fix"]))
    if kind in ("literal_error", "enum"):
        return _not_one_of(way, shown, error)
    what, fix = _TYPES.get(kind, (f"is not right here ({kind})", "see the documentation of agents.toml"))
    return Mistake(way, f"{shown}{what}", fix)


def _shown(way: Way, value: Any) -> str:
    """The wrong value, for the message; nothing of a value that may be a secret."""
    if isinstance(value, dict | list) or _SECRET.search(".".join(map(str, way))):
        return ""
    spelled = str(value).lower() if isinstance(value, bool) else repr(value)
    return display_line(spelled, 60) + " "


def _not_one_of(way: Way, shown: str, error: Mapping[str, Any]) -> Mistake:
    allowed = str(error["ctx"]["expected"])
    if way == ("schema",):
        return Mistake(way, f"{shown}is a version that this cotemp does not know", "write schema = 1, or update cotemp")
    near = difflib.get_close_matches(str(error["input"]), re.findall("'([^']+)'", allowed), 1)
    hint = f"did you mean '{near[0]}'? " if near and shown else ""
    return Mistake(way, f"{shown}is not one of {allowed}", f"{hint}write one of them, in quotes")


def _unknown_key(way: Way) -> Mistake:
    known = _keys_at(way[:-1])
    near = difflib.get_close_matches(str(way[-1]), known, 1)
    fix = f"did you mean '{near[0]}'?" if near else f"known here: {', '.join(known)}"
    return Mistake(way, "is no key that cotemp knows", fix)


def _keys_at(way: Way) -> list[str]:
    """The keys that the table at `way` may have."""
    kind: Any = Document
    for part in way:
        kind = _plain(typing.get_type_hints(kind)[str(part)] if dataclasses.is_dataclass(kind) else _inside(kind))
    return [field.name for field in dataclasses.fields(kind)] if dataclasses.is_dataclass(kind) else []


def _plain(kind: Any) -> Any:
    """`X` of `X | None`."""
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return next(part for part in typing.get_args(kind) if part is not type(None))
    return kind


def _inside(kind: Any) -> Any:
    """What a `Mapping[str, X]` or a `tuple[X, …]` holds."""
    arguments = typing.get_args(kind)
    return arguments[1] if typing.get_origin(kind) is not tuple else arguments[0]


def in_file(file: Path, mistakes: Iterable[Mistake], lines: Mapping[Way, int]) -> BadConfig:
    """One error for all `mistakes`, in the order of their lines."""
    found = sorted({_located(file, mistake, lines) for mistake in mistakes}, key=lambda one: one[0])
    problems = [BadConfig(what, fix, file=str(file), line=line, key=key) for line, key, what, fix in found]
    return problems[0] if len(problems) == 1 else _together(file, problems)


def _located(file: Path, mistake: Mistake, lines: Mapping[Way, int]) -> tuple[int, str, str, str]:
    way = mistake.way
    while way and way not in lines:
        way = way[:-1]  # what is missing has no line of its own; its table has
    return lines.get(way, 1), _spelled(mistake.way), mistake.what, mistake.fix


def _spelled(way: Sequence[str | int]) -> str:
    """`agents.builder.wake`, `phases[1].id`; what is no bare key is quoted."""
    text = ""
    for part in way:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            bare = re.fullmatch(r"[A-Za-z0-9_-]+", part)
            text += ("." if text else "") + (part if bare else f'"{display_line(part, 60)}"')
    return text


def _together(file: Path, problems: Sequence[BadConfig]) -> BadConfig:
    listed = "".join(f"\n  {problem.what}: {problem.fix}" for problem in problems)
    return BadConfig(
        f"{len(problems)} things are wrong in {file}:{listed}", "mend each of these lines", problems=problems
    )
