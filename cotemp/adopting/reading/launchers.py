"""What the texts of the old launchers tell. They are never run, only searched for a few words in quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ..model import Launchers, Origin, Told
from .files import Unreadable, text_of
from .folders import LAUNCHERS

__all__ = ["OURS", "read_launchers"]

OURS = "Written by `cotemp shims`"
"""What stands in each of our own shims: they tell nothing of the old world."""

_SESSION = re.compile(
    r"""["']=?([A-Za-z0-9][\w-]*-(?:builder|adv|adversary|orchestrator|assistant|upgrader|report|watchdog|cleanlogs)):?["']"""
)
_COMMAND = re.compile(r"""["'](/[a-z][a-z0-9]*(?:-[a-z0-9]+)*)["']""")
_FOLDERS = {
    f"/{name}"
    for name in ("bin", "dev", "etc", "home", "mnt", "opt", "proc", "root", "run", "srv", "tmp", "usr", "var")
}
_SWITCHES = {"claude": "--dangerously-skip-permissions"}
"""Switches without which a program would ask where it did not ask before, by backend."""


def read_launchers(folder: Path | None, root: Path) -> Launchers:
    """What the launchers in `folder` tell; those that are kept as `*.orig` count, too."""
    files = [folder / name for name in _names() if (folder / name).is_file()] if folder else []
    texts = {file: text for file in files if (text := _text(file, root)) is not None and OURS not in text}
    return Launchers(
        files=tuple(texts),
        sessions=frozenset(name for text in texts.values() for name in _SESSION.findall(text)),
        commands=dict(_commands(texts)),
        switches=dict(_switches(texts)),
    )


def _names() -> Iterator[str]:
    for name in LAUNCHERS:
        yield from (name, f"{name}.orig")


def _text(file: Path, root: Path) -> str | None:
    try:
        return text_of(file, root)
    except Unreadable:  # a launcher is only asked for hints; it stays where it is
        return None


def _commands(texts: dict[Path, str]) -> Iterator[tuple[str, Told]]:
    """The one slash command in the launcher of an agent, by the agent."""
    for file, text in texts.items():
        agent = re.fullmatch(r"launch-([a-z]+)\.(?:py|sh)(?:\.orig)?", file.name)
        found = set(_COMMAND.findall(text)) - _FOLDERS
        if agent and len(found) == 1:
            (command,) = found
            yield agent[1], Told(command, Origin(file, _line(text, command)))


def _switches(texts: dict[Path, str]) -> Iterator[tuple[str, Told]]:
    for file, text in texts.items():
        for backend, switch in _SWITCHES.items():
            if switch in text:
                yield backend, Told(switch, Origin(file, _line(text, switch)))


def _line(text: str, words: str) -> int:
    return text.count("\n", 0, text.index(words)) + 1
