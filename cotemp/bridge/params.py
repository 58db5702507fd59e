"""What a method takes: read from the annotations of its function, and checked against what came.

pydantic says the same in `schemas/bridge.json`, where it does not cost 100 ms at start; a test holds the two together.
"""

from __future__ import annotations

import math
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin

from ..errors import BadUsage

__all__ = ["BadParams", "Between", "Param", "checked", "params_of"]


class Between(NamedTuple):
    """The numbers that a param may be, both ends included."""

    low: int
    high: int


class Param(NamedTuple):
    """One value that a method takes. `kind` is str, bool, int or dict; `says` is for people."""

    name: str
    kind: type
    says: str = ""
    many: bool = False
    choices: tuple[str, ...] = ()
    """The words that it may be."""
    limits: Between | None = None
    required: bool = False


class BadParams(BadUsage):
    """The params do not fit the method; the message names the key."""


_KINDS = {str: "a text", bool: "true or false", int: "a whole number", dict: "an object"}
_SPOKEN = {str: "a text", bool: "true or false", int: "a number", float: "a number", dict: "an object", list: "a list"}


def params_of(function: Callable[..., Any]) -> list[Param]:
    """The declared params of a method's function; its first parameter is the Caller.

    Raises TypeError for a declaration that is not understood.
    """
    code: types.CodeType = function.__code__
    names = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
    optional = set(names[: code.co_argcount - 1][::-1][: len(function.__defaults__ or ())])
    optional |= set(function.__kwdefaults__ or {})
    return [_param(name, function.__annotations__[name], required=name not in optional) for name in names]


def _param(name: str, annotation: Any, *, required: bool) -> Param:
    metadata = annotation.__metadata__
    says = next(one for one in metadata if isinstance(one, str))
    limits = next((one for one in metadata if isinstance(one, Between)), None)
    bare = _without_none(annotation.__origin__)
    many = get_origin(bare) is list
    bare = get_args(bare)[0] if many else bare
    choices = get_args(bare) if get_origin(bare) is Literal else ()
    kind = str if choices else get_origin(bare) or bare
    if kind not in _KINDS:
        raise TypeError(f"parameter {name!r}: {kind!r} is no type of a param")
    return Param(name, kind, says, many, choices, limits, required)


def _without_none(annotation: Any) -> Any:
    if get_origin(annotation) not in (types.UnionType, Union):
        return annotation
    (bare,) = (part for part in get_args(annotation) if part is not types.NoneType)
    return bare


def checked(params: Sequence[Param], given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments for the function: null counts as not given, keys that nobody knows are left out.

    Raises BadParams.
    """
    found = {}
    for param in params:
        value = given.get(param.name)
        if value is not None:
            found[param.name] = _many(param, value) if param.many else _one(param, value)
        elif param.required:
            raise BadParams(f"{param.name} is missing", f"it is {param.says}")
    return found


def _many(param: Param, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise BadParams(f"{param.name} must be a list, not {_spoken(value)}", f"it is {param.says}")
    return [_one(param, one) for one in value]


def _one(param: Param, value: Any) -> Any:
    if param.kind is int and isinstance(value, float) and value.is_integer():
        value = int(value)  # PowerShell writes a double as 3.0
    if type(value) is not param.kind:
        raise BadParams(f"{param.name} must be {_KINDS[param.kind]}, not {_spoken(value)}", f"it is {param.says}")
    _refuse_wrong(param, value)
    return value


def _refuse_wrong(param: Param, value: Any) -> None:
    if param.choices and value not in param.choices:
        raise BadParams(f"{param.name} cannot be {value[:40]!r}", f"it is one of {', '.join(param.choices)}")
    if param.limits and not param.limits.low <= value <= param.limits.high:
        raise BadParams(f"{param.name} cannot be {_shown(value)}", "it is from {} to {}".format(*param.limits))
    if param.kind is str and not value.isascii():
        _refuse_half_characters(param.name, value)


def _refuse_half_characters(name: str, value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        half = f"U+{ord(value[error.start]):04X} at character {error.start + 1} is half a character"
        raise BadParams(f"{name} is no Unicode text: {half}", "send it as UTF-8") from None


def _spoken(value: Any) -> str:
    return "nothing" if value is None else _SPOKEN.get(type(value), "that")


def _shown(value: int) -> str:
    return str(value) if abs(value) < 10**15 else f"a number of {int(math.log10(abs(value))) + 1} digits"
