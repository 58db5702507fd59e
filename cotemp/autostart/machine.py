"""What a login entry has to do with of this machine, as one value: tests put another machine in its place."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ..store.identity import os_user

__all__ = ["Machine", "Registry", "Run", "Values"]

_NO_WINDOW = 0x08000000 if sys.platform == "win32" else 0  # CREATE_NO_WINDOW

Run = Callable[[Sequence[str]], tuple[int, str]]
"""Run a program; returns its exit code (127: there is none) and what it printed."""


class Values(Protocol):
    """A part of the Windows registry that can be read."""

    def read(self, key: str, name: str) -> str | bytes | int | None:
        """A value; None when there is none, or one of another kind. Raises OSError."""


class Registry(Values, Protocol):
    """The part of the Windows registry that belongs to this user (HKEY_CURRENT_USER)."""

    def write(self, key: str, name: str, text: str) -> None:
        """Set a text. Raises OSError."""

    def delete(self, key: str, name: str) -> bool:
        """Remove a value; False when there was none. Raises OSError."""


@dataclass(frozen=True)
class Machine:
    """A system, its user, and how to talk to it."""

    platform: str
    user: str
    user_home: Path
    env: Mapping[str, str]
    executable: str
    base_prefix: str
    run: Run
    registry: Registry | None = None
    registry_of_all: Values | None = None
    exists: Callable[[str], bool] = os.path.exists
    runs_systemd: bool = False
    lingering: Path = Path("/var/lib/systemd/linger")

    @classmethod
    def here(cls, env: Mapping[str, str]) -> Machine:
        """This one, for who is logged in."""
        return cls(
            platform=sys.platform,
            user=os_user(),
            user_home=Path.home(),
            env=env,
            executable=sys.executable,
            base_prefix=sys.base_prefix,
            run=_run,
            registry=_registry(),
            registry_of_all=_registry_of_all(),
            runs_systemd=os.path.isdir("/run/systemd/system"),  # what sd_booted(3) asks
        )

    @property
    def config_home(self) -> Path:
        """Where the freedesktop systems keep a user's settings."""
        named = self.env.get("XDG_CONFIG_HOME", "")
        return Path(named) if os.path.isabs(named) else self.user_home / ".config"

    @property
    def outermost(self) -> Path:
        """The folder that stays, however empty it is, when an entry is removed from `config_home`."""
        return self.user_home if self.config_home.is_relative_to(self.user_home) else self.config_home


def _run(argv: Sequence[str]) -> tuple[int, str]:
    try:
        done = subprocess.run(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=20, check=False,
            creationflags=_NO_WINDOW,
        )  # fmt: skip
    except FileNotFoundError:
        return 127, f"{argv[0]} is not there"
    except (OSError, subprocess.SubprocessError) as error:
        return 126, str(error)
    return done.returncode, done.stdout.decode("oem" if sys.platform == "win32" else "utf-8", "replace").strip()


def _registry() -> Registry | None:
    if sys.platform == "win32":
        from .windows_registry import CurrentUser  # winreg is there only

        return CurrentUser()
    return None


def _registry_of_all() -> Values | None:
    if sys.platform == "win32":
        from .windows_registry import AllUsers

        return AllUsers()
    return None
