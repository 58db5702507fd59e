"""Backchat messages on disk: the pair of files that the original lays out, and what their ACK leaves there."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from ..chat.backchat import base_name, render, slug
from ..chat.paste import ARTIFACT, Kind, Paste, Scrub, new_id
from ..errors import BadName, BadUsage
from ..messages.backchat import Backchat, BackchatError, parse, to_json
from ..names import session_id
from ..places import Places, is_link, make_folder, refuse_link, write_whole
from ..store.mailbox import NotPlain, read_plain
from .desk import ENDING, Desk
from .record import Record

__all__ = ["Emitted", "Letter", "acknowledge", "emit", "file_away", "folder_name", "message_of", "written"]

_MOST, _LIMIT = 1024 * 1024, 4 * 1024 * 1024
"""Bytes that a message of ours may have, and that one in the home is read with: programs may lay it out otherwise."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What somebody wants to hand to another session; nothing of it was scrubbed yet."""

    type: str
    sender: str
    to: str
    body: str
    priority: str = "normal"
    attachments: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Emitted:
    """A message in the home: its two files, and the paste that waits."""

    message: Backchat
    json: Path
    paste: Path
    record: Record


def written(letter: Letter, scrub: Scrub, now: datetime) -> Backchat:
    """The message, without secrets. Raises BackchatError with everything that is wrong with it."""
    sender = scrub(letter.sender)  # before anything stands around it, which could hide what it is
    created = f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return parse(
        {
            "id": str(uuid4()),
            "type": letter.type,
            "from_session": sender,
            "to_session": scrub(letter.to),
            "created_utc": created,
            "priority": scrub(letter.priority),
            "title": f"{letter.type} from {sender}",
            "body_markdown": scrub(letter.body),
            "attachments": [scrub(name) for name in letter.attachments],
        }
    )


def emit(desk: Desk, message: Backchat, session: str, window: str, scrub: Scrub) -> Emitted:
    """Write the pair of files, and put the message on the desk for the chat of `session`.

    Raises BadUsage for one that is too large for any chat, DamagedData for a folder that is a link, StorageFailed.
    """
    message = _clean(message, scrub)
    if (bytes_of := len(_bytes(message))) > _MOST:
        fix = "put what is long into a file, and name that: --attach"
        raise BadUsage(f"the message has {bytes_of:,} bytes, and at most {_MOST:,} may be", fix)
    data, text = file_away(desk.places, message)
    paste = Paste(
        id=new_id(),
        kind=Kind.BACKCHAT,
        session=session,
        title=message.title or f"{message.type} from {message.from_session}",
        body=render(message),
        expect=f"ACK {message.id} {ARTIFACT}",
        created=desk.clock(),
    )
    record = desk.make(paste, window, scrub, about=message.id, priority=message.priority)
    return Emitted(message, data, text, record)


def _clean(message: Backchat, scrub: Scrub) -> Backchat:
    """The message without secrets: one that came from elsewhere may hold some of ours."""
    return replace(
        message,
        from_session=scrub(message.from_session),
        to_session=scrub(message.to_session),
        priority=scrub(message.priority),
        title=scrub(message.title),
        body_markdown=scrub(message.body_markdown),
        attachments=tuple(map(scrub, message.attachments)),
    )


def file_away(places: Places, message: Backchat) -> tuple[Path, Path]:
    """Write the JSON and the text to paste where the original puts them; returns both."""
    root = places.home / "inbox"
    folder = root / slug(message.to_session)
    for one in (root, folder):
        refuse_link(one)
        make_folder(one)
    base = base_name(message)
    data, text = folder / f"{base}.json", folder / f"{base}{ENDING}"
    write_whole(text, render(message).encode("utf-8", "replace"))
    write_whole(data, _bytes(message))
    return data, text


def message_of(desk: Desk, record: Record) -> Backchat | None:
    """The message that a paste carries; None when its file is gone, or is not what was emitted."""
    for path in _files(desk.places, record.about):
        message = _read(path)
        if message and desk.carries(record, render(message)):
            return message
    return None


def acknowledge(places: Places, record: Record) -> Path | None:
    """Set `ack` in the JSON of an acknowledged message, and leave the receipt beside it; None without a file.

    Whoever can write the home can put a message with the same id there, so every one of this id gets both.
    """
    receipts = list[Path]()
    for path in _files(places, record.about):
        message = _read(path)
        if message is None:
            continue
        if not message.ack:
            write_whole(path, _bytes(replace(message, ack=True)))
        receipts.append(path.with_name(f"{path.stem}.receipt.json"))
        write_whole(receipts[-1], json.dumps(_receipt(record), indent=2, ensure_ascii=False).encode() + b"\n")
    return receipts[0] if receipts else None


def _receipt(record: Record) -> dict[str, object]:
    done = record.last("acknowledged")
    assert done, "only what is acknowledged has a receipt"
    return {
        "schema": 1,
        "id": record.about,
        "ack": True,
        "acknowledged_by": record.session,
        "acknowledged_at": done["at"],
        "standing": done.get("standing"),
        "references": done.get("references", []),
    }


def folder_name(to: str) -> str:
    """A session id to keep the pastes of `to` under, when no session is called so."""
    name = slug(to)
    try:
        return session_id(name)
    except BadName:
        return session_id(f"x{name}"[:60].rstrip("."))


def _bytes(message: Backchat) -> bytes:
    return json.dumps(to_json(message), indent=2, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def _files(places: Places, ident: str) -> list[Path]:
    """The files that are called as the JSON of that message is."""
    root = places.home / "inbox"
    if not ident or is_link(root):
        return []
    found = []
    for folder in sorted(_entries(root)):
        if folder.is_dir() and not is_link(folder):
            found += [path for path in _entries(folder) if path.name.endswith(f"__{ident}.json")]
    return sorted(found)


def _entries(folder: Path) -> list[Path]:
    try:
        return [folder / name for name in os.listdir(folder)]
    except OSError:
        return []


def _read(path: Path) -> Backchat | None:
    try:
        return parse(json.loads(read_plain(path, _LIMIT)[0].decode("utf-8-sig")))
    except (OSError, ValueError, RecursionError, NotPlain, BackchatError):
        return None
