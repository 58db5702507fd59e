"""The typer face of the commands: shell completion, and the parser that says what is wrong."""

from __future__ import annotations

import importlib
import inspect
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from .. import __version__
from ..errors import BadUsage, CotempError
from . import help as texts
from .declared import EVERYWHERE, Call, Param, params_of
from .frame import Arg, Command, Context, Everywhere, Opt
from .paint import plain
from .table import COMPLETERS, Table
from .terminal import Terminal, colours

__all__ = ["parse"]

# typer has moved its copy of click about; its public BadParameter always descends from the root of click's errors.
_ClickError: type[Exception] = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")

_TYPED = ("COMP_WORDS", "_TYPER_COMPLETE_ARGS")
"""Variables in which the shells say what was typed so far."""


def parse(argv: Sequence[str], table: Table) -> Call | int:
    """The call that `argv` makes, or the exit code when help or a completion was printed.

    Raises BadUsage that says what is wrong.
    """
    calls: list[Call] = []
    words = {word for text in (*argv, *(os.environ.get(name, "") for name in _TYPED)) for word in text.split()}
    joined = _joined(argv, table)
    try:
        done = _app(table, words, calls.append)(joined, prog_name="cotemp", standalone_mode=False)
    except _ClickError as error:
        place, named = next(((n, word) for n, word in enumerate(joined) if table.find(word)), (0, ""))
        if unknown := _unknown_part(named, joined[place + 1 :], table):
            raise unknown from None
        raise _bad_usage(error, f"cotemp {named}".rstrip()) from None
    if calls:
        return calls[0]
    return done if isinstance(done, int) else 0


def _joined(argv: Sequence[str], table: Table) -> list[str]:
    """`argv` with a command's two words as one where the first alone is a command, too: typer has no such groups."""
    first = next((number for number, word in enumerate(argv) if table.find(word)), len(argv))
    both = " ".join(argv[first : first + 2])
    if first + 1 < len(argv) and table.find(both):
        return [*argv[:first], both, *argv[first + 2 :]]
    return list(argv)


def _unknown_part(named: str, rest: Sequence[str], table: Table) -> BadUsage | None:
    """What to say of a second word that is none of those with which a command goes on."""
    parts = [one.name for one in table.commands if named and one.name.startswith(f"{named} ")]
    if not parts or not rest or rest[0].startswith("-") or _takes_words(table.find(named)):
        return None
    return texts.unknown_command(f"{named} {rest[0]}", parts)


def _takes_words(command: Command | None) -> bool:
    return command is not None and any(isinstance(param.meta, Arg) for param in params_of(command.load()))


def _bad_usage(error: Exception, where: str) -> BadUsage:
    message = " ".join(error.format_message().split()).rstrip(".")  # type: ignore[attr-defined]
    return BadUsage(message[:1].lower() + message[1:], f"see: {where} --help")


def _command_class(command: Command) -> type[TyperCommand]:
    """typer's command with our help."""

    class Ours(TyperCommand):
        def get_help(self, ctx: Any) -> str:
            return _shown(texts.of_command(command))

    return Ours


def _group_class(table: Table, words: Sequence[str]) -> type[TyperGroup]:
    """typer's group with our help, and with an idea of what a mistyped name was meant to be."""

    class Ours(TyperGroup):
        def get_help(self, ctx: Any) -> str:
            return _shown(texts.overview(table, words))

        def resolve_command(self, ctx: Any, args: list[str]) -> Any:
            if self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
                raise texts.unknown_command(args[0], self.list_commands(ctx))
            return super().resolve_command(ctx, args)

    return Ours


def _shown(lines: list[str]) -> str:
    text = "\n".join(lines)
    return text if colours(sys.stdout, os.environ) else plain(text)


def _app(table: Table, words: set[str], done: Callable[[Call], None]) -> typer.Typer:
    """The whole app. Only commands that `words` may mean are imported; the others are a name and a summary."""
    app = _group(table, ())
    app.callback(invoke_without_command=True)(_root())
    groups = {"": app}
    for command in table.commands:
        for name in (command.name, *command.aliases):
            first, _, last = name.rpartition(" ")
            if table.find(first):
                first, last = "", name
            if first not in groups:
                groups[first] = _group(table, first.split())
                app.add_typer(groups[first], name=first)
            function = _parser(command, done) if name.rpartition(" ")[2] in words else _listed
            hidden = command.hidden or name != command.name
            groups[first].command(last, cls=_command_class(command), help=command.summary, hidden=hidden)(function)
    return app


