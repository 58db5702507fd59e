"""What a command is written with: its declaration (`Arg`, `Opt`, `Command`), its `Context`, its `Answer`.

Everything here is loaded before any command runs, so it is made of named tuples: dataclasses cost 10 ms to import.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import BadUsage

if TYPE_CHECKING:
    from ..config import Config
    from ..places import Places
    from .terminal import Terminal

__all__ = ["Answer", "Arg", "Command", "Context", "Everywhere", "Group", "Opt"]


class Arg(NamedTuple):
    """A positional value. `complete` is "target", "run", … or `module:function`."""

    help: str
    metavar: str = ""
    complete: str = ""


class Opt(NamedTuple):
    """An option; a `bool` one takes no value, a `list` one may be repeated."""

    flag: str
    help: str
    short: str = ""
    metavar: str = ""
    complete: str = ""
    hidden: bool = False


class Group(StrEnum):
    """The headings of the command list, in its order."""

    DAILY = "daily"
    RUNS = "runs"
    CONSENT = "consent"
    CHAT = "chat"
    AGENTS = "agents"
    ADMIN = "admin"


class Command(NamedTuple):
    """One line of the table: what is typed, where its function is (`module:function`), how it is listed.

    A `hot` command is typed all day: the benchmarks watch how long it takes to start.
    """

    name: str
    target: str
    group: Group
    summary: str
    hot: bool = False
    hidden: bool = False
    aliases: tuple[str, ...] = ()

    def exists(self) -> bool:
        """True when this version has the command's module."""
        from importlib.util import find_spec  # only for lists of commands

        return find_spec(self.target.partition(":")[0]) is not None

    def load(self) -> Callable[..., Answer | Iterator[Answer]]:
        """Import the function. Raises BadUsage when this version does not have it."""
        module, _, name = self.target.partition(":")
        try:
            loaded: Callable[..., Answer | Iterator[Answer]] = getattr(importlib.import_module(module), name)
        except ModuleNotFoundError as error:
            if error.name != module:
                raise
            raise BadUsage(f"{self.name!r} is not part of this version", "all commands: cotemp --help") from error
        return loaded


class Answer(NamedTuple):
    """What a command found: the value for `--json` (None prints nothing) and the text for people.

    Text is printed as lines, bytes are written as they are. A command that goes on (`--follow`) returns an
    iterator of answers; its exit code is the last that is not 0.
    """

    json: Any = None
    text: str | bytes | Iterable[str] = ""
    exit_code: int = 0


class Everywhere(NamedTuple):
    """The options that every command has."""

    home: str | None = None
    config: str | None = None
    json: bool = False


class Context:
    """Where a command runs: the home, the configuration, the environment and the person in front of it."""

    def __init__(self, options: Everywhere, terminal: Terminal, env: Mapping[str, str]) -> None:
        self.options = options
        self.terminal = terminal
        self.env = env

    @property
    def json(self) -> bool:
        """True when the answer will be printed as JSON."""
        return self.options.json

    @cached_property
    def config_path(self) -> Path:
        """This machine's `agents.toml`, whether it exists or not: flag, `COTEMP_CONFIG`, the platform's place."""
        from ..places import config_file  # start-up: `--version` and its like need no paths

        named = self.options.config
        return Path(named).expanduser().absolute() if named else config_file()

    @cached_property
    def config(self) -> Config:
        """The settings. Raises BadConfig."""
        from ..config import in_force

        return in_force(self.places, self.config_path)

    @cached_property
    def places(self) -> Places:
        """The home (flag, `COTEMP_HOME`, config, default) and this machine's state for it."""
        from ..config import find_home
        from ..places import Places

        return Places.at(find_home(self.options.home, self.env, self.config_path))

    @property
    def stdin_is_terminal(self) -> bool:
        return self.terminal.stdin_is_terminal

    @property
    def stdout_is_terminal(self) -> bool:
        return self.terminal.stdout_is_terminal

    def ask(self, question: str, default: str, choices: Sequence[str] = ()) -> str:
        """One of `choices` (any text without them); off a terminal the default is taken, and that is said on stderr."""
        return self.terminal.ask(question, default, choices)

    def say(self, text: str) -> None:
        """One line for the person, on stderr, beside the answer."""
        self.terminal.err(text + "\n")

    def progress(self, text: str) -> None:
        """Show what is going on, on stderr and only on a terminal; the next output takes its place."""
        self.terminal.progress(text)

    def stdin_text(self, limit: int) -> str:
        """All of stdin as text (UTF-8, a BOM is dropped).

        Raises BadUsage when it is longer than `limit` bytes or no UTF-8.
        """
        data = self.terminal.read(limit + 1)
        if len(data) > limit:
            raise BadUsage(f"stdin holds more than {limit} bytes", "send less, or put it in a file and say where it is")
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise BadUsage(f"stdin is not UTF-8 (byte {error.start})", "convert it, then try again") from error
