"""Reads a command's declaration: the annotations of its function become `Param`s, for both parsers."""

from __future__ import annotations

import types
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin

from .frame import Arg, Command, Everywhere, Opt

__all__ = ["EVERYWHERE", "Call", "Param", "params_of"]

_WORDS = {str: "TEXT", int: "N", float: "N", Path: "PATH", bool: ""}


class Param(NamedTuple):
    """One value that a command takes."""

    name: str
    meta: Arg | Opt
    kind: type = str
    many: bool = False
    choices: tuple[str, ...] = ()
    required: bool = False
    default: Any = None

    @property
    def metavar(self) -> str:
        """How its value is written in help; empty for a flag."""
        if self.meta.metavar:
            return self.meta.metavar
        if self.choices:
            return "|".join(self.choices)
        return self.name.upper() if isinstance(self.meta, Arg) else _WORDS[self.kind]

    @property
    def flags(self) -> tuple[str, ...]:
        """`--long` and, if any, `-s`; empty for a positional value."""
        if isinstance(self.meta, Arg):
            return ()
        return (self.meta.flag, self.meta.short) if self.meta.short else (self.meta.flag,)


EVERYWHERE = (
    Param("home", Opt("--home", "the shared folder (default: $COTEMP_HOME, config, Downloads/CoTemp)", metavar="PATH")),
    Param("config", Opt("--config", "the configuration (default: $COTEMP_CONFIG, agents.toml)", metavar="FILE")),
    Param("json", Opt("--json", "answer as JSON, for programs"), bool, default=False),
)
"""What the frame adds to every command; the fields of `Everywhere`."""


class Call(NamedTuple):
    """What was typed, understood: the command, its arguments by parameter name, and the options of every command."""

    command: Command
    values: dict[str, Any]
    everywhere: Everywhere


def params_of(function: Callable[..., Any]) -> list[Param]:
    """The declared values of a command's function, in order; its first parameter is the Context.

    Raises TypeError for a declaration that the frame does not understand.
    """
    code: types.CodeType = function.__code__
    positional = code.co_varnames[1 : code.co_argcount]
    keyword = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    defaults: tuple[Any, ...] = function.__defaults__ or ()
    given = dict(zip(reversed(positional), reversed(defaults), strict=False))
    given |= function.__kwdefaults__ or {}
    return [_param(name, function.__annotations__[name], given) for name in (*positional, *keyword)]


def _param(name: str, annotation: Any, defaults: dict[str, Any]) -> Param:
    meta = next((m for m in getattr(annotation, "__metadata__", ()) if isinstance(m, Arg | Opt)), None)
    if meta is None:
        raise TypeError(f"parameter {name!r} has no Arg or Opt (or the file has `from __future__ import annotations`)")
    bare = _without_none(annotation.__origin__)
    many = get_origin(bare) is list
    if many:
        bare = get_args(bare)[0]
    choices = get_args(bare) if get_origin(bare) is Literal else ()
    kind = str if choices else bare
    if kind not in _WORDS:
        raise TypeError(f"parameter {name!r}: {kind!r} is no type of a command line")
    required = name not in defaults
    return Param(name, meta, kind, many, choices, required=required, default=defaults.get(name))


def _without_none(annotation: Any) -> Any:
    if get_origin(annotation) not in (types.UnionType, Union):
        return annotation
    (bare,) = (part for part in get_args(annotation) if part is not types.NoneType)
    return bare
