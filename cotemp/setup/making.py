"""`init`: create what is missing, update what is ours, touch nothing of the user's, say what was done."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..errors import BadUsage
from ..messages.policy import Policy
from ..names import session_id
from ..places import Places, make_folder, refuse_link, shipped, write_whole
from .done import Done
from .installed import digest, installed, record
from .settings import settle

__all__ = ["FOLDERS", "initialise", "shipped_files"]

FOLDERS = ("common", "scripts", "greetings", "schemas", "templates", "prompts")
"""Folders of the home besides the sessions and the panels."""
_GREETINGS = {"co-planning": "GREETING_Planning.txt", "co-migrate": "GREETING_Migrate.txt"}


def initialise(places: Places, sessions: Sequence[str], config: Path, policy: Policy | None = None) -> list[Done]:
    """Create or repair the home with these sessions, this machine's state, and the config where there is none.

    `policy` is for a new config, and for one without `[policy]`; what a person wrote is told from, not changed
    (None: whatever it says is right). Raises BadUsage for a session id that no system can store, BadConfig for a
    config that cannot be understood, StorageFailed when the disk refuses, DamagedData for a folder that is a link.
    """
    sessions = _distinct(sessions)
    done = [_state(places), *_folders(places, sessions)]
    done += _files(places, sessions)
    done += settle(places, sessions, config, policy)
    return done


def _distinct(sessions: Sequence[str]) -> list[str]:
    by_name = {session_id(sid).casefold(): sid for sid in reversed(sessions)}
    if not by_name:
        raise BadUsage("no session is named", "name at least one: --sessions co-planning")
    return [sid for sid in sessions if by_name[sid.casefold()] == sid]


def _state(places: Places) -> Done:
    """This machine's state, closed to other users."""
    folders = (places.state.parent, places.state, places.locks, places.runs, places.daemon)
    missing = [folder for folder in folders if not os.path.isdir(folder)]  # `Path.is_dir` raises where it may not look
    make_folder(places.state.parent, 0o700)
    places.make_state()
    opened = [folder for folder in folders if sys.platform != "win32" and stat.S_IMODE(folder.stat().st_mode) & 0o77]
    for folder in opened:
        folder.chmod(0o700)
    remark = "made" if missing else "closed to other users" if opened else ""
    return Done("this machine's state", places.state, changed=bool(remark), remark=remark)


def _folders(places: Places, sessions: Sequence[str]) -> Iterator[Done]:
    yield _folder("the home", places.home)
    yield _folder("the sessions", places.sessions)
    for name in sessions:
        session = places.session(name)
        before = _entries(session.root)
        session.make()
        changed = _entries(session.root) != before
        remark = ("repaired" if before else "made") if changed else ""
        yield Done(f"session {session.id}", session.root, changed=changed, remark=remark)
    for folder in (places.panels, *(places.home / name for name in FOLDERS)):
        yield _folder(folder.name, folder)


def _folder(what: str, folder: Path) -> Done:
    if folder.is_dir():
        return Done(what, folder, changed=False)
    refuse_link(folder)
    make_folder(folder)
    return Done(what, folder, changed=True, remark="made")


def _entries(folder: Path) -> list[str]:
    return sorted(os.listdir(folder)) if folder.is_dir() else []


def _files(places: Places, sessions: Sequence[str]) -> Iterator[Done]:
    """Install our files: a missing one is written, our own is updated, the user's is kept."""
    ours = dict(installed(places))
    for name, source in shipped_files(sessions):
        data, file = source.read_bytes(), places.home / name
        done = _install(file, data, ours.get(name))
        if done.changed or digest(data) == _digest_of(file):
            ours[name] = digest(data)
        yield done
    record(places, ours)


def shipped_files(sessions: Sequence[str]) -> Iterator[tuple[str, Path]]:
    """What belongs into the home: its relative path, and the file that ships with the package."""
    templates = shipped("templates")
    yield "README.txt", templates / "home" / "README.txt"
    yield "schemas/BackchatMessage.schema.json", shipped("schemas") / "BackchatMessage.schema.json"
    yield "templates/Paste_BPOE.md", templates / "Paste_BPOE.md"
    yield "prompts/Bootstrap_New_Session.md", templates / "Bootstrap_New_Session.md"
    for sid, greeting in _GREETINGS.items():
        if sid in (session.casefold() for session in sessions):
            yield f"greetings/{greeting}", templates / "greetings" / greeting


def _install(file: Path, data: bytes, ours: str | None) -> Done:
    present = _digest_of(file)
    if present == digest(data):
        return Done(file.name, file, changed=False)
    if present is not None and present != ours:
        return Done(file.name, file, changed=False, remark="kept, it is yours (ours differs)")
    write_whole(file, data)
    return Done(file.name, file, changed=True, remark="updated" if present else "written")


def _digest_of(file: Path) -> str | None:
    """Digest of what is there under this name; None when nothing is."""
    if not os.path.lexists(file):
        return None
    try:
        return digest(file.read_bytes())
    except OSError:
        return "unreadable"
