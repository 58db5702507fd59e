"""What is kept of all agents, on disk: read once when the daemon starts, and then only what changed is written."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from ..places import Places, make_folder, write_whole
from ..store.mailbox import unfinished
from ..times import local_now, utc
from .files import Misread, read, set_aside, write
from .handed import HandoffRecord
from .limits import Limit
from .places import RECORD, AgentPlaces
from .record import AgentRecord
from .sequence import Sequence

__all__ = ["Kept", "Store"]

T = TypeVar("T")
_Mark = tuple[tuple[str, int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """Everything durable. `records` by agent, `limits` by account."""

    records: Mapping[str, AgentRecord] = field(default_factory=dict)
    sequence: Sequence = Sequence()
    limits: Mapping[str, Limit] = field(default_factory=dict)
    handoff: HandoffRecord = HandoffRecord()

    def record(self, agent: str) -> AgentRecord:
        """The record of `agent`, however its name was spelled before; a new one when nothing is known."""
        folded = agent.casefold()
        known = next((one for name, one in self.records.items() if name.casefold() == folded), None)
        return replace(known, agent=agent) if known else AgentRecord(agent)


class Store:
    """Reads and writes what is kept. `problems`, a line each, tell of files that could not be believed; who shows
    them takes them out. One process at a time may have it: the daemon."""

    def __init__(self, places: Places) -> None:
        self._at = AgentPlaces.of(places)
        self._limits: _Mark = ()
        self._unsettled: _Mark | None = None
        self.problems: list[str] = []

    def load(self) -> Kept:
        """All that is kept. What cannot be believed is set aside, told, and counts as missing.

        Raises StorageFailed when the disk does not let us read.
        """
        self._make_folders()
        return Kept(
            records={one.agent: one for one in map(self._record, _folders(self._at.agents)) if one},
            sequence=self._read(self._at.index, Sequence) or Sequence(),
            limits=self._read_limits(),
            handoff=self._read(self._at.handoff, HandoffRecord) or HandoffRecord(),
        )

    def save(self, before: Kept, after: Kept) -> None:
        """Write what differs, each file whole and down to the disk. Raises StorageFailed.

        In this order, so that after a crash in between nothing is forgotten (told twice is prevented by the ids of
        bells): what each agent is to be told, then what was handed off, then where the sequence stands.
        """
        for agent, record in after.records.items():
            if record != before.records.get(agent):
                make_folder(self._at.folder(agent), 0o700)
                write(self._at.record(agent), record)
        self._save_limits(before.limits, after.limits)
        if after.handoff != before.handoff:
            write(self._at.handoff, after.handoff)
        if after.sequence != before.sequence:
            write(self._at.index, after.sequence)
            if after.sequence.complete is None:
                self._at.complete.unlink(missing_ok=True)

    def mark_complete(self, sequence: Sequence) -> None:
        """Write `SEQUENCE-COMPLETE`, for people and programs that wait for it; it may stand there already."""
        ended = utc(sequence.complete.at if sequence.complete else local_now())
        write_whole(self._at.complete, f"{ended} {len(sequence.done)} phases done\n".encode(), durable=True)

    def edited_limits(self) -> Mapping[str, Limit] | None:
        """The limits as a person changed them meanwhile; None while nobody did. Cheap: asked with every tick.

        A change counts when it is the same in two calls: an editor may still be writing.
        """
        mark = _mark(self._at.limits)
        if mark == self._limits:
            return None
        settled, self._unsettled = mark == self._unsettled, mark
        return self._read_limits() if settled else None

    def _make_folders(self) -> None:
        for folder in (self._at.agents, self._at.limits, self._at.index.parent):
            make_folder(folder, 0o700)
            for left in unfinished(folder):
                left.unlink(missing_ok=True)

    def _record(self, folder: Path) -> AgentRecord | None:
        for left in unfinished(folder):
            left.unlink(missing_ok=True)
        return self._read(folder / RECORD, AgentRecord, lambda one: self._at.folder(one.agent) == folder)

    def _read_limits(self) -> dict[str, Limit]:
        found = [self._limit(self._at.limits / name) for name, *_ in _mark(self._at.limits)]
        self._limits = _mark(self._at.limits)
        return {one.account: one for one in found if one}

    def _limit(self, path: Path) -> Limit | None:
        return self._read(path, Limit, lambda one: self._at.limit(one.account) == path)

    def _save_limits(self, before: Mapping[str, Limit], after: Mapping[str, Limit]) -> None:
        if after == before:
            return
        for account in before.keys() - after.keys():
            self._at.limit(account).unlink(missing_ok=True)
        for account, limit in after.items():
            if limit != before.get(account):
                write(self._at.limit(account), limit)
        self._limits = _mark(self._at.limits)

    def _read(self, path: Path, kind: type[T], fits: Callable[[T], bool] = lambda _: True) -> T | None:
        try:
            found = read(path, kind)
        except Misread as error:
            self._set_aside(path, str(error))
            return None
        if found is None:
            return None
        value, strange = found
        if not fits(value):
            self._set_aside(path, "it has the name of another one's file")
            return None
        if strange:
            lost = ", ".join(strange[:5])
            self.problems.append(
                f"{path}: a newer cotemp wrote it; unknown here, lost when it is written again: {lost}"
            )
        return value

    def _set_aside(self, path: Path, why: str) -> None:
        kept = set_aside(path)
        self.problems.append(f"{path} counts as missing: {why}; it is kept as {kept.name}")


def _folders(root: Path) -> list[Path]:
    return sorted(one for one in root.iterdir() if one.is_dir() and not one.is_symlink())


def _mark(folder: Path) -> _Mark:
    """The state of the JSON files in `folder`: it changes when one of them does."""
    found = []
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".json") and not entry.name.startswith("."):
                with suppress(FileNotFoundError):
                    seen = entry.stat(follow_symlinks=False)
                    found.append((entry.name, seen.st_mtime_ns, seen.st_size, entry.inode()))
    return tuple(sorted(found))
