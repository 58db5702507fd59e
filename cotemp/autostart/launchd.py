"""macOS: a LaunchAgent, which launchd starts at login and starts again after an error."""

from __future__ import annotations

import plistlib

from .entry import Entry
from .machine import Machine
from .system import InFile

__all__ = ["launchd", "render"]

_THROTTLE = 60
"""Seconds between two attempts: launchd knows no exit code after which it should give up."""


def render(entry: Entry) -> str:
    """The property list as XML."""
    agent = {
        "Label": entry.name,
        "ProgramArguments": list(entry.argv),
        "EnvironmentVariables": dict(entry.environment),
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": _THROTTLE,
        "ExitTimeOut": 60,
    }
    return plistlib.dumps(agent, sort_keys=False).decode()


def launchd(machine: Machine) -> InFile:
    """The agents of this user."""
    return InFile(
        name="launchd",
        title="a LaunchAgent",
        looked_after=True,
        folder=machine.user_home / "Library" / "LaunchAgents",
        stays=machine.user_home,
        suffix=".plist",
        renderer=render,
    )
