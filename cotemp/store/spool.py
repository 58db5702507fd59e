"""The spool: the folder in which a run that cannot see the home leaves what it wants to send.

    <spool>/<session or panel>/NOTE_….md     a note to it
    <spool>/<session or panel>/DO_….py       a DO for its inbox

Whoever ran it checks what is there when it has ended, and delivers it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..errors import BadUsage
from ..places import make_folder
from .mailbox import deliver

__all__ = ["leave", "spool_of"]


def spool_of(env: Mapping[str, str], home: Path) -> Path | None:
    """The spool of the run whose environment this is; None outside of runs, and in a run that can see the home."""
    session, outbox = env.get("COSESSION_ID"), env.get("COTEMP_OUTBOX")
    if not (env.get("COTEMP_RUN_ID") and session and outbox):
        return None
    visible = (home / "sessions" / session / "running").is_dir()  # the DO's own path may stand there alone
    return None if visible else Path(outbox)


def leave(spool: Path, to: str, name: str, data: bytes) -> Path:
    """Put `data` into the spool for `to`, a session or panel, as `name`; returns where it is.

    Raises BadUsage for what no session or panel can be called, FileExistsError when the name is taken,
    StorageFailed when the disk refuses.
    """
    if not to or to.startswith(".") or set(to) & set("/\\\0"):
        raise BadUsage(f"{to!r} is no name of a session or panel", "name one as `cotemp status` lists it")
    folder = spool / to
    make_folder(folder)
    return deliver(folder, name, data)
