"""What every host can do. One conformance suite (`tests/hosts/`) holds both to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

__all__ = ["Host", "Launch", "Pane", "Size", "Taken"]


@dataclass(frozen=True, slots=True)
class Size:
    """Of a terminal, in cells."""

    columns: int = 160
    rows: int = 50


@dataclass(frozen=True, slots=True)
class Launch:
    """What to start: `argv` in `cwd`, with exactly the environment `env` (`TERM` included: `xterm-256color` is right).

    `stdin` is a file to be its standard input instead of the terminal. Neither the environment nor that file's content
    ever stands on a command line.
    """

    agent: str
    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str] = field(default_factory=dict)
    stdin: Path | None = None
    size: Size = Size()


@dataclass(frozen=True, slots=True)
class Pane:
    """One agent's terminal, as one look found it. Times are seconds since the epoch.

    `pid` is the process that was started in it. `exit_code` is None while it lives (`dead` is false), and when it is
    not known; as in a shell it is 128 and more when a signal ended it. `title` is foreign text. `output` is the time of
    the last output. `typed` is when a human last pressed a key in it, or came to it (None: nobody is there).
    `in_mode`: somebody scrolls or copies in it, and keys would go astray.
    """

    agent: str
    pid: int
    dead: bool
    exit_code: int | None
    title: str
    output: float
    attached: int
    typed: float | None
    in_mode: bool
    size: Size


class Taken(NamedTuple):
    """A tmux session that somebody else started an agent in: the server's socket (a path; or a name as for `tmux -L`,
    `default` for the one that plain `tmux` uses), and the session."""

    socket: str
    session: str


class Host(Protocol):
    """A host. Every call is bounded in time (4 s), and raises TookTooLong, ToolMissing, NotFound (no such agent), or
    CotempError with the host's own words."""

    name: str

    def look(self) -> Mapping[str, Pane]:
        """Every agent's terminal, by agent; for all of them at once. Empty when nothing runs."""
        ...

    def start(self, launch: Launch) -> Pane:
        """Start an agent in a terminal of its own; it outlives this process. A dead one is cleared away first. Raises
        HeldByOther when it has one that lives."""
        ...

    def screen(self, agent: str) -> str:
        """What stands on its screen: a line for each row, colours as SGR sequences and nothing else of control.

        Every row stands for itself: it begins and ends in the default colours.
        """
        ...

    def history(self, agent: str, lines: int) -> str:
        """Its last lines, with those that scrolled away, without colours."""
        ...

    def type(self, agent: str, text: str) -> None:
        """Type one line of text, as it is; no key is pressed after it.

        Raises BadUsage for control characters, HeldByOther while somebody scrolls in it (`in_mode`).
        """
        ...

    def press(self, agent: str, *keys: str) -> None:
        """Press keys, by tmux's names (`Enter`, `Escape`, `C-c`, `Up`). Raises BadUsage for a name that is none,
        HeldByOther while somebody scrolls in it."""
        ...

    def leave_mode(self, agent: str) -> None:
        """End the scrolling or copying of whoever does that in it; nothing happens when nobody does."""
        ...

    def stop(self, agent: str) -> None:
        """End its terminal, and all that runs in it; nothing happens when there is none."""
        ...

    def attach(self, agent: str) -> Sequence[str]:
        """The command with which a human gets to its terminal."""
        ...
