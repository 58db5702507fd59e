"""What every way of starting at login can do, and how the ones that are a file do it."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ..places import make_folder, storage_failed, write_whole
from .entry import Entry

__all__ = ["InFile", "System"]


class System(Protocol):
    """One way in which a system starts something at login."""

    @property
    def name(self) -> str:
        """What `--by` takes."""

    @property
    def title(self) -> str:
        """What it is, for people, with its article."""

    @property
    def looked_after(self) -> bool:
        """Whether the system starts again what ended with an error, and stops it at logout."""

    def where(self, name: str) -> str:
        """Where the entry `name` stands."""

    def render(self, entry: Entry) -> str:
        """What will be written. Raises BadUsage for what this format cannot hold."""

    def install(self, entry: Entry) -> None:
        """Write it, in the place of an older one. Raises CotempError."""

    def remove(self, name: str) -> bool:
        """Remove it and all that belongs to it; False when nothing was there. Raises CotempError."""

    def found(self, name: str) -> str | None:
        """What is there now; None when nothing is."""

    def essence(self, text: str) -> str:
        """The part of a text on which the system acts: two with the same essence start the same."""

    def off(self, name: str) -> str:
        """Why the system would pay no heed to the entry; '' when it will."""


@dataclass(frozen=True)
class InFile:
    """An entry that is a file in `folder`; the empty folders that lead to it from `stays` go with it."""

    name: str
    title: str
    looked_after: bool
    folder: Path
    stays: Path
    suffix: str
    renderer: Callable[[Entry], str]

    def path(self, name: str) -> Path:
        return self.folder / f"{name}{self.suffix}"

    def where(self, name: str) -> str:
        return str(self.path(name))

    def render(self, entry: Entry) -> str:
        return self.renderer(entry)

    def install(self, entry: Entry) -> None:
        file = self.path(entry.name)
        make_folder(file.parent)
        write_whole(file, self.render(entry).encode(), mode=0o644)

    def remove(self, name: str) -> bool:
        return remove_file(self.path(name), self.stays)

    def found(self, name: str) -> str | None:
        try:
            return self.path(name).read_bytes().decode("utf-8", "replace")
        except OSError:
            return None

    def essence(self, text: str) -> str:
        return text

    def off(self, name: str) -> str:
        return ""


def remove_file(file: Path, stays: Path) -> bool:
    """Remove a file, and the folders between it and `stays` that are empty then; False when there is none.

    Raises StorageFailed.
    """
    try:
        file.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise storage_failed(file, error) from error
    with contextlib.suppress(OSError):  # the first one that holds something else
        for folder in itertools.takewhile(lambda folder: folder != stays, file.parents):
            folder.rmdir()
    return True
