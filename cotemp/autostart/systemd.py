"""Linux with systemd: a user unit, which systemd starts at login, stops at logout and starts again after an error."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ..places import make_folder, storage_failed
from .entry import Entry, through_sh
from .machine import Machine, Run
from .system import InFile, remove_file

__all__ = ["SystemdUnit", "render", "systemd"]

_WANTS = "default.target.wants"

_UNIT = """\
# Written by cotemp autostart enable; cotemp autostart disable removes it.
[Unit]
Description={title}
# A home that is not mounted may take days: it never gives up trying.
StartLimitIntervalSec=0

[Service]
ExecStart={command}
{environment}# Only the daemon is told to end: it ends its runs and files them. What is left after that is killed;
# agents are not, as their terminals live in scopes of their own.
KillMode=mixed
TimeoutStopSec=60
Restart=on-failure
RestartSec=30
# Another attempt would end the same: bad usage, nothing of that name, no consent, bad settings, a tool is missing.
RestartPreventExitStatus=2 4 5 6 7 8
# Lets cotemp limit the memory of each run.
Delegate=yes

[Install]
WantedBy=default.target
"""


def render(entry: Entry) -> str:
    """The unit's text."""
    environment = "".join(f"Environment={_word(f'{name}={value}')}\n" for name, value in entry.environment)
    return _UNIT.format(title=entry.title.replace("%", "%%"), command=_command(entry.argv), environment=environment)


def _command(argv: tuple[str, ...]) -> str:
    """`$` begins a variable in every word but the first; the first may hold no quotes and no backslash."""
    program, *words = argv if not set(argv[0]) & set("\"'\\$") else through_sh(argv)
    return " ".join([_word(program), *(_word(word).replace("$", "$$") for word in words)])


def _word(text: str) -> str:
    """One word of a line, as systemd.syntax(7) and systemd.unit(5) (`%`) read it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


@dataclass(frozen=True)
class SystemdUnit(InFile):
    """The unit, and the link by which `systemctl --user enable` switches it on."""

    run: Run

    def link(self, name: str) -> Path:
        return self.folder / _WANTS / f"{name}{self.suffix}"

    def install(self, entry: Entry) -> None:
        super().install(entry)
        link = self.link(entry.name)
        make_folder(link.parent)
        try:
            link.unlink(missing_ok=True)
            link.symlink_to(self.path(entry.name))
        except OSError as error:
            raise storage_failed(link, error) from error
        self._reload()

    def remove(self, name: str) -> bool:
        unlinked = remove_file(self.link(name), self.stays)
        removed = super().remove(name) or unlinked
        if removed:
            self._reload()
        return removed

    def found(self, name: str) -> str | None:
        text = super().found(name)
        return "" if text is None and os.path.lexists(self.link(name)) else text

    def off(self, name: str) -> str:
        return "" if self.link(name).is_symlink() else "it was switched off with systemctl"

    def _reload(self) -> None:
        """Tell a systemd that runs; where none does, the next login reads the files anyway."""
        self.run(["systemctl", "--user", "daemon-reload"])


def systemd(machine: Machine) -> SystemdUnit:
    """The user units of this user."""
    return SystemdUnit(
        name="systemd",
        title="a systemd user unit",
        looked_after=True,
        folder=machine.config_home / "systemd" / "user",
        stays=machine.outermost,
        suffix=".service",
        renderer=render,
        run=machine.run,
    )
