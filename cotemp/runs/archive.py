"""Clearing away what old runs left: first a plan that changes nothing, then the plan carried out.

It may be cut off at any moment: what is left is removed the next time, and nothing is counted twice
(see `tally`). Notes, DOs that wait, are held or run, and runs that need a human are never touched.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import CotempError, ForeignHost
from ..names import is_run_id, run_of
from ..places import Places, SessionPlaces, refuse_link
from ..store.claims import hold
from ..store.identity import machine_of
from ..store.ledger import Ledger
from ..store.mailbox import unfinished
from ..store.owner import owner
from .foreign import legacy_stamp
from .overview import survey
from .tally import Archive, Going, load, save

__all__ = ["Plan", "Remains", "SessionPlan", "carry_out", "plan"]

FILED = 3600.0
"""Seconds after which the working folder of a run whose logs are written is of no use to anybody, unless its
changes can still be undone."""
UNFINISHED = 86400.0
"""Seconds after which a temporary file is what a crash left: a writer takes a moment."""
BATCH = 300
"""Runs whose removal is written down at once."""


@dataclass(slots=True)
class Remains:
    """What one run left in its session: `newest` is the latest time (seconds) of its files, `size` in bytes."""

    going: list[Going] = field(default_factory=list)
    newest: float = 0.0
    size: int = 0


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """What goes from one session; `kept_because` is why nothing can (another machine's, a broken record)."""

    session: SessionPlaces
    remains: list[Remains] = field(default_factory=list)
    kept_because: str = ""

    @property
    def logs(self) -> int:
        """How many TXT logs go."""
        return sum(path.startswith("logs/") and path.endswith(".txt") for path in self._files())

    @property
    def dos(self) -> int:
        """How many DOs go."""
        return sum(path.startswith("outbox/") and not path.endswith(".reasons.json") for path in self._files())

    @property
    def artifacts(self) -> int:
        """How many artifact folders go."""
        return sum(going.mtime is None for one in self.remains for going in one.going)

    def _files(self) -> list[str]:
        return [going.path for one in self.remains for going in one.going if going.mtime is not None]

    @property
    def size(self) -> int:
        """Bytes that become free."""
        return sum(one.size for one in self.remains)


@dataclass(frozen=True, slots=True)
class Plan:
    """What goes. `run_dirs` and `temporary` lie in this machine's state, or were left by a crash."""

    sessions: list[SessionPlan]
    run_dirs: list[Path]
    temporary: list[Path]
    size: int

    @property
    def is_empty(self) -> bool:
        """True when there is nothing to remove."""
        return not (self.run_dirs or self.temporary or any(one.remains for one in self.sessions))


def plan(places: Places, keep: float, progress: Callable[[str], None] = lambda text: None) -> Plan:
    """What is older than `keep` seconds and of use to nobody."""
    now = time.time()
    found = survey(places, progress=progress)
    outcomes = {(entry.row.session, entry.base): entry.row.outcome for entry in found.entries}
    with Ledger(places, create=False) as ledger:
        needed = [*ledger.open_runs(), *ledger.unknown(), *ledger.held_changes()]
        known = ledger.known()
    bases = {(row.session, row.base) for row in needed}
    sessions = []
    for sid in places.session_ids():
        progress(f"looking at {sid}")
        keeping = {base for session, base in bases if session.casefold() == sid.casefold()}
        sessions.append(_plan_session(places.session(sid), now - keep, keeping, known, outcomes))
    run_dirs = list(_run_dirs(places, {row.run_id for row in needed}, known, now, keep))
    temporary = list(_temporary(places, now))
    size = sum(one.size for one in sessions) + sum(map(_size, (*run_dirs, *temporary)))
    return Plan(sessions, run_dirs, temporary, size)


def carry_out(places: Places, wanted: Plan, progress: Callable[[str], None] = lambda text: None) -> list[str]:
    """Remove what `wanted` names; returns what could not be removed, and why.

    Raises HeldByOther when another process is clearing this home, StorageFailed when the counts
    cannot be written: then nothing of that session was removed uncounted.
    """
    failed: list[str] = []
    with hold(places, "gc", "clearing old runs"):
        for one in wanted.sessions:
            if not one.kept_because:
                failed += _clear(one, progress)
        for path in wanted.run_dirs:
            _remove_run_dir(path)
        for path in wanted.temporary:
            with contextlib.suppress(OSError):
                path.unlink()
    return failed


# --- planning ---


def _plan_session(
    session: SessionPlaces,
    before: float,
    keeping: Collection[str],
    known: Collection[str],
    outcomes: Mapping[tuple[str, str], str | None],
) -> SessionPlan:
    try:
        refuse_link(session.logs)
        refuse_link(session.outbox)
        left = [going for going in load(session).going if going.is_there(session)]
        owned = owner(session)
        if owned and not owned.is_here():
            raise ForeignHost(session.id, machine_of(owned.host), owned.since)
    except CotempError as error:
        return SessionPlan(session, kept_because=str(error))
    begun = {going.path for going in left}
    found: dict[str, Remains] = {}
    for base, path, entry in _files(session, known):
        if base not in keeping and path not in begun:
            with contextlib.suppress(FileNotFoundError):
                _add(found.setdefault(base, Remains()), path, entry, outcomes.get((session.id, base)))
    old = [remains for remains in found.values() if remains.newest < before]
    return SessionPlan(session, [*([Remains(left)] if left else []), *old])


def _add(remains: Remains, path: str, entry: os.DirEntry[str], outcome: str | None) -> None:
    found = entry.stat(follow_symlinks=False)
    folder = entry.is_dir(follow_symlinks=False)
    tells = outcome if outcome and path.startswith("logs/") and path.endswith(".json") else None
    remains.going.append(Going(path, None if folder else found.st_mtime_ns, tells and str(tells)))
    remains.newest = max(remains.newest, found.st_mtime)
    remains.size += _size(Path(entry.path)) if folder else found.st_size


def _files(session: SessionPlaces, known: Collection[str]) -> Iterator[tuple[str, str, os.DirEntry[str]]]:
    """Base name, path within the session and entry of every file and artifact folder of a run."""
    for entry in _entries(session.logs):
        base, ending = os.path.splitext(entry.name)
        if ending in (".txt", ".json") and entry.is_file(follow_symlinks=False) and _is_run(base, known):
            yield base, f"logs/{entry.name}", entry
    for entry in _entries(session.outbox):
        folder = entry.is_dir(follow_symlinks=False)
        if folder or entry.is_file(follow_symlinks=False):
            filed = _filed_base(entry.name, known, folder=folder)
            if filed:
                yield filed, f"outbox/{entry.name}", entry


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []


def _is_run(base: str, known: Collection[str]) -> bool:
    return base in known or run_of(base) is not None or legacy_stamp(base) is not None


def _filed_base(name: str, known: Collection[str], *, folder: bool) -> str | None:
    """The run to which something in the outbox belongs; None for what a person put there."""
    bare = name.removeprefix("rejected-")
    if folder:
        base = bare.removesuffix(".d")
        return base if base != bare and (base in known or run_of(base)) else None
    base = os.path.splitext(bare.removesuffix(".reasons.json"))[0]
    if base in known or run_of(base):
        return base
    is_do = bare.startswith("DO_") or bare.endswith(".ps1")
    if is_do and legacy_stamp(base):
        return base
    return name if is_do and bare != name else None


def _run_dirs(
    places: Places, needed: Collection[str], known: Collection[str], now: float, keep: float
) -> Iterator[Path]:
    for entry in _entries(places.runs):
        with contextlib.suppress(FileNotFoundError):  # whoever runs DOs clears up, too
            age = now - entry.stat(follow_symlinks=False).st_mtime
            can_be_undone = os.path.exists(os.path.join(entry.path, "transaction"))
            enough = min(FILED, keep) if entry.name in known and not can_be_undone else max(FILED, keep)
            if is_run_id(entry.name) and entry.name not in needed and age >= enough:
                yield Path(entry.path)


def _temporary(places: Places, now: float) -> Iterator[Path]:
    folders = [places.home, places.panels, places.state, places.daemon, places.locks]
    for sid in places.session_ids():
        one = places.session(sid)
        folders += [one.root, one.inbox, one.outbox, one.logs, one.notes, one.running, one.held, one.receipts]
    for folder in folders:
        for path in unfinished(folder):
            with contextlib.suppress(OSError):
                if now - path.lstat().st_mtime >= UNFINISHED:
                    yield path


def _size(path: Path) -> int:
    total = 0
    with contextlib.suppress(OSError):
        total += path.lstat().st_size
    for folder, _, files in os.walk(path):
        for name in files:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(folder, name)).st_size
    return total


