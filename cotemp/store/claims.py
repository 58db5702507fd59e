"""Claims: at most one process at a time, over all processes of this machine.

The operating system's lock is the truth (it ends with its process, however that ends); the record
beside it only says who holds it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from ..errors import HeldByOther
from ..places import Places, make_folder, write_whole
from ..times import local_now, parse_utc, utc
from .identity import Life, ProcessId, life, this_process

if TYPE_CHECKING:
    from filelock import BaseFileLock

__all__ = ["Claim", "Holder", "hold", "hold_repo", "holder", "holders", "recorded", "repo_holder"]


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a claim, since when (UTC, RFC 3339), and what for."""

    process: ProcessId
    since: str
    what: str

    def said(self) -> str:
        """`what (process 4242, since 10:31:07)`, for people."""
        since = parse_utc(self.since).astimezone()
        return f"{self.what} (process {self.process.pid}, since {since:%Y-%m-%d %H:%M:%S})"


class Claim:
    """A held claim; leaving the `with` block (or the end of the process) gives it back."""

    def __init__(self, lock: BaseFileLock, record: Path) -> None:
        self._lock = lock
        self._record = record

    def release(self) -> None:
        """Give the claim back; once is enough, twice does no harm."""
        if self._lock.is_locked:
            with contextlib.suppress(OSError):
                self._record.unlink()
            self._lock.release()

    def __enter__(self) -> Claim:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.release()


def hold(places: Places, name: str, what: str, patience: float = 0.0) -> Claim:
    """Claim `name` within this home, waiting `patience` seconds for it. Raises HeldByOther, naming the holder."""
    deadline = time.monotonic() + patience
    while True:
        try:
            return _hold(places.locks, name, what)
        except HeldByOther:
            if time.monotonic() >= deadline:
                raise
        time.sleep(0.02)


def hold_repo(places: Places, repo: Path, what: str) -> Claim:
    """Claim a repo, over all homes of this machine. Raises HeldByOther, naming the run that has it."""
    return _hold(_repo_locks(places), _repo_name(repo), what)


def holder(places: Places, name: str) -> Holder | None:
    """Who holds `name` within this home; None when nobody does. Takes nothing, waits for nothing."""
    return _holder(places.locks / f"{name}.json")


def repo_holder(places: Places, repo: Path) -> Holder | None:
    """Who holds a repo; None when nobody does."""
    return _holder(_repo_locks(places) / f"{_repo_name(repo)}.json")


def holders(places: Places, prefix: str) -> dict[str, Holder]:
    """All claims of this home whose name starts with `prefix`, by the rest of their name."""
    return {name: who for name, who in recorded(places, prefix).items() if life(who.process) is not Life.DEAD}


def recorded(places: Places, prefix: str = "") -> dict[str, Holder]:
    """As `holders`, with those that a killed process left behind."""
    try:
        names = os.listdir(places.locks)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    found = {name: _record(places.locks / name) for name in names if name.startswith(prefix) and name.endswith(".json")}
    return {name[len(prefix) : -len(".json")]: who for name, who in found.items() if who}


def _repo_locks(places: Places) -> Path:
    return places.state.parent / "repos"


def _repo_name(repo: Path) -> str:
    real = os.path.normcase(os.path.realpath(repo))
    return hashlib.sha256(real.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _hold(folder: Path, name: str, what: str) -> Claim:
    import filelock  # 30 ms: only who claims pays for it

    make_folder(folder, 0o700)
    lock = filelock.FileLock(folder / f"{name}.lock", timeout=0, thread_local=False)
    record = folder / f"{name}.json"
    try:
        lock.acquire()
    except filelock.Timeout:
        who = _holder(record)
        raise HeldByOther(
            f"{who.said()} has it already" if who else f"{what}: another process has it already",
            "wait for it, or end that process",
        ) from None
    me = this_process()
    entry = {
        "pid": me.pid, "host": me.host, "start_token": me.start_token, "since": utc(local_now()), "what": what,
    }  # fmt: skip
    write_whole(record, json.dumps(entry).encode(), mode=0o600)
    return Claim(lock, record)


def _holder(record: Path) -> Holder | None:
    found = _record(record)
    return None if found is None or life(found.process) is Life.DEAD else found


def _record(record: Path) -> Holder | None:
    try:
        entry = json.loads(record.read_bytes())
        process = ProcessId(int(entry["pid"]), str(entry["host"]), str(entry["start_token"]))
        return Holder(process, str(entry["since"]), str(entry["what"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
