"""Why DOs wait: nobody watches, their engine's program is missing, their repo is busy, or nobody can say."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..errors import CotempError
from ..names import DO_LIMIT
from ..places import Places
from ..store.claims import repo_holder
from ..store.mailbox import NotPlain, read_plain
from ..times import show_duration
from .index import Index, mark
from .said import command, waits, where
from .settings import Settings
from .view import View

__all__ = ["why_they_wait"]

MOMENT = 2.0
"""Seconds that every DO may wait: until it is noticed, and until it has proved that it is whole."""
TOO_LONG = 120.0
"""Seconds after which a DO that should have been taken is a reason to look."""


def why_they_wait(places: Places, views: Sequence[View], settings: Settings, index: Index, now: float) -> Iterator[str]:
    """Sentences about the sessions in whose inboxes DOs wait."""
    unwatched = [view for view in views if view.watcher.state == "stopped"]
    if unwatched:
        dos = waits(sum(sum(view.contents.waiting.values()) for view in unwatched))
        yield f"{dos} in {where(unwatched)}, and no watcher runs: cotemp up {command(unwatched)}"
    missing = _missing_engines(places, settings, index)
    for extension, sentence in missing.items():
        lacking = [view for view in views if extension in view.contents.waiting]
        if lacking:
            dos = waits(sum(view.contents.waiting[extension] for view in lacking))
            yield f"{dos} in {where(lacking)}: {sentence}"
    for view in views:
        if view.watcher.state == "running" and not view.running and not missing.keys() & view.contents.waiting.keys():
            yield from _not_taken(places, view, now)


def _missing_engines(places: Places, settings: Settings, index: Index) -> dict[str, str]:
    """What to do about each engine whose program is not there, by the extension of its DOs."""
    path = os.environ.get("PATH", "")
    # A program can only come or go with a change in one of these folders.
    folders = [os.path.realpath(folder) for folder in path.split(os.pathsep) if folder]
    table = os.path.join(os.path.dirname(os.path.dirname(__file__)), "runner", "engines.py")
    at = mark(*folders, table, *settings.files)
    found: dict[str, str] = index.told("engines", path, at, lambda: _look_for_engines(places, settings))
    return found


def _look_for_engines(places: Places, settings: Settings) -> dict[str, str]:
    from ..runner.engines import ENGINES, Missing, engines, find  # as much as all the rest of status

    known = ENGINES
    if settings.has_engines:
        from ..config import in_force

        known = engines(in_force(places, Path(settings.files[0])).engines)
    looked = [(engine.extension, find(engine)) for engine in known.values()]
    return {extension: f"{found.what}; {found.fix}" for extension, found in looked if isinstance(found, Missing)}


def _not_taken(places: Places, view: View, now: float) -> Iterator[str]:
    """Why the first DO of a session waits although it is watched and nothing runs there; nothing when that is usual."""
    held = view.contents
    age = now - (held.oldest or 0) / 1e9
    if held.first is None or age < MOMENT:
        return
    dos = f"{waits(sum(held.waiting.values()))} in {view.id}"
    busy = _busy_repo(places, view.id, held.first)
    if busy:
        yield f"{dos}: {busy}"
    elif age > TOO_LONG:
        yield f"{dos}, the first for {show_duration(age)}, although it is watched: cotemp doctor"


def _busy_repo(places: Places, sid: str, name: str) -> str | None:
    """Which run holds the repo of a waiting DO; None when none does, or when the DO cannot be read."""
    from ..messages.header import HeaderError, Syntax, read  # 5 ms, and a DO rarely waits here

    try:
        data, _ = read_plain(places.sessions / sid / "inbox" / name, DO_LIMIT)
        repo = read(data, Syntax.BLOCK if name.lower().endswith(".ps1") else Syntax.HASH).repo.path
    except (OSError, NotPlain, HeaderError, CotempError):
        return None
    if not repo or not os.path.isabs(os.path.expanduser(repo)):
        return None
    by = repo_holder(places, Path(repo).expanduser())
    return f"repo {repo} is busy, held by {by.said()}: cotemp runs" if by else None