def _group(table: Table, words: Sequence[str]) -> typer.Typer:
    return typer.Typer(
        cls=_group_class(table, words),
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["--help", "-h"]},
    )


def _listed() -> None:
    """Stands for a command that was not asked for."""


def _parser(command: Command, done: Callable[[Call], None]) -> Callable[..., None]:
    """A function with typer's signature for `command`; typer calls it with what it understood."""
    params = params_of(command.load())

    def understood(ctx: typer.Context, **values: Any) -> None:
        everywhere = {param.name: _global(ctx, values.pop(param.name), param) for param in EVERYWHERE}
        done(
            Call(command, {param.name: _plain(param, values[param.name]) for param in params}, Everywhere(**everywhere))
        )

    _declare(understood, [*params, *EVERYWHERE])
    return understood


def _root() -> Callable[..., None]:
    def root(ctx: typer.Context, *, version: bool, **values: Any) -> None:
        if version:
            typer.echo(f"cotemp {__version__}")
            raise typer.Exit
        if ctx.invoked_subcommand is None:
            ctx.fail("missing command")

    version = Param("version", Opt("--version", "show the version"), bool, default=False)
    _declare(root, [*EVERYWHERE, version])
    return root


def _global(ctx: typer.Context, value: Any, param: Param) -> Any:
    """An option of every command stands behind the command's name or before it."""
    root = ctx.find_root().params
    return value if value != param.default else root.get(param.name, param.default)


def _plain(param: Param, value: Any) -> Any:
    """What the command gets for what typer made of its argument."""
    if value is None or value == [] or value == ():
        return param.default
    if param.many:
        return [_bare(one) for one in value]
    return _bare(value)


def _bare(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def _declare(function: Callable[..., None], params: Iterable[Param]) -> None:
    """Give `function` the signature and the annotations that typer reads."""
    kind = inspect.Parameter.KEYWORD_ONLY
    declared = [inspect.Parameter("ctx", inspect.Parameter.POSITIONAL_ONLY, annotation=typer.Context)]
    declared += [
        inspect.Parameter(param.name, kind, default=_info(param), annotation=_annotation(param)) for param in params
    ]
    function.__signature__ = inspect.Signature(declared)  # type: ignore[attr-defined]
    function.__annotations__ = {parameter.name: parameter.annotation for parameter in declared}


def _annotation(param: Param) -> Any:
    kind: Any = Enum(param.name, {choice: choice for choice in param.choices}) if param.choices else param.kind
    if param.many:
        kind = list[kind]
    return kind if param.required or param.kind is bool else kind | None


def _info(param: Param) -> Any:
    default: Any = ... if param.required else False if param.kind is bool else None
    settings: dict[str, Any] = {"help": param.meta.help, "metavar": param.metavar}
    if param.meta.complete:
        settings["autocompletion"] = _completion(param.meta.complete)
    if isinstance(param.meta, Arg):
        return typer.Argument(default, **settings)
    if param.kind is bool:
        settings.pop("metavar")
    return typer.Option(default, *param.flags, hidden=param.meta.hidden, **settings)


def _completion(named: str) -> Callable[[typer.Context, str], list[str]]:
    """A completer for typer that imports what it needs when a shell really asks."""

    def complete(ctx: typer.Context, incomplete: str) -> list[str]:
        module, _, name = COMPLETERS.get(named, named).partition(":")
        given = {param.name: _global(ctx, ctx.params.get(param.name, param.default), param) for param in EVERYWHERE}
        context = Context(Everywhere(**given), Terminal(os.environ), os.environ)
        try:
            names: Iterable[str] = getattr(importlib.import_module(module), name)(context, incomplete)
            return [offered for offered in names if offered.startswith(incomplete)]
        except (CotempError, OSError):  # a shell in the middle of a line is no place for a message
            return []

    return complete
