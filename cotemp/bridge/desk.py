"""What the methods about chats share: the desk as it is at the call's moment, the scrubber, and how a paste is told."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ..config import in_force
from ..panels import resolve
from ..pastes import Desk, Record
from ..pastes.addressing import kept_under
from ..places import make_folder, write_whole
from ..times import utc
from .caller import Caller
from .spelling import spaced

if TYPE_CHECKING:
    from ..chat.paste import Kind, Scrub
    from ..config import Config
    from .shapes import PasteInfo

__all__ = ["copy_into", "desk_of", "made_before", "own_or", "scrub_for", "settings", "told", "under"]


def desk_of(caller: Caller) -> Desk:
    """The desk of the caller's home. What happens at it happens at the moment of the call, or of its first attempt."""
    return Desk(caller.places, clock=lambda: caller.now)


def settings(caller: Caller) -> Config:
    """The settings that hold for the caller. Raises BadConfig."""
    return in_force(caller.places, caller.config_path)


def scrub_for(caller: Caller, config: Config, session: str | None = None) -> Scrub:
    """What takes secrets out of everything that is prepared for a chat; those of this process's environment, too."""
    from ..redact import scrub_of  # a table of patterns: lists do without

    policy = config.policy_of(session) if session else config.policy
    return scrub_of(caller.places, os.environ, policy).scrubber().scrub


def own_or(caller: Caller, session: str | None, what: str) -> str:
    """The id of the session that is named, else of the caller's. Raises BadUsage where neither is, NotFound."""
    return resolve(caller.places, session or caller.own_session(what)).id


def under(caller: Caller, session: str | None) -> str | None:
    """Where the pastes for `session` are kept; None for those of all sessions."""
    return kept_under(caller.places, session, scrub_for(caller, settings(caller))) if session else None


def made_before(caller: Caller, desk: Desk, session: str, kind: Kind) -> Record | None:
    """The paste that an earlier attempt at this very call has put on the desk."""
    if not caller.is_again:
        return None
    at = utc(caller.now)
    return next((one for one in desk.listing(session).records if one.kind is kind and utc(one.created) == at), None)


def told(desk: Desk, record: Record) -> PasteInfo:
    """A paste for PowerShell."""
    return {
        "id": record.id,
        "kind": record.kind.value,
        "session": record.session,
        "title": record.title,
        "state": record.state,
        "vendor": record.vendor,
        "created": spaced(utc(record.created)),
        "expect": record.expect,
        "about": record.about,
        "priority": record.priority,
        "parts": len(record.parts),
        "copied": record.copied,
        "characters": sum(part["characters"] for part in record.parts),
        "files": [str(desk.path(record, number)) for number in range(1, len(record.parts) + 1)],
    }


def copy_into(caller: Caller, named: str | None, file: Path) -> Path | None:
    """Copy a file into the folder `out_dir`; None when nobody named one, or the one that it lies in. Raises
    StorageFailed."""
    if not named:
        return None
    folder = Path(caller.path("out_dir", named))
    if os.path.realpath(folder) == os.path.realpath(file.parent):
        return None
    make_folder(folder)
    write_whole(folder / file.name, file.read_bytes())
    return folder / file.name
