"""What becomes an agent's program: reads a launch file, deletes it, and executes what it says.

It runs by itself, without the rest of the package, so that it is quick. The environment comes by a file, because
everybody may read the command lines of all processes.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any

__all__ = ["CANNOT_START", "become", "take"]

CANNOT_START = 127
"""Exit code when the program cannot be started, as in a shell."""


def take(path: str) -> dict[str, Any]:
    """Read a launch file and delete it. Raises OSError, ValueError."""
    with open(path, "rb") as file:
        launch: dict[str, Any] = json.load(file)
    os.unlink(path)
    return launch


def become(launch: dict[str, Any]) -> None:
    """Execute what `launch` says in place of this process; ends it with a word on its terminal when that fails."""
    try:
        os.chdir(launch["cwd"])
        if launch["stdin"]:
            os.dup2(os.open(launch["stdin"], os.O_RDONLY), 0)
        _forget_signals()
        os.execvpe(launch["argv"][0], launch["argv"], launch["env"])  # noqa: S606  (no shell is meant)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        os.write(2, f"cannot start {launch['argv'][0]}: {where}{error.strerror}\r\n".encode())
    os._exit(CANNOT_START)


def _forget_signals() -> None:
    """Python ignores some signals, and whoever forked us others: a program would inherit that."""
    if sys.platform != "win32":
        for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
            if signal.getsignal(number) is signal.SIG_IGN:
                signal.signal(number, signal.SIG_DFL)


if __name__ == "__main__":
    become(take(sys.argv[1]))
