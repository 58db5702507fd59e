"""Which worlds moved in already, in `adopted.json` of this machine's state: doing it again does nothing twice."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..agents.files import Misread, read, set_aside, write
from ..agents.moment import Moment
from ..places import Places

__all__ = ["Moved", "moved_in", "note"]


@dataclass(frozen=True, slots=True)
class Moved:
    """A world that moved in. `folders` are its own, by which it is known again; `files` become `*.orig` (those that
    are still there have not yet). `watchdog`: the old one's tmux server and session, which end."""

    at: Moment
    folders: tuple[str, ...]
    config: str
    files: tuple[str, ...]
    watchdog: tuple[str, str] | None = None
    done: bool = False

    def left(self) -> list[Path]:
        """The files that are still to be set aside."""
        return [Path(file) for file in self.files if not self.done and Path(file).exists()]


@dataclass(frozen=True, slots=True)
class _Worlds:
    worlds: tuple[Moved, ...] = ()


def moved_in(places: Places, folders: tuple[str, ...]) -> Moved | None:
    """The world that has one of `folders`; None when none of them moved in."""
    return next((one for one in _all(places) if set(one.folders) & set(folders)), None)


def note(places: Places, moved: Moved) -> None:
    """Write down that a world moved in, or how far it came. Raises StorageFailed."""
    others = tuple(one for one in _all(places) if not set(one.folders) & set(moved.folders))
    places.make_state()
    write(_file(places), _Worlds((*others, moved)))


def _all(places: Places) -> tuple[Moved, ...]:
    try:
        found = read(_file(places), _Worlds)
    except Misread:
        set_aside(_file(places))
        return ()
    return found[0].worlds if found else ()


def _file(places: Places) -> Path:
    return places.state / "adopted.json"
