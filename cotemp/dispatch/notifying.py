"""A word on the desktop that something waits for a human. Nobody learns here whether it was seen."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from contextlib import suppress

__all__ = ["notify"]

SECONDS = 5.0
"""How long the program that shows it may take."""
_SCRIPT = (
    "-e",
    "on run argv",
    "-e",
    "display notification (item 1 of argv) with title (item 2 of argv)",
    "-e",
    "end run",
)


def notify(title: str, text: str) -> None:
    """Try to show a notification, without waiting for it. Give it texts of ours only: they are not looked at."""
    argv = _command(title, text)
    if argv:
        threading.Thread(target=_show, args=(argv,), daemon=True, name="notification").start()


def _command(title: str, text: str) -> list[str] | None:
    if sys.platform == "darwin":
        program = shutil.which("osascript")
        return [program, *_SCRIPT, text, title] if program else None
    program = shutil.which("notify-send") if sys.platform != "win32" else None
    return [program, "--app-name=cotemp", "--", title, text] if program else None


def _show(argv: list[str]) -> None:
    nothing = subprocess.DEVNULL
    with suppress(OSError, subprocess.SubprocessError):
        subprocess.run(argv, stdin=nothing, stdout=nothing, stderr=nothing, timeout=SECONDS, check=False)
