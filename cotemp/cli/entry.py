"""From what was typed to the exit code: parse, run, print, and say what went wrong."""

from __future__ import annotations

import errno
import gc
import os
import sys
from collections.abc import Sequence

from ..errors import BadUsage, CotempError, NotFound, StorageFailed, UnknownTarget
from . import fast, render
from .declared import Call
from .frame import Answer, Context
from .interruption import INTERRUPTED, Interruption
from .table import TABLE, Table
from .terminal import ReaderGone, Terminal

__all__ = ["run"]

READER_GONE = 141
"""What a shell reports of a program that SIGPIPE ended."""

_DISK = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EIO, errno.EMFILE, errno.ENAMETOOLONG}


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
        named = next((word for word in argv if table.find(word)), "none")
        return render.error(_understood(error, named), terminal, as_json="--json" in argv)


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


def _is_somewhere() -> bool:
    """False when the working directory was removed: whatever a relative path means, it is not there."""
    try:
        os.getcwd()
    except OSError:
        return False
    return True


def _understood(error: Exception, command: str) -> CotempError:
    """What the machine refused is no bug of ours; whatever else nobody foresaw is."""
    if isinstance(error, CotempError):
        return error
    if isinstance(error, OSError) and error.errno in _DISK:
        where = f"{error.filename}: " if error.filename else ""
        return StorageFailed(f"{where}{error.strerror}", "see: cotemp doctor")
    if isinstance(error, FileNotFoundError) and not _is_somewhere():
        return NotFound("the folder that this was started in is not there any more", "change to one that is: cd")
    from .failures import as_bug  # only for a bug

    if os.environ.get("COTEMP_DEBUG"):
        sys.excepthook(type(error), error, error.__traceback__)
    return as_bug(error, command)
