"""Desktops without systemd: an XDG autostart entry, which the session starts once."""

from __future__ import annotations

from .entry import Entry, through_sh
from .machine import Machine
from .system import InFile

__all__ = ["render", "xdg"]

_ENTRY = """\
# Written by cotemp autostart enable; cotemp autostart disable removes it.
[Desktop Entry]
Type=Application
Version=1.0
Name=cotemp
Comment={title}
Exec={command}
Terminal=false
NoDisplay=true
X-GNOME-Autostart-enabled=true
"""


def render(entry: Entry) -> str:
    """The text of the .desktop file."""
    words = _with_environment(entry)
    return _ENTRY.format(title=_value(entry.title), command=_value(" ".join(map(_word, words))))


def _with_environment(entry: Entry) -> tuple[str, ...]:
    argv = entry.argv if "=" not in entry.argv[0] else through_sh(entry.argv)  # `env` takes `a=b` for a variable
    variables = (f"{name}={value}" for name, value in entry.environment)
    return ("/usr/bin/env", *variables, *argv) if entry.environment else argv


def _word(text: str) -> str:
    """One word of the command line, quoted; `%` begins a field code."""
    for char in '\\"`$':
        text = text.replace(char, f"\\{char}")
    text = text.replace("%", "%%")
    return f'"{text}"'


def _value(text: str) -> str:
    """A value of type string, in which backslashes are escapes once more."""
    return text.replace("\\", "\\\\")


def xdg(machine: Machine) -> InFile:
    """The autostart folder of this user."""
    return InFile(
        name="xdg",
        title="an XDG autostart entry",
        looked_after=False,
        folder=machine.config_home / "autostart",
        stays=machine.outermost,
        suffix=".desktop",
        renderer=render,
    )