# --- removing ---


def _clear(wanted: SessionPlan, progress: Callable[[str], None]) -> list[str]:
    session, archive = wanted.session, load(wanted.session)
    counted = {going.path for going in archive.going}
    failed: list[str] = []
    for start in range(0, len(wanted.remains), BATCH):
        batch = [going for one in wanted.remains[start : start + BATCH] for going in one.going]
        new = [going for going in batch if going.path not in counted and going.is_there(session)]
        for going in new:
            archive.tally.count(going)
        archive.going += new
        save(session, archive)
        failed = _remove(session, archive)  # what failed before is on the list still
        progress(f"clearing {session.id}: {min(start + BATCH, len(wanted.remains))} of {len(wanted.remains)} runs")
    if wanted.remains:
        save(session, archive)
    return failed


def _remove_run_dir(path: Path) -> None:
    if (path / "transaction").exists():  # a stranger filled it: its folders may have any mode
        from ..transaction import drop

        with contextlib.suppress(CotempError):
            drop(path)
    shutil.rmtree(path, ignore_errors=True)


def _remove(session: SessionPlaces, archive: Archive) -> list[str]:
    """Remove what is on the list; what cannot be removed stays on it."""
    failed, left = [], []
    for going in archive.going:
        try:
            if going.is_there(session):
                path = session.root / going.path
                shutil.rmtree(path) if going.mtime is None else path.unlink()
        except FileNotFoundError:
            continue
        except OSError as error:
            left.append(going)
            failed.append(f"{session.root / going.path}: {error.strerror}")
    archive.going = left
    return failed
