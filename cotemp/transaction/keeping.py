"""The transaction's folder in a run's own folder: what lies where, and how it is removed again.

base.json      the repo as it was when the run began
upper/ work/   the overlay's layers: `upper` is the difference          (kind overlay)
copy/          the private copy in which the DO worked, and copy.json   (kind snapshot)
index          git's index as it was
changes.json   what the run changed, sealed: digests of every file
before/        what was there before, by number of the step
journal.json   how far applying or undoing has come
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import CotempError, DamagedData, NotFound
from ..names import random_part
from ..places import make_folder, storage_failed, write_whole
from .model import Base, Changes

__all__ = ["Journal", "Kept", "remove_folder", "sync_folder"]

_GOING = ".going-"
_RUN = re.compile(r"\bRUN\b")
"""What stands for the run's id in the fix of an error."""


@dataclasses.dataclass(frozen=True, slots=True)
class Journal:
    """What was begun: `act` is "apply" or "undo"; `phase` is "staging", "swapping" or "done"."""

    act: str
    phase: str


@dataclasses.dataclass(frozen=True, slots=True)
class Kept:
    """The files of one run's transaction."""

    folder: Path

    @classmethod
    def of(cls, run_dir: Path) -> Kept:
        """The transaction of the run whose own folder is `run_dir`; it need not be there."""
        return cls(run_dir / "transaction")

    @property
    def upper(self) -> Path:
        return self.folder / "upper"

    @property
    def work(self) -> Path:
        return self.folder / "work"

    @property
    def copy(self) -> Path:
        return self.folder / "copy"

    @property
    def index(self) -> Path:
        return self.folder / "index"

    @property
    def before(self) -> Path:
        return self.folder / "before"

    @property
    def sealed(self) -> Path:
        """Where the new content lies."""
        return self.copy if self.copy.is_dir() else self.upper

    @property
    def tag(self) -> str:
        """The beginning of the names of our temporary files in the repo."""
        return f".cotemp-{self.folder.parent.name}-"

    def base(self) -> Base:
        """Raises NotFound when the run had no transaction."""
        return Base(**self._load("base.json"))

    def save_base(self, base: Base) -> None:
        self._save("base.json", dataclasses.asdict(base), durable=False)

    def changes(self) -> Changes | None:
        """What the run changed; None while it is not sealed."""
        return Changes.from_json(self._load("changes.json")) if (self.folder / "changes.json").exists() else None

    def save_changes(self, changes: Changes) -> None:
        self._save("changes.json", changes.as_json())

    def shown_files(self) -> dict[str, list[int]]:
        """What a private copy held when the run began: path -> inode and ctime (ns) of the copy."""
        found: dict[str, list[int]] = self._load("copy.json")
        return found

    def save_shown_files(self, found: dict[str, tuple[int, int]]) -> None:
        self._save("copy.json", found, durable=False)

    def journal(self) -> Journal | None:
        """How far applying or undoing has come; None before either."""
        return Journal(**self._load("journal.json")) if (self.folder / "journal.json").exists() else None

    def write(self, act: str, phase: str) -> None:
        """Write the journal, through to the disk."""
        self._save("journal.json", {"act": act, "phase": phase})

    def forget(self) -> None:
        """Nothing was begun, or it was taken back whole."""
        (self.folder / "journal.json").unlink(missing_ok=True)
        sync_folder(self.folder)

    def _load(self, name: str) -> Any:
        path = self.folder / name
        try:
            return json.loads(path.read_bytes())
        except FileNotFoundError:
            raise NotFound("this run changed no repo", "all about it: cotemp show RUN") from None
        except (OSError, ValueError) as error:
            raise DamagedData(f"{path} cannot be read: {error}", "the repo is as it is; see: cotemp doctor") from error

    def _save(self, name: str, value: object, *, durable: bool = True) -> None:
        data = json.dumps(value, separators=(",", ":")).encode()
        write_whole(self.folder / name, data, mode=0o600, durable=durable)
        if durable:
            sync_folder(self.folder)

    def make(self) -> None:
        """Create the folder, readable by this user only. Raises StorageFailed."""
        make_folder(self.folder.parent, 0o700)
        make_folder(self.folder, 0o700)
        os.chmod(self.folder, 0o700)  # whatever the mask is

    @contextlib.contextmanager
    def told(self) -> Iterator[None]:
        """Errors of the disk as errors of ours, and the run's id in what they say to type."""
        try:
            yield
        except OSError as error:
            raise storage_failed(error.filename or self.folder, error) from error
        except CotempError as error:
            error.fix = _RUN.sub(self.folder.parent.name, error.fix)
            raise


def sync_folder(path: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    if sys.platform == "win32":
        return
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def remove_folder(path: Path) -> None:
    """Remove a folder that a stranger filled: of any depth, whatever its modes. Follows nothing.

    Folders are moved up before they are emptied, so that no way down is ever longer than one step.
    """
    if not path.is_dir() or path.is_symlink():
        path.unlink(missing_ok=True)
        return
    os.chmod(path, 0o700)
    waiting = [*path.parent.glob(f"{_GOING}*"), path.rename(_aside(path.parent))]
    while waiting:
        folder = waiting.pop()
        for name in os.listdir(folder):
            child = folder / name
            if stat.S_ISDIR(child.lstat().st_mode):
                os.chmod(child, 0o700)
                waiting.append(child.rename(_aside(path.parent)))
            else:
                child.unlink()
        folder.rmdir()


def _aside(folder: Path) -> Path:
    return folder / (_GOING + random_part(10))


def drop(run_dir: Path) -> None:
    """Remove all that is kept of a run's changes; the repo stays as it is. Nothing happens when it is gone already.

    Raises StorageFailed when the disk refuses.
    """
    kept = Kept.of(run_dir)
    with kept.told():
        remove_folder(kept.folder)
