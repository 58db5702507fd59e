"""docs/commands.md: what `--help` says of every command, on one page."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

from cotemp.cli import help as help_texts
from cotemp.cli.frame import Command, Group
from cotemp.cli.paint import plain
from cotemp.cli.table import TABLE

__all__ = ["FILE", "text", "write"]

FILE = Path(__file__).parents[2] / "docs" / "commands.md"

_ABOUT = """\
# Commands

What `cotemp COMMAND --help` says, for every command. `python -m tests.generate commands` writes this page.

These options belong to every command:
"""


def write() -> None:
    """Write the page anew."""
    FILE.write_text(text(), encoding="utf-8", newline="\n")


def text() -> str:
    """The page."""
    with patch.dict(os.environ, {"COLUMNS": "100"}):
        return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    listed = [command for command in TABLE.commands if not command.hidden]
    _, everywhere = _help(listed[0])
    yield _ABOUT
    yield from _fenced(everywhere)
    for group in Group:
        commands = [command for command in listed if command.group is group]
        if commands:
            yield f"\n## {group.value.capitalize()}"
        for command in commands:
            yield f"\n### cotemp {command.name}\n"
            yield from _fenced(_help(command)[0])


def _help(command: Command) -> tuple[list[str], list[str]]:
    """The help of a command: its own part, and the options that every command has."""
    lines = [plain(line) for line in help_texts.of_command(command)]
    start = lines.index("Everywhere")
    end = lines.index("", start) if "" in lines[start:] else len(lines)
    return [*lines[: start - 1], *lines[end:]], lines[start + 1 : end]


def _fenced(lines: list[str]) -> list[str]:
    return ["```text", *lines, "```"]
