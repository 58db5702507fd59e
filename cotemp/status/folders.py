"""What lies in the folders of each session: counted once, and remembered as long as the folders do not change."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import DamagedData
from ..names import do_extension, is_note, split_running
from ..places import SessionPlaces
from ..store.owner import owner
from .index import Index, Mark, mark

__all__ = ["Contents", "read_sessions"]

CHECKED = 2
"""Sessions that are listed in every call although their folders did not change: other ones each second."""
_LIES = ("file system", "its folders' times do not tell of changes", Mark())


class Contents(NamedTuple):
    """What one session's folders hold, as plain JSON values.

    `waiting`: DOs in the inbox by extension; `first`: the one that has been there longest. `oldest`: time
    (ns since the epoch) of the DO that has waited longest, there or held. The outbox includes what was
    cleared away. `running`: file names. `owner`: host and since. `trouble`: what cannot be read, with its fix.
    """

    waiting: dict[str, int]
    first: str | None
    oldest: int | None
    notes: int
    outbox_ps1: int
    outbox_dos: int
    last_log: str
    running: list[str]
    held: int
    owner: list[str] | None
    trouble: list[str]

    def counts(self) -> tuple[Any, ...]:
        """What only changes when a folder does, and so its time."""
        return self.waiting, self.notes, self.outbox_ps1, self.outbox_dos, self.running, self.held


EMPTY = Contents({}, None, None, 0, 0, 0, "", [], 0, None, [])


def read_sessions(
    sessions: str, ids: Sequence[str], extensions: Collection[str], index: Index, now: float
) -> dict[str, Contents]:
    """The contents of the sessions `ids` in the folder `sessions`; `now` in seconds since the epoch."""
    if not index.known(*_LIES):
        found = _read_changed(sessions, ids, extensions, index, now)
        if found is not None:
            return found
        index.keep(*_LIES, value=True)
    return {sid: _look(f"{sessions}{os.sep}{sid}", extensions) for sid in ids}


def _read_changed(
    sessions: str, ids: Sequence[str], extensions: Collection[str], index: Index, now: float
) -> dict[str, Contents] | None:
    """As `read_sessions`, listing only what changed, and a few others to see whether folders' times tell the truth.

    None when they do not, as on some network drives and on FAT below Windows.
    """
    section = " ".join(("sessions", *extensions))  # another set of DOs makes other counts
    checked = _turn(ids, now)
    found: dict[str, Contents] = {}
    for sid in ids:
        root = f"{sessions}{os.sep}{sid}"
        at = _mark(root)
        known = index.known(section, sid, at)
        if known and sid not in checked:
            found[sid] = Contents(*known)
            continue
        found[sid] = contents = _look(root, extensions)
        if known and contents.counts() != Contents(*known).counts() and _mark(root) == at:
            return None
        if known != [*contents] and not contents.trouble:  # what cannot be read now may be readable the next time
            index.keep(section, sid, at, contents)
    return found


def _turn(ids: Sequence[str], now: float) -> Collection[str]:
    """Whose turn it is to be listed although nothing seems to have changed."""
    start = int(now) * CHECKED % max(1, len(ids))
    return ids[start : start + CHECKED]


def _mark(root: str) -> Mark:
    return mark(
        root, f"{root}/inbox", f"{root}/outbox", f"{root}/logs", f"{root}/running", f"{root}/held", f"{root}/owner.json"
    )


def _look(root: str, extensions: Collection[str]) -> Contents:
    """List one session's folders."""
    trouble: list[str] = []
    inbox, outbox, logs, running, held = (
        _files(f"{root}{os.sep}{name}", trouble) for name in ("inbox", "outbox", "logs", "running", "held")
    )
    session = SessionPlaces(os.path.basename(root), Path(root))
    cleared_ps1, cleared_dos = _cleared(session, trouble)
    waiting = _dated(entry for entry in inbox if do_extension(entry.name, extensions))
    kinds = [do_extension(name, extensions) or "" for _, name in waiting]
    filed = [kind for entry in outbox if (kind := do_extension(entry.name.removeprefix("rejected-"), extensions))]
    on_hold = _dated(entry for entry in held if split_running(entry.name))
    return Contents(
        waiting={kind: kinds.count(kind) for kind in sorted(set(kinds))},
        first=min(waiting)[1] if waiting else None,
        oldest=min([*waiting, *on_hold])[0] if waiting or on_hold else None,
        notes=sum(is_note(entry.name) for entry in inbox),
        outbox_ps1=filed.count(".ps1") + cleared_ps1,
        outbox_dos=len(filed) + cleared_dos,
        last_log=max(_dated(e for e in logs if e.name[-4:].lower() == ".txt"), default=(0, ""))[1],
        running=sorted(entry.name for entry in running if split_running(entry.name)),
        held=len(on_hold),
        owner=_owner(session, trouble),
        trouble=trouble,
    )


def _files(folder: str, trouble: list[str]) -> list[os.DirEntry[str]]:
    """What is in `folder`, but for folders; nothing for a folder that is missing, or a link that leads elsewhere."""
    try:
        if not stat.S_ISDIR(os.lstat(folder).st_mode):
            trouble.append(f"{folder} is no folder: remove it, then cotemp init")
            return []
        with os.scandir(folder) as entries:
            return [entry for entry in entries if not entry.is_dir(follow_symlinks=False)]
    except FileNotFoundError:
        return []
    except OSError as error:
        trouble.append(f"{folder} cannot be read ({error.strerror}): cotemp doctor")
        return []


def _dated(entries: Iterable[os.DirEntry[str]]) -> list[tuple[int, str]]:
    """Modification time (ns) and name of each that is still there."""
    found = []
    for entry in entries:
        with suppress(OSError):
            found.append((entry.stat(follow_symlinks=False).st_mtime_ns, entry.name))
    return found


def _cleared(session: SessionPlaces, trouble: list[str]) -> tuple[int, int]:
    """How many PowerShell DOs and DOs of all engines were cleared out of the outbox."""
    if not os.path.lexists(f"{session.root}{os.sep}archive.json"):
        return 0, 0
    from ..runs.tally import read_tally  # only where gc has been

    try:
        tally = read_tally(session)
    except DamagedData as error:
        trouble.append(f"{error.what}: {error.fix}")
        return 0, 0
    return tally.outbox_ps1, tally.outbox_dos


def _owner(session: SessionPlaces, trouble: list[str]) -> list[str] | None:
    try:
        found = owner(session)
    except DamagedData as error:
        trouble.append(f"{error.what}: {error.fix}")
        return None
    return [found.host, found.since] if found else None
