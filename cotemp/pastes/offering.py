"""The policy capsule on its way to a chat: which profile it is made of, and the paste that waits."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from ..chat.capsule import Capsule, echo, render
from ..chat.paste import Kind, Paste, Scrub, new_id
from ..places import Places
from .capsules import default_profile, kept
from .chats import given
from .desk import Desk
from .record import Record

__all__ = ["offer", "profile_path"]


def profile_path(places: Places) -> Path:
    """The profile that the capsule was made of last, else the one at the original's place."""
    before = kept(places)
    return Path(before.profile) if before and before.profile else default_profile()


def offer(desk: Desk, capsule: Capsule, session: str, window: str, scrub: Scrub, now: datetime) -> Record:
    """Put a capsule on the desk for the chat of `session`, which has to echo it from now on. Raises StorageFailed."""
    version = capsule.version
    title = f"Policy capsule {version}"
    paste = Paste(new_id(), Kind.CAPSULE, session, title, render(capsule), echo(version), now)
    record = desk.make(paste, window, scrub, about=str(version), priority="high")
    given(desk.places, session, str(version), now)
    return record
