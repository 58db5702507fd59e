"""The small parser: understands what is typed all day in a millisecond, and leaves whatever is unusual to typer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .declared import EVERYWHERE, Call, Param, params_of
from .frame import Arg, Command, Everywhere
from .table import Table

__all__ = ["parse"]

_GLOBAL = {flag: param for param in EVERYWHERE for flag in param.flags}


class _Doubt(Exception):
    """These arguments are unusual or wrong."""


def parse(argv: Sequence[str], table: Table) -> Call | None:
    """The call that `argv` makes; None when there is any doubt about it, so that typer has to decide."""
    try:
        before, rest = _options_before(list(argv))
        command, rest = _command(rest, table)
        return _call(command, params_of(command.load()), before, rest)
    except _Doubt:
        return None


def _options_before(argv: list[str]) -> tuple[dict[str, Any], list[str]]:
    """The options before the command's name, and what follows them."""
    given: dict[str, Any] = {}
    while argv and argv[0].startswith("-"):
        _take_option(argv, _GLOBAL, given)
    return given, argv


def _command(words: list[str], table: Table) -> tuple[Command, list[str]]:
    for count in (2, 1):
        found = table.find(" ".join(words[:count])) if len(words) >= count else None
        if found:
            return found, words[count:]
    raise _Doubt


def _call(command: Command, params: list[Param], before: dict[str, Any], argv: list[str]) -> Call:
    flags = _GLOBAL | {flag: param for param in params for flag in param.flags}
    given, words = dict(before), []
    while argv:
        if argv[0] == "--":
            words += argv[1:]
            break
        if argv[0].startswith("-") and argv[0] != "-":
            _take_option(argv, flags, given)
        else:
            words.append(argv.pop(0))
    everywhere = Everywhere(**{param.name: given.pop(param.name, param.default) for param in EVERYWHERE})
    given |= _positional([param for param in params if isinstance(param.meta, Arg)], words)
    return Call(command, _complete(params, given), everywhere)


def _take_option(argv: list[str], flags: dict[str, Param], given: dict[str, Any]) -> None:
    """Move one option from the front of `argv` into `given`."""
    flag, equals, value = argv.pop(0).partition("=")
    param = flags.get(flag)
    if param is None or (equals and not flag.startswith("--")):
        raise _Doubt
    if param.kind is bool:
        if equals:
            raise _Doubt
        given[param.name] = True
        return
    if not equals:
        if not argv or (argv[0].startswith("-") and argv[0] != "-"):
            raise _Doubt
        value = argv.pop(0)
    if param.many:
        given.setdefault(param.name, []).append(_value(param, value))
    else:
        given[param.name] = _value(param, value)


def _positional(params: list[Param], words: list[str]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for param in params:
        if param.many and words:
            given[param.name] = [_value(param, word) for word in words]
            words = []
        elif words:
            given[param.name] = _value(param, words.pop(0))
    if words:
        raise _Doubt
    return given


def _complete(params: list[Param], given: dict[str, Any]) -> dict[str, Any]:
    if any(param.required and param.name not in given for param in params):
        raise _Doubt
    return {param.name: given.get(param.name, param.default) for param in params}


def _value(param: Param, text: str) -> Any:
    if param.choices:
        return _sure(text, text in param.choices)
    if param.kind is int:
        return int(_sure(text, _is_digits(text)))
    if param.kind is float:
        return float(_sure(text, all(map(_is_digits, text.split(".", 1)))))
    if param.kind is Path:
        return Path(_sure(text, text))
    return text


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 16


def _sure(text: str, certain: object) -> str:
    if not certain:
        raise _Doubt
    return text
