"""Help texts, made from the declarations: the overview, one command, and the nearest name to a wrong one."""

from __future__ import annotations

import inspect
import shutil
import textwrap
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..errors import BadUsage
from .declared import EVERYWHERE, Param, params_of
from .frame import Arg, Command, Group
from .paint import paint, width
from .table import Table

__all__ = ["Documented", "documented", "of_command", "overview", "short", "unknown_command"]

_ABOUT = "One shared folder as mailbox, script runner and switchboard for several AI sessions."
_ROOT_OPTIONS = [
    ("-h, --help", "show this; cotemp COMMAND --help shows one command"),
    ("--version", "show the version"),
    ("--install-completion", "let this shell complete commands and names"),
    ("--show-completion", "print what --install-completion would add"),
]
_WIDEST = 100
_LEFT = 30


def short(table: Table) -> list[str]:
    """What `cotemp` alone says: the daily commands."""
    return [
        _ABOUT,
        "",
        *_section("Every day", _listed(table, Group.DAILY)),
        "",
        "All commands: cotemp --help        One of them: cotemp COMMAND --help",
    ]


def overview(table: Table, words: Sequence[str] = ()) -> list[str]:
    """Every command under its heading; only those that begin with `words`, or nothing when there is none."""
    start = " ".join([*words, ""]) if words else ""
    sections = [(group.value.capitalize(), rows) for group in Group if (rows := _listed(table, group, start))]
    if words and not sections:
        return []
    left = max((width(name) for _, rows in sections for name, _ in rows), default=0)
    lines = [f"{paint('Usage:', 'bold')} cotemp {start}COMMAND [OPTIONS] …"]
    if not words:
        lines += ["", *_wrapped(_ABOUT)]
        sections.append(("Options", [*map(_option_row, EVERYWHERE), *_ROOT_OPTIONS]))
    for title, rows in sections:
        lines += ["", *_section(title, rows, left)]
    return lines


def of_command(command: Command) -> list[str]:
    """The help of one command: usage, what it does, its arguments and options, its examples word by word."""
    function = command.load()
    params = params_of(function)
    prose, examples = _split_doc(inspect.getdoc(function) or command.summary)
    lines = [f"{paint('Usage:', 'bold')} cotemp {command.name} {_usage(params)}".rstrip(), "", *prose]
    arguments = [(param.metavar, param.meta.help) for param in params if isinstance(param.meta, Arg)]
    options = [_option_row(param) for param in params if _is_shown_option(param)]
    for title, rows in (
        ("Arguments", arguments),
        ("Options", options),
        ("Everywhere", list(map(_option_row, EVERYWHERE))),
    ):
        if rows:
            lines += ["", *_section(title, rows)]
    if examples:
        lines += ["", paint("Examples", "bold"), *examples]
    return lines


def unknown_command(typed: str, names: Iterable[str]) -> BadUsage:
    """What to tell somebody who typed a name that no command has."""
    from difflib import get_close_matches  # only for a mistake

    near = get_close_matches(typed, list(names), n=3, cutoff=0.6)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    return BadUsage(f"no command is called {typed!r}", f"{hint}all commands: cotemp --help")


class Documented(NamedTuple):
    """What the documentation may say of a command."""

    name: str
    group: Group
    summary: str
    arguments: tuple[str, ...]
    options: tuple[str, ...]


def documented(table: Table) -> list[Documented]:
    """Every command that help lists, for comparing the documentation with it."""
    found = []
    for command in table.commands:
        if not command.hidden:
            params = params_of(command.load())
            arguments = tuple(param.metavar for param in params if isinstance(param.meta, Arg))
            options = tuple(flag for param in params if _is_shown_option(param) for flag in param.flags)
            found.append(Documented(command.name, command.group, command.summary, arguments, options))
    return found


def _listed(table: Table, group: Group, start: str = "") -> list[tuple[str, str]]:
    listed = (c for c in table.commands if c.group is group and c.name.startswith(start) and not c.hidden)
    return [(command.name, command.summary) for command in listed if command.exists()]


def _is_shown_option(param: Param) -> bool:
    return not isinstance(param.meta, Arg) and not param.meta.hidden


def _usage(params: Sequence[Param]) -> str:
    words = ["[OPTIONS]"] if any(map(_is_shown_option, params)) else []
    for param in params:
        if isinstance(param.meta, Arg):
            word = param.metavar + ("..." if param.many else "")
            words.append(word if param.required else f"[{word}]")
        elif param.required:
            words.append(f"{param.meta.flag} {param.metavar}")
    return " ".join(words)


def _option_row(param: Param) -> tuple[str, str]:
    value = "" if param.kind is bool else f" {param.metavar}"
    notes = [note for note, holds in (("required", param.required), ("may be repeated", param.many)) if holds]
    if param.default not in (None, False, "") and not param.many:
        notes.append(f"default: {param.default}")
    return ", ".join(reversed(param.flags)) + value, param.meta.help + (f" [{'; '.join(notes)}]" if notes else "")


def _split_doc(doc: str) -> tuple[list[str], list[str]]:
    """The prose of a docstring, filled to the terminal, and the lines below `Examples:` as they stand."""
    prose, _, examples = doc.partition("Examples:\n")
    lines: list[str] = []
    for paragraph in prose.strip().split("\n\n"):
        lines += ["", *_paragraph(paragraph)] if lines else _paragraph(paragraph)
    kept = textwrap.indent(textwrap.dedent(examples).rstrip(), "  ")
    return lines, kept.splitlines()


def _paragraph(text: str) -> list[str]:
    """A paragraph filled; one with indented lines is a list or a picture and stays as it is."""
    if any(line.startswith((" ", "- ")) for line in text.splitlines()):
        return text.splitlines()
    return _wrapped(" ".join(text.split()))


def _columns() -> int:
    return max(40, min(shutil.get_terminal_size().columns, _WIDEST))


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _columns(), break_long_words=False, break_on_hyphens=False)


def _section(title: str, rows: Sequence[tuple[str, str]], widest: int = 0) -> list[str]:
    """A heading with an aligned list; a name too long for its column gets a line of its own."""
    left = min(max((widest, *(width(name) for name, _ in rows))), _LEFT) + 4
    lines = [paint(title, "bold")]
    for name, text in rows:
        filled = textwrap.wrap(text, _columns() - left, break_long_words=False, break_on_hyphens=False) or [""]
        painted = "  " + paint(name, "green")
        if width(name) + 4 > left:
            lines.append(painted)
            lines += [" " * left + line for line in filled]
        else:
            lines.append((painted + " " * (left - 2 - width(name)) + filled[0]).rstrip())
            lines += [" " * left + line for line in filled[1:]]
    return lines
