"""Before a start: what can be known to be wrong with a launch, and the private file by which it is handed on."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import BadUsage, NotFound, TookTooLong, ToolMissing
from ..names import random_part, session_id
from ..places import Places, make_folder, write_whole
from . import starter
from .host import Launch

__all__ = ["handed_over", "hosts_folder", "starter_argv"]

PATIENCE = 4.0
"""Seconds for a new process to take its launch file."""
_NEVER_TAKEN = 60.0
"""Seconds after which a launch file that nobody took is thrown away: it holds an environment."""


def hosts_folder(places: Places) -> Path:
    """Where hosts keep what they need of this home; readable by this user only."""
    folder = places.state / "hosts"
    make_folder(folder, 0o700)
    return folder


def starter_argv(file: Path) -> list[str]:
    """The command line of the process that becomes the agent's program."""
    return [sys.executable, "-I", "-S", "-X", "utf8", starter.__file__, str(file)]


@contextmanager
def handed_over(places: Places, launch: Launch) -> Iterator[Path]:
    """The launch file of `launch`, which the new process must have taken when the block ends.

    Raises BadName, BadUsage, NotFound or ToolMissing for what cannot be started, TookTooLong when nobody takes it.
    """
    _check(launch)
    folder = hosts_folder(places)
    _clear(folder)
    file = folder / f"launch-{random_part(12)}.json"
    content = {
        "schema": 1,
        "argv": list(launch.argv),
        "cwd": str(launch.cwd),
        "env": dict(launch.env),
        "stdin": str(launch.stdin) if launch.stdin else None,
    }
    write_whole(file, json.dumps(content, indent=1).encode(), mode=0o600)
    try:
        yield file
        _wait_until_taken(file, launch.agent)
    finally:
        file.unlink(missing_ok=True)


def _wait_until_taken(file: Path, agent: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while file.exists():
        if time.monotonic() > deadline:
            raise TookTooLong(f"{agent} did not start within {PATIENCE:.0f} s", "is this machine overloaded? try again")
        time.sleep(0.005)


def _check(launch: Launch) -> None:
    session_id(launch.agent)
    if not launch.argv:
        raise BadUsage(f"{launch.agent} has no command", "name one: argv, or a backend that has one")
    if any(not word.isprintable() or "=" in word for word in launch.env):
        raise BadUsage(
            f"a variable of {launch.agent} has no proper name", "names of variables are letters, digits and _"
        )
    if not launch.cwd.is_dir():
        raise NotFound(f"{launch.cwd} is no folder", f"make it, or change the workdir of {launch.agent}")
    if launch.stdin and not launch.stdin.is_file():
        raise NotFound(f"{launch.stdin} is no file", f"make it, or change the prompt of {launch.agent}")
    program, path = launch.argv[0], launch.env.get("PATH", os.defpath)
    if not shutil.which(launch.cwd / program if os.path.dirname(program) else program, path=path):
        raise ToolMissing(f"{program} is not there to be started", "install it, or mend the PATH of this agent")


def _clear(folder: Path) -> None:
    """Throw away what a crash left."""
    for file in folder.glob("launch-*.json"):
        with contextlib.suppress(FileNotFoundError):  # another one cleared it, or its process took it
            if time.time() - file.stat().st_mtime > _NEVER_TAKEN:
                file.unlink()
