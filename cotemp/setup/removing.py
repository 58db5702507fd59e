"""`uninstall`: find every trace of cotemp, remove it, and leave the user's notes, DOs and logs as they are."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..errors import CotempError, HeldByOther
from ..hosts.choosing import choose
from ..places import Places, SessionPlaces, classic_home, own_config_file, storage_failed
from ..store.claims import holders
from ..store.mailbox import unfinished
from .installed import digest, home_of_state, installed
from .making import FOLDERS
from .powershell import is_shared, module_folders, put_back
from .profile import joins, profiles, remove_from_profile

__all__ = ["Removal", "plan_removal", "remains", "remove"]

_SHARED = ("repos", "machine-id", "enforcer.json", "fingerprint.key", "self-test", "errors")
"""What all homes of this machine share in the state folder."""


@dataclass(frozen=True, slots=True)
class Removal:
    """One trace: where it is and what it is. A folder goes with all it holds, or (`if_empty`) only when empty."""

    path: Path
    what: str
    if_empty: bool = False
    lines: bool = False
    """Only our lines in it."""
    original: bool = False
    """What was kept as `*.orig` takes its place."""


def plan_removal(places: Places) -> list[Removal]:
    """Everything that `remove` would remove, in its order.

    Raises HeldByOther while something of cotemp runs for this home.
    """
    running = [*(held.said() for held in holders(places, "").values()), *(f"agent {name}" for name in _agents(places))]
    if running:
        raise HeldByOther(f"{running[0]} still runs for this home", "end it first: cotemp down")
    traces = [*_in_home(places), *_of_this_machine(places), *_empty_folders(places)]
    plan: dict[Path, Removal] = {}
    for one in traces:
        if os.path.lexists(one.path) and not (one.if_empty and _entries(one.path) - plan.keys()):
            plan.setdefault(one.path, one)
    return list(plan.values())


def _agents(places: Places) -> Iterator[str]:
    """Agents whose programs live: without the state nobody could reach them any more."""
    for name in ("tmux", "pty"):
        with suppress(CotempError):  # tmux is not installed
            yield from (pane.agent for pane in choose(name, places).look().values() if not pane.dead)


def remains(places: Places, plan: list[Removal]) -> int:
    """How many files stay in the home: the user's."""
    going = {one.path for one in plan}
    files = (Path(folder) / name for folder, _, names in os.walk(places.home) for name in names)
    return sum(file not in going for file in files)


def remove(plan: list[Removal]) -> list[Removal]:
    """Remove what `plan` names; returns what is really gone. Raises StorageFailed when the disk refuses."""
    return [one for one in plan if _gone(one)]


def _gone(one: Removal) -> bool:
    try:
        if one.if_empty:
            if _entries(one.path):
                return False
            one.path.rmdir()
        elif one.lines:
            remove_from_profile(one.path)
        elif one.path.is_dir() and not one.path.is_symlink():
            shutil.rmtree(one.path)
        else:
            one.path.unlink(missing_ok=True)
        if one.original:
            put_back(one.path)
    except OSError as error:
        raise storage_failed(one.path, error) from error
    return True


def _in_home(places: Places) -> Iterator[Removal]:
    for name, sha256 in installed(places).items():
        file = Path(name)
        if not file.is_absolute() and _is_as_written(places.home / file, sha256):
            yield Removal(places.home / file, "a file of cotemp", original=True)
    for panel in _files(places.panels):
        if panel.suffix == ".json" and _is_our_panel(panel):
            yield Removal(panel, "a panel record")
    for sid in places.session_ids():
        yield from _in_session(places.session(sid))


def _in_session(session: SessionPlaces) -> Iterator[Removal]:
    yield Removal(session.owner, "which machine runs the session")
    yield Removal(session.root / "archive.json", "how many old logs were cleared away")
    for receipt in _files(session.receipts):
        if receipt.suffix == ".json":
            yield Removal(receipt, "a receipt")
    for folder in (session.root, session.inbox, session.outbox, session.logs, session.receipts):
        for file in unfinished(folder):
            yield Removal(file, "a half-written file")


def _of_this_machine(places: Places) -> Iterator[Removal]:
    yield Removal(places.state, "this machine's state")
    own, is_last = own_config_file(), not _other_homes(places)
    for name, sha256 in installed(places).items():
        file = Path(name)
        if file.is_absolute() and file != own and _is_as_written(file, sha256) and (is_last or not is_shared(file)):
            yield Removal(file, "the settings" if file.suffix == ".toml" else "a file of cotemp", original=True)
    for profile in profiles():
        if joins(profile, places):
            yield Removal(profile, "the lines of cotemp in it", lines=True)
    if is_last:
        yield from _of_all_homes(places.state.parent, own)


def _of_all_homes(root: Path, config: Path) -> Iterator[Removal]:
    """What goes with the last home of this machine."""
    for name in _SHARED:
        yield Removal(root / name, "this machine's state")
    for stale in _state_folders(root):
        yield Removal(stale, "the state of a home that is gone")
    yield Removal(config, "the settings")
    yield Removal(root, "an empty folder", if_empty=True)
    yield Removal(config.parent, "an empty folder", if_empty=True)


def _other_homes(places: Places) -> bool:
    """True when another home of this machine, one that still exists, has state beside ours."""
    others = [state for state in _state_folders(places.state.parent) if state != places.state]
    return any((home := home_of_state(state)) is None or home.is_dir() for state in others)


def _state_folders(root: Path) -> list[Path]:
    try:
        return [path for path in root.iterdir() if path.is_dir() and path.name not in _SHARED]
    except FileNotFoundError:
        return []


def _empty_folders(places: Places) -> Iterator[Removal]:
    """Our folders, innermost first; each goes only when nothing of the user's is left in it."""
    for sid in places.session_ids():
        session = places.session(sid)
        for folder in (
            session.inbox, session.outbox, session.logs, session.notes, session.scripts, session.running,
            session.held, session.receipts, session.root,
        ):  # fmt: skip
            yield Removal(folder, "an empty folder", if_empty=True)
    for name in ("sessions", "panels", *FOLDERS, ""):
        yield Removal(places.home / name, "an empty folder", if_empty=True)
    for module in module_folders():
        for folder in (module, module.parent, module.parent.parent):
            yield Removal(folder, "an empty folder", if_empty=True)
    yield Removal(classic_home(), "an empty folder", if_empty=True)


def _entries(folder: Path) -> set[Path]:
    return set(folder.iterdir()) if folder.is_dir() and not folder.is_symlink() else set()


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_file() and not path.is_symlink())
    except (FileNotFoundError, NotADirectoryError):
        return []


def _is_as_written(file: Path, sha256: str) -> bool:
    try:
        return not file.is_symlink() and digest(file.read_bytes()) == sha256
    except OSError:
        return False


def _is_our_panel(file: Path) -> bool:
    """The original's records know no host."""
    try:
        return "host" in json.loads(file.read_bytes()[:65536])
    except (OSError, ValueError, TypeError):
        return False
