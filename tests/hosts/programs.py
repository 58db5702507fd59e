"""Small programs that are agents in these tests, and how their launches look."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from cotemp.hosts import Host, Launch, Pane, Size
from tests.waiting import eventually

DEFAULT, SMALL = Size(), Size(40, 8)
PATH = os.environ.get("PATH", os.defpath)


def launch(
    agent: str,
    cwd: Path,
    *argv: str,
    env: dict[str, str] | None = None,
    stdin: Path | None = None,
    size: Size = DEFAULT,
) -> Launch:
    """A launch with little more than PATH in its environment."""
    given = {"PATH": PATH, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"} if env is None else env
    return Launch(agent, argv, cwd, given, stdin, size)


def python(agent: str, cwd: Path, code: str, size: Size = DEFAULT) -> Launch:
    """A Python program that goes on until it is ended."""
    return launch(agent, cwd, sys.executable, "-I", "-S", "-c", f"import sys, time\n{code}\ntime.sleep(600)", size=size)


def writes(agent: str, cwd: Path, text: str, size: Size = SMALL) -> Launch:
    """A program that writes exactly `text` to its terminal."""
    code = f"import os, tty; tty.setraw(1); os.write(1, {text.encode()!r})"
    return python(agent, cwd, code, size)


def pane(host: Host, agent: str) -> Pane:
    """What a look says of one agent."""
    return host.look()[agent]


def until_shown(host: Host, agent: str, text: str) -> str:
    """Wait for `text` on the screen; returns the screen."""

    def shown() -> str:
        screen = host.screen(agent)
        return screen if text in screen else ""

    return eventually(shown, what=f"{text!r} shown")


def until_dead(host: Host, agent: str) -> Pane:
    """Wait until a look says that its program has ended."""
    return eventually(lambda: (p := host.look()[agent]).dead and p)  # type: ignore[return-value]


def is_running(pid: int) -> bool:
    """True while a process lives; a zombie does not."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()[0] not in b"ZX"
    except OSError:
        return False


def seconds() -> float:
    """Now, as panes tell times, and as coarse as tmux does."""
    return float(int(time.time()))
