"""Checks of a home that lies in a synced folder: whose it is, what it made twice, what it has not fetched."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from .finding import Found, Look, info, ok, warn

__all__ = ["conflicts", "is_conflict", "is_placeholder", "placeholders", "service", "service_of"]

_FOLDERS = (
    (r"onedrive(?: - .*)?", "OneDrive"),
    (r"dropbox(?: \(.*\))?", "Dropbox"),
    (r"mobile documents|com~apple~clouddocs|icloud ?drive", "iCloud"),
    (r"googledrive.*|google drive|my drive", "Google Drive"),
    (r"nextcloud", "Nextcloud"),
    (r"owncloud", "ownCloud"),
    (r"box sync|box", "Box"),
    (r"pclouddrive|pcloud drive", "pCloud"),
    (r"megasync|mega", "MEGA"),
    (r"syncthing", "Syncthing"),
)
"""What sync programs call the folder that they keep, in lower case."""

_MARKERS = {
    ".stfolder": "Syncthing",
    ".dropbox": "Dropbox",
    ".dropbox.cache": "Dropbox",
    ".owncloudsync.log": "ownCloud",
    ".nextcloudsync.log": "Nextcloud",
    ".tmp.drivedownload": "Google Drive",
}
"""What sync programs put into the folder that they keep."""

_CONFLICT = re.compile(
    r"conflicted copy|case conflict|\.sync-conflict-\d|\(conflict(?:ed)? |_conflict-\d{8}|\[conflict(?:ed)?\]", re.I
)
_OFFLINE = 0x1000 | 0x40000 | 0x400000
"""Windows: FILE_ATTRIBUTE_OFFLINE, RECALL_ON_OPEN, RECALL_ON_DATA_ACCESS."""
_DATALESS = 0x40000000
"""macOS: SF_DATALESS, a file whose content is only in the cloud."""


def service(look: Look) -> Iterator[Found]:
    """The home lies in a folder that no sync program keeps."""
    found = service_of(look.places.home, look.env)
    if found:
        what = f"the home lies in a folder that {found} syncs: each session is run by one machine"
        yield info(what, "to run a session here: cotemp take SESSION")
    else:
        yield ok("no sync program keeps this folder, as far as can be seen")


def service_of(home: Path, env: Mapping[str, str]) -> str | None:
    """The sync program that keeps `home`, as far as names and markers tell."""
    roots = [value for name, value in env.items() if re.fullmatch("OneDrive(Consumer|Commercial)?", name) and value]
    ways = (home, *home.parents)
    if any(Path(root) in ways for root in roots):
        return "OneDrive"
    for folder in ways:
        for pattern, name in _FOLDERS:
            if re.fullmatch(pattern, folder.name.lower()):
                return name
        for marker, name in _MARKERS.items():
            # ~/.dropbox is where Dropbox keeps its settings, not a mark of what it syncs
            if folder != Path.home() and os.path.lexists(folder / marker):
                return name
    return None


def conflicts(look: Look) -> Iterator[Found]:
    """No sync program has made two files of one."""
    found = [Path(entry.path) for entry in _entries(look) if is_conflict(entry.name)]
    if found:
        what = f"{len(found)} files that a sync program made twice: {', '.join(map(str, found[:3]))}"
        yield warn(what, "compare each with the file it is a copy of, keep one")


def is_conflict(name: str) -> bool:
    """True for the names that sync programs give to the second of two versions."""
    return bool(_CONFLICT.search(name))


def placeholders(look: Look) -> Iterator[Found]:
    """Every file's content is on this machine."""
    found = [Path(entry.path) for entry in _entries(look) if _is_placeholder(entry)]
    if found:
        what = f"{len(found)} files are only in the cloud: {', '.join(map(str, found[:3]))}"
        yield warn(what, "have the sync program always keep this folder on this device")


def _is_placeholder(entry: os.DirEntry[str]) -> bool:
    try:
        found = entry.stat(follow_symlinks=False)
    except OSError:
        return False
    if not stat.S_ISREG(found.st_mode):
        return False
    return is_placeholder(entry.name, getattr(found, "st_file_attributes", 0), getattr(found, "st_flags", 0))


def is_placeholder(name: str, attributes: int, flags: int) -> bool:
    """True for a file that stands for one in the cloud; `attributes` are Windows', `flags` macOS'."""
    stub = name.startswith(".") and name.endswith(".icloud")
    return stub or bool(attributes & _OFFLINE) or bool(flags & _DATALESS)


def _entries(look: Look) -> Iterator[os.DirEntry[str]]:
    """Everything in the folders of the home that people and sync programs touch."""
    places = look.places
    folders = [places.home, places.panels, places.sessions]
    for sid in look.sessions:
        one = places.session(sid)
        folders += [one.root, one.inbox, one.outbox, one.logs, one.notes, one.held, one.running]
    for folder in folders:
        try:
            with os.scandir(folder) as entries:
                yield from entries
        except OSError:
            continue
