"""How a server or keeper outlives logout and the daemon: in a scope of its own, where systemd looks after users."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

__all__ = ["outliving"]


def outliving(environment: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """What to put before a command line so that no logout and no end of a unit kills it, and the variables for that.

    Both empty where no systemd looks after this user; then a session of its own (setsid) is all that it takes.
    """
    if sys.platform != "linux":
        return [], {}
    program = shutil.which("systemd-run", path=environment.get("PATH", os.defpath))
    runtime = environment.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    if not program or not Path(runtime, "systemd", "private").exists():
        return [], {}
    return [program, "--user", "--scope", "--collect", "--quiet", "--"], {"XDG_RUNTIME_DIR": runtime}
