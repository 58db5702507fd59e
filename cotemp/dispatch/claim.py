"""Claiming a DO: one rename, so that of all who try one wins, and giving it back unharmed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ..names import DO_LIMIT, recordable, running_name, split_running
from ..places import SessionPlaces
from ..renames import rename
from ..store.mailbox import NotPlain, move, read_plain
from ..times import dated, local_now
from .inbox import Candidate

__all__ = ["Claimed", "claim", "give_back", "of_run", "put_on_hold", "read_claimed", "take_up"]


@dataclass(frozen=True, slots=True)
class Claimed:
    """A DO that is ours alone: its bytes as they are now, under `running/`.

    `data` and `sha256` are empty for what is no regular file. `sender` is the owner of the file.
    """

    run_id: str
    do_file: str
    path: Path
    data: bytes
    sha256: str
    queued: datetime
    os_user: str


def claim(
    session: SessionPlaces, candidate: Candidate, run_id: str, clean: Callable[[str], str] = str
) -> Claimed | None:
    """Claim `candidate` for `run_id`; None when somebody else was first. From now on its name is what `clean` makes
    of it.

    Raises OSError when the disk refuses: the DO is then where it was.
    """
    do_file = recordable(clean(candidate.path.name))
    target = session.running / running_name(run_id, do_file)
    try:
        os.rename(candidate.path, target)
    except FileNotFoundError:
        if candidate.path.parent.is_dir() and target.parent.is_dir() and not os.path.lexists(candidate.path):
            return None
        raise
    try:
        return read_claimed(run_id, do_file, target)
    except OSError:
        give_back(session, target)
        raise


def read_claimed(run_id: str, do_file: str, path: Path) -> Claimed:
    """What is at `path`, the DO that came as `do_file`. Raises OSError when it cannot be read now."""
    data, digest = b"", ""
    with contextlib.suppress(NotPlain):
        data, _ = read_plain(path, DO_LIMIT + 1)
        digest = hashlib.sha256(data).hexdigest()
    found, now = path.lstat(), local_now()
    queued = min(dated(found.st_mtime), now)
    return Claimed(run_id, do_file, path, data, digest, queued, _user(found.st_uid))


def give_back(session: SessionPlaces, path: Path) -> Path:
    """Put a claimed file that never started back into the inbox; returns where it is."""
    claimed = split_running(path.name)
    return move(path, session.inbox / (claimed[1] if claimed else path.name))


def put_on_hold(session: SessionPlaces, run_id: str) -> bool:
    """Move a claimed DO to those that wait for a human; False when it is not there (any more)."""
    return _moved(run_id, session.running, session.held)


def take_up(session: SessionPlaces, run_id: str) -> bool:
    """Move a DO that was held back to those that are dealt with; False when it is not there (any more)."""
    return _moved(run_id, session.held, session.running)


def _moved(run_id: str, source: Path, target: Path) -> bool:
    path = of_run(source, run_id)
    if path is None:
        return False
    try:
        rename(path, target / path.name)
    except FileNotFoundError:
        if os.path.lexists(path) or not target.is_dir():
            raise
        return False
    return True


def of_run(folder: Path, run_id: str) -> Path | None:
    """The file of this run in `running/` or `held/`."""
    with os.scandir(folder) as entries:
        return next((Path(entry.path) for entry in entries if (split_running(entry.name) or [""])[0] == run_id), None)


def _user(uid: int) -> str:
    if sys.platform == "win32":
        return os.environ.get("USERNAME", "")
    import pwd  # not on Windows

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
