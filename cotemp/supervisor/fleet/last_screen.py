"""The last screen of an agent's program, kept before its terminal goes: without secrets, and only the latest few."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from ...display import display
from ...errors import CotempError
from ...hosts.host import Host
from ...names import random_part
from ...places import make_folder, write_whole
from ...redact import Scrubber
from ...times import stamp

__all__ = ["KEPT", "keep_last_screen"]

KEPT = 10
LINES = 200
LIMIT = 64 * 1024
"""Characters of one screen; its end is kept."""


def keep_last_screen(host: Host, agent: str, folder: Path, scrubber: Scrubber, at: datetime) -> Path | None:
    """Write what stands in its terminal into `folder`; None when nothing does, or when it cannot be written: what is
    done to the agent does not depend on it."""
    try:
        text = host.history(agent, LINES).rstrip()[-LIMIT:]
        if not text:
            return None
        make_folder(folder, 0o700)
        file = folder / f"{stamp(at.astimezone())}-{random_part(4)}.txt"
        write_whole(file, display(scrubber.scrub(text)).encode("utf-8", "replace") + b"\n", mode=0o600)
        for old in sorted(one for one in folder.iterdir() if one.suffix == ".txt")[:-KEPT]:
            old.unlink(missing_ok=True)
    except (CotempError, OSError):
        return None
    return file
