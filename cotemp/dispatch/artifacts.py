"""A run's artifacts: listed for its log, and moved beside its DO when it is filed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..names import random_part
from ..places import TEMPORARY, SessionPlaces
from ..store.mailbox import NotPlain

if TYPE_CHECKING:
    from ..messages.runlog import Artifact

__all__ = ["keep_artifacts", "list_artifacts"]

ARTIFACT_LIMIT = 1000
"""How many artifacts a run's log lists; more of them are kept, but not listed."""


def list_artifacts(folder: Path, kinds: Mapping[str, str]) -> tuple[Artifact, ...]:
    """What is in a run's artifact folder, as its log lists it: regular files that can be read.

    `kinds` names those that are more than a file that the run left, by their path.
    """
    found: list[Artifact] = []
    for path in sorted(folder.rglob("*")):
        with contextlib.suppress(NotPlain, OSError):
            found.append(_artifact(folder, path, kinds))
        if len(found) == ARTIFACT_LIMIT:
            break
    return tuple(found)


def _artifact(folder: Path, path: Path, kinds: Mapping[str, str]) -> Artifact:
    if not stat.S_ISREG(path.lstat().st_mode):
        raise NotPlain("no file")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    name = path.relative_to(folder).as_posix()
    return {"path": name, "kind": kinds.get(name, "file"), "bytes": path.stat().st_size, "sha256": digest}


def keep_artifacts(folder: Path, session: SessionPlaces, target: Path) -> None:
    """Move a run's artifacts beside its DO; the home may be another file system than the state.

    What the run left is not to be trusted: only files, folders and symlinks (as such) are taken along.
    """
    if folder.is_dir() and any(folder.iterdir()) and not target.exists():
        part = session.running / (TEMPORARY + random_part(10))
        try:
            shutil.copytree(folder, part, symlinks=True, ignore=_special, copy_function=shutil.copyfile)
            os.rename(part, target)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def _special(folder: str, names: list[str]) -> list[str]:
    """The names that are no file, folder or symlink, or that cannot be read."""
    return [name for name in names if not _can_be_copied(os.path.join(folder, name))]


def _can_be_copied(path: str) -> bool:
    mode = os.lstat(path).st_mode
    return stat.S_ISLNK(mode) or ((stat.S_ISREG(mode) or stat.S_ISDIR(mode)) and os.access(path, os.R_OK))
