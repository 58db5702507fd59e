"""From what was typed to the exit code: parse, run, print, and say what went wrong."""

from __future__ import annotations

import gc
import os
from collections.abc import Sequence

from ..errors import BadUsage, UnknownTarget
from . import fast, render
from .declared import Call
from .frame import Answer, Context
from .interruption import INTERRUPTED, Interruption
from .table import TABLE, Table
from .terminal import ReaderGone, Terminal

__all__ = ["run"]

READER_GONE = 141
"""What a shell reports of a program that SIGPIPE ended."""


def run(argv: Sequence[str], table: Table = TABLE, interruption: Interruption | None = None) -> int:
    """Run one command line; returns the exit code. Any error that follows an `interruption` is its consequence."""
    terminal = Terminal(os.environ)
    try:
        return _answer(argv, table, terminal)
    except ReaderGone:
        return READER_GONE
    except (KeyboardInterrupt, Exception) as error:
        if isinstance(error, KeyboardInterrupt) or (interruption and interruption.happened):
            render.interrupted(terminal)
            return INTERRUPTED
        from ..bugs import understood  # only for what went wrong

        named = next((word for word in argv if table.find(word)), "none")
        return render.error(understood(error, named), terminal, as_json="--json" in argv)


def _answer(argv: Sequence[str], table: Table, terminal: Terminal) -> int:
    if argv and argv[0] == "help":
        argv = [*argv[1:], "--help"]
    if "_COTEMP_COMPLETE" not in os.environ:
        if said := _help(argv, table):
            return render.answer(Answer(text=said), terminal, as_json=False)
        if call := fast.parse(argv, table):
            return _perform(call, terminal)
    from . import typed  # 100 ms that nothing above needs

    understood = typed.parse(argv, table)
    return understood if isinstance(understood, int) else _perform(understood, terminal)


def _help(argv: Sequence[str], table: Table) -> list[str]:
    """The help that is asked for in one of the usual ways; empty when something else is asked."""
    if argv and argv[-1] not in ("--help", "-h"):
        return []
    from . import help as texts  # most calls are not for help

    if not argv:
        return texts.short(table)
    command = table.find(" ".join(argv[:-1]))
    return texts.of_command(command) if command else texts.overview(table, argv[:-1])


def _perform(call: Call, terminal: Terminal) -> int:
    for value in call.values.values():
        _refuse_bytes(value)
    try:
        return _done(call, terminal)
    except UnknownTarget as error:
        if "create" in call.values and not error.no_home:
            error.fix += "; make it: --create"
        raise


def _done(call: Call, terminal: Terminal) -> int:
    context = Context(call.everywhere, terminal, os.environ)
    command = call.command.load()
    gc.enable()
    found = command(context, **call.values)
    if isinstance(found, Answer):
        return render.answer(found, terminal, as_json=call.everywhere.json)
    return render.stream(found, terminal, as_json=call.everywhere.json)


def _refuse_bytes(value: object) -> None:
    """Raise BadUsage for text that was typed in an encoding other than this system's; a file may be named so."""
    for text in value if isinstance(value, list) else [value]:
        if isinstance(text, str) and any("\ud800" <= char <= "\udfff" for char in text):
            raise BadUsage(f"{text!a} is not text in the encoding of this terminal", "use UTF-8, or pass it over stdin")
