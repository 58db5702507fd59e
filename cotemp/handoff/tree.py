"""Files as they stand in a commit: which of the wanted ones are there, and what they hold; no filter of git runs."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from typing import NamedTuple

from .git import GitFailed, Repo, ask

__all__ = ["LIMIT", "Blob", "contents", "listed"]

LIMIT = 1024 * 1024
"""Bytes of a file that is read; a larger one is not."""
_ENTRY = re.compile(rb"\d+ blob ([0-9a-f]+) +(\d+|BAD)\t(.+)", re.DOTALL)
_HEAD = re.compile(rb"([0-9a-f]+) blob (\d+)\n")


class Blob(NamedTuple):
    """A file of a commit: its id, and its size in bytes (None: its content is not in this clone)."""

    id: str
    size: int | None

    @property
    def why_unread(self) -> str:
        """What keeps it from being read, or kept it."""
        return "its content is not in this clone" if self.size is None else f"it has {self.size:,} bytes"


def listed(repo: Repo, tip: str, paths: Collection[str]) -> Mapping[str, Blob]:
    """Those of `paths` (from the root of the repo) that are files in the commit `tip`. Raises GitFailed."""
    if not paths:
        return {}
    said = ask(repo, ["ls-tree", "-z", "-l", "--full-tree", tip, "--", *sorted(set(paths))])
    if said is None:
        raise GitFailed("git cannot list the files of the commit")
    found = (_ENTRY.fullmatch(entry) for entry in said.split(b"\0"))
    return {os.fsdecode(one[3]): Blob(one[1].decode(), _size(one[2])) for one in found if one}


def _size(said: bytes) -> int | None:
    return None if said == b"BAD" else int(said)


def contents(repo: Repo, blobs: Collection[Blob]) -> Mapping[str, bytes]:
    """What each of `blobs` holds, by id; those that are too large, or not here, are left out. Raises GitFailed."""
    wanted = {blob.id: blob.size for blob in blobs if blob.size is not None and blob.size <= LIMIT}
    if not wanted:
        return {}
    asked = "".join(f"{one}\n" for one in wanted).encode()
    said = ask(repo, ["cat-file", "--batch"], given=asked, most=sum(wanted.values()) + 128 * len(wanted)) or b""
    found, at = {}, 0
    while head := _HEAD.match(said, at):
        end = head.end() + int(head[2])
        found[head[1].decode()] = said[head.end() : end]
        at = end + 1
    return found
