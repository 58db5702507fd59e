"""The mail of a closed session: what was not read yet goes to its successor."""

from __future__ import annotations

from ..names import is_note
from ..places import SessionPlaces, make_folder, refuse_link, storage_failed
from ..store.mailbox import move

__all__ = ["move_notes"]


def move_notes(old: SessionPlaces, new: SessionPlaces) -> int:
    """Move the unread notes of `old` into the inbox of `new`; returns how many went. Raises DamagedData, StorageFailed.

    Each is at every moment in exactly one of the two; done again, it takes what came meanwhile.
    """
    for folder in (old.inbox, new.inbox):
        refuse_link(folder)
        make_folder(folder)
    moved = 0
    try:
        for path in sorted(path for path in old.inbox.iterdir() if is_note(path.name)):
            try:
                move(path, new.inbox / path.name)
                moved += 1
            except FileNotFoundError:
                continue  # somebody read it in this moment
    except OSError as error:
        raise storage_failed(new.inbox, error) from error
    return moved
