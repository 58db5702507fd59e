"""Checks of the home: is it there and whole, may we write, and what kind of folder is it."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from ..filesystems import is_silent, kind_of
from ..names import random_part
from ..places import TEMPORARY, SessionPlaces, classic_home, is_link, make_folder, platform_home, refuse_link
from ..store.mailbox import unfinished
from .finding import Found, Look, bad, info, ok, warn

__all__ = [
    "events", "layout", "leftovers", "make_folders", "remove_leftovers", "rights", "two_homes", "writable",
]  # fmt: skip

STALE = 3600.0
"""Seconds after which a temporary file is what a crash left; writing one takes a moment."""


def layout(look: Look) -> Iterator[Found]:
    """The home and its folders are there, and are no links."""
    home = look.places.home
    if not home.is_dir():
        what = "is no folder" if home.exists() else "does not exist"
        yield bad(f"the home {home} {what}", "make it: cotemp init; or name another one: --home, COTEMP_HOME")
        return
    missing = _missing(look)
    if missing:
        yield warn(f"missing: {_some(missing)}", "cotemp doctor --fix", can_fix=True)
    links = [path for path in _our_folders(look) if is_link(path)]
    if links:
        yield bad(f"links instead of folders: {_some(links)}", "they lead out of the home: remove them")
    if not missing and not links:
        yield ok(f"{home}, {len(look.sessions)} sessions")


def make_folders(look: Look) -> Iterator[str]:
    """Create what `layout` misses; never a whole home."""
    if not look.places.home.is_dir():
        return
    for path in _missing(look):
        session = path if path.parent == look.places.sessions else path.parent
        if session.parent == look.places.sessions:
            SessionPlaces(session.name, session).make()
        else:
            refuse_link(path)
            make_folder(path)
        yield f"made {path}"


def _missing(look: Look) -> list[Path]:
    return [path for path in _our_folders(look) if not os.path.lexists(path)]


def _our_folders(look: Look) -> Iterator[Path]:
    """Folders that a home needs: what only cotemp uses is made when it is needed."""
    places = look.places
    yield places.sessions
    yield places.panels
    wanted = {sid.casefold(): sid for sid in (*look.config.watched(), *look.sessions)}
    for sid in wanted.values():
        session = places.session(sid)
        yield session.root
        if session.exists():
            yield from (session.inbox, session.outbox, session.logs)


def writable(look: Look) -> Iterator[Found]:
    """We may write into the home and into this machine's state."""
    for folder, what in ((look.places.home, "the home"), (look.places.state, "this machine's state")):
        probe = folder / f"{TEMPORARY}{random_part(10)}"
        if not folder.is_dir():
            continue
        try:
            probe.write_bytes(b"")
            probe.unlink()
            yield ok(f"{what} can be written: {folder}")
        except OSError as error:
            yield bad(f"{what} cannot be written: {folder}: {error.strerror}", "mend its rights, or use another home")


def rights(look: Look) -> Iterator[Found]:
    """Nobody but the user can put a DO into an inbox."""
    if sys.platform == "win32":
        yield info("who else may write here is not checked on Windows", "see the Security tab of the folder")
        return
    open_to_all = [path for path in _paths(look) if _mode(path) & stat.S_IWOTH]
    if open_to_all:
        fix = f"chmod -R o-w '{look.places.home}'"
        yield bad(f"every user of this machine may write to {_some(open_to_all)}, and so run scripts as you", fix)
    foreign = [path for path in _paths(look) if path.exists() and path.stat().st_uid != os.geteuid()]
    if foreign:
        yield warn(f"another user owns {_some(foreign)}", "use cotemp as that user, or use another home")
    if not open_to_all and not foreign:
        yield ok("only you may write to the home")


def _paths(look: Look) -> Iterator[Path]:
    yield look.places.home
    yield from (path for path in _our_folders(look) if path.is_dir())


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def two_homes(look: Look) -> Iterator[Found]:
    """There is one home, not one for the original and another one for us."""
    classic, platform = classic_home(), platform_home()
    homes = {os.path.realpath(path): path for path in (classic, platform) if path.is_dir()}
    if len(homes) > 1:
        what = f"two homes: {classic} (PowerShell helpers use this one) and {platform}"
        yield warn(what, "keep one: move your files together, then remove the other")
    elif str(look.places.home) not in homes and homes:
        yield info(f"this is not the usual home {next(iter(homes.values()))}")
    else:
        yield ok("one home")


def events(look: Look) -> Iterator[Found]:
    """The file system tells of changes; where it does not, it is asked often."""
    kind = kind_of(look.places.home)
    if is_silent(kind):
        what = f"the home is on {kind}, which does not tell of every change: it is looked at every 0.6 s"
        yield info(what, "a home on a local disk is faster")
    else:
        yield ok(f"changes are told at once{f' ({kind})' if kind else ''}")
    if sys.platform == "darwin" and _is_guarded_by_macos(look.places.home):
        yield info(
            "macOS may deny this folder to programs in the background",
            "allow it in System Settings > Privacy & Security > Files and Folders",
        )


def _is_guarded_by_macos(home: Path) -> bool:
    return any(Path.home() / name in (home, *home.parents) for name in ("Desktop", "Documents", "Downloads"))


def leftovers(look: Look) -> Iterator[Found]:
    """No half-written file is left of a crash."""
    found = list(_leftovers(look))
    if found:
        yield warn(f"half-written files of a crash: {_some(found)}", "cotemp doctor --fix", can_fix=True)


def remove_leftovers(look: Look) -> Iterator[str]:
    """Remove what `leftovers` finds."""
    for path in _leftovers(look):
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
            yield f"removed {path}"


def _leftovers(look: Look) -> Iterator[Path]:
    places, now = look.places, time.time()
    folders = [places.home, places.panels, places.state, places.daemon, places.locks]
    for sid in look.sessions:
        session = places.session(sid)
        folders += [session.root, session.inbox, session.outbox, session.logs, session.notes, session.running]
        folders += [session.held, session.receipts]
    for folder in folders:
        for path in unfinished(folder):
            with contextlib.suppress(OSError):
                if now - path.lstat().st_mtime > STALE:
                    yield path


def _some(paths: list[Path]) -> str:
    """The first few, and how many more."""
    shown = ", ".join(map(str, paths[:3]))
    return shown if len(paths) <= 3 else f"{shown} and {len(paths) - 3} more"
