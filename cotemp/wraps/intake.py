"""Taking in a CoWrap of somebody else: a ZIP or a folder becomes `intake_<time>/` in the home, or nothing does."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ..chat.budget import vendor
from ..chat.cowrap import ANY, wrap_stamp
from ..chat.paste import ARTIFACT, Kind, Paste, Scrub, new_id, render
from ..errors import BadName, DamagedData, NotFound
from ..names import random_part, session_id
from ..notes import UNKNOWN
from ..pastes import Desk
from ..places import TEMPORARY, Places, make_folder, refuse_link, storage_failed, write_whole
from ..redact import scrub_of
from ..renames import rename
from ..times import utc
from . import archive, folder
from .found import Found, look_through
from .hostile import Entry, RefusedIntake
from .making import note_down, wrap_logs
from .summary import Told, per_repo, summary

if TYPE_CHECKING:
    from ..config import Config

__all__ = ["Taken", "take_in"]

SUMMARY, PASTE = "SUMMARY.md", "SUMMARY.paste.md"
WINDOW = "generic"
"""The vendor for whose window the summary is cut: nobody knows yet which chat it is for."""
_SECRETS, _REDACTED = "secrets.txt", "SECRETS.REDACTED.txt"


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken in: `folder` is `intake_<time>`, `paste` is its summary for a chat, which is
    on the desk if it is for a session of this home; `found` is what is in it."""

    folder: Path
    source: str
    sha256: str | None
    files: int
    size: int
    found: Found
    paste: Paste
    receipt: Path


def take_in(places: Places, config: Config, source: Path, now: datetime, session: str = "") -> Taken:
    """Take in the ZIP or folder `source` for `session` (default: for whom its manifest says it is).

    The source is never changed. Raises RefusedIntake for what is hostile, DamagedData for what is no whole ZIP,
    NotFound, StorageFailed; in all these cases nothing is left in the home but a line that says why.
    """
    session = session_id(session) if session else ""
    try:
        return _taken(places, config, source, now, session)
    except (RefusedIntake, DamagedData) as error:
        note_down(places, "refused", session or UNKNOWN, now, source=source.name, why=error.what)
        raise


def _taken(places: Places, config: Config, source: Path, now: datetime, session: str) -> Taken:
    secret: set[str] = set()
    digest, (entries, files) = _opened(source, secret)
    intakes = places.home / "intake"
    refuse_link(intakes)
    make_folder(intakes)
    scrub = scrub_of(places, os.environ, config.policy).scrubber().scrub
    work = intakes / (TEMPORARY + random_part(10))
    try:
        size = _write(work / "raw", entries, _without(files, secret))
        names = [entry.name for entry in entries if not entry.is_folder]
        found = look_through(work / "raw", names)
        told = Told(source.name, digest, len(names), size, now)
        paste = _summed_up(work, found, told, session or _receiver(found), scrub)
        place = _put(work, intakes / f"intake_{wrap_stamp(now)}")
    except OSError as error:
        raise storage_failed(work, error) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    receipt = wrap_logs(places) / f"CoUnwrap.Receipt-{paste.session}.json"
    taken = Taken(place, source.name, digest, len(names), size, found, paste, receipt)
    _receipt(places, taken, now)
    if places.session(paste.session).exists():
        Desk(places).make(paste, WINDOW, scrub)
    return taken


def _summed_up(work: Path, found: Found, told: Told, to: str, scrub: Scrub) -> Paste:
    """Write what there is to read about it; returns the summary as a paste."""
    text = summary(found, per_repo(work / "per-repo", found.repos, told.at, scrub), told, scrub)
    write_whole(work / SUMMARY, text.encode("utf-8", "replace"))
    title, named = f"CoWrap of {found.sender or 'somebody'}, taken in", new_id()
    paste = Paste(named, Kind.COWRAP, to, title, text, f"ACK {named} {ARTIFACT}", told.at)
    for number, part in enumerate(render(paste, vendor(WINDOW), scrub), 1):
        name = PASTE if number == 1 else PASTE.replace(".paste", f".part-{number}.paste")
        write_whole(work / name, part.encode("utf-8", "replace"))
    return paste


def _opened(source: Path, secret: set[str]) -> tuple[str | None, tuple[list[Entry], archive.Source]]:
    """The digest of an archive (None for a folder), and what is in it; `secret` gets the paths of what stays out."""

    def renamed(name: str) -> str:
        """A file that calls itself secret comes without its content, and says so."""
        head, slash, last = name.rpartition("/")
        if last.casefold() != _SECRETS:
            return name
        secret.add(head + slash + _REDACTED)
        return head + slash + _REDACTED

    if source.is_dir():
        return None, folder.listed(source, renamed)
    if not os.path.lexists(source):
        raise NotFound(f"there is no {source}", "name a ZIP or a folder")
    data = archive.read_archive(source)
    return hashlib.sha256(data).hexdigest(), archive.unpacked(data, renamed)


def _without(files: archive.Source, secret: set[str]) -> archive.Source:
    for name, data in files:
        if name in secret:
            lines = data.count(b"\n") + 1
            yield name, f"Not taken in: {len(data)} bytes, {lines} lines. They are where this came from.\n".encode()
        else:
            yield name, data


def _write(raw: Path, entries: Sequence[Entry], files: Iterator[tuple[str, bytes]]) -> int:
    """Write the files below `raw`, which is new; returns how many bytes they have."""
    raw.mkdir(parents=True)
    for entry in entries:
        if entry.is_folder:
            (raw / entry.name).mkdir(parents=True, exist_ok=True)
    size = 0
    for name, data in files:
        path = raw / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "xb") as file:
            file.write(data)
        size += len(data)
    return size


def _put(work: Path, place: Path) -> Path:
    """Give the finished folder its name, or that name with random characters where it is taken."""
    while os.path.lexists(place):
        place = place.with_name(f"{place.name}-{random_part(6)}")
    rename(work, place)
    return place


def _receiver(found: Found) -> str:
    """For whom it is, as it says itself; `unknown` when that is anybody, or nobody's name."""
    try:
        return UNKNOWN if found.receiver == ANY else session_id(found.receiver)
    except BadName:
        return UNKNOWN


def _receipt(places: Places, taken: Taken, now: datetime) -> None:
    told = {
        "schema": 1,
        "session_id": taken.paste.session,
        "ts": utc(now),
        "source": taken.source,
        "sha256": taken.sha256,
        "from_session": taken.found.sender or None,
        "to_session": taken.found.receiver or None,
        "intake": taken.folder.name,
        "files": taken.files,
        "bytes": taken.size,
        "warnings": list(taken.found.warnings),
    }
    write_whole(
        taken.receipt, json.dumps(told, indent=2, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"
    )
    note_down(places, "unwrap", taken.paste.session, now, source=taken.source, intake=taken.folder.name)
