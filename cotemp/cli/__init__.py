"""The command line: `main` is the console script."""

from __future__ import annotations

import gc
import sys

from .. import __version__

__all__ = ["main"]


def main() -> int:
    """Run what was typed; returns the exit code."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"cotemp {__version__}\n")
        return 0
    from .interruption import INTERRUPTED, Interruption

    interruption = Interruption()
    gc.disable()  # start-up leaves no garbage; `run` switches it on again before the command begins
    try:
        interruption.listen()
        from .entry import run  # not when only a command's module is imported

        code = run(sys.argv[1:], interruption=interruption)
        interruption.leave()
        return code
    except BaseException:
        if not interruption.happened:
            raise
        interruption.leave()
        return INTERRUPTED  # ^C came before `run` could answer it, or again while it did
    finally:
        gc.freeze()  # the interpreter's last collection would walk through everything that its end frees anyway
