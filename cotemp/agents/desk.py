"""Requests on their way: left by the command line, taken by the daemon, answered; each is carried out at most once.

`<id>.json` waits, `<id>.taken.json` is being carried out, `<id>.answer.json` says what became of it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ..errors import DamagedData, TookTooLong
from ..names import random_part
from ..places import TEMPORARY, Places, make_folder
from ..renames import rename
from ..times import utc
from .files import Misread, read, set_aside, write
from .places import AgentPlaces
from .requests import Answer, Request

__all__ = ["Desk", "ask", "leave", "new_request_id"]

STALE = timedelta(minutes=10)
"""A request that is older is not carried out any more: whoever asked has long given up."""
FORGOTTEN = 3600.0
"""Seconds after which an answer that nobody came for is thrown away."""
_TAKEN, _ANSWER, _JSON = ".taken.json", ".answer.json", ".json"


def new_request_id() -> str:
    """An id that no other request has."""
    return random_part(16)


def leave(places: Places, request: Request) -> Path:
    """Put `request` where the daemon finds it, also one that comes later. Raises StorageFailed."""
    folder = AgentPlaces.of(places).requests
    make_folder(folder, 0o700)
    waiting = folder / (request.id + _JSON)
    write(waiting, request)
    return waiting


def ask(places: Places, request: Request, wake: Callable[[], None], patience: float) -> Answer:
    """Leave `request`, `wake` the daemon, and wait for its answer, at most `patience` seconds.

    When `wake` raises (no daemon runs), the request is withdrawn. Raises TookTooLong: a request that was not taken is
    then withdrawn, one that was is still being carried out.
    """
    folder = AgentPlaces.of(places).requests
    waiting, answered = leave(places, request), folder / (request.id + _ANSWER)
    try:
        wake()
        _wait_for(answered, patience)
    except BaseException as error:
        withdrawn = _unlink(waiting)
        if isinstance(error, TookTooLong):
            raise _late(patience, withdrawn=withdrawn) from None
        raise
    return _answer_in(answered)


def _answer_in(path: Path) -> Answer:
    """What the daemon answered; taken away. Raises DamagedData, StorageFailed."""
    try:
        found = read(path, Answer)
        why = "it is gone"
    except Misread as error:
        found, why = None, str(error)
    _unlink(path)
    if found is None:
        raise DamagedData(f"the daemon's answer cannot be read: {why}", "see what became of it: cotemp status")
    return found[0]


class Desk:
    """The daemon's side. `problems`, a line each, tell of files that are no requests; who shows them takes them out."""

    def __init__(self, places: Places) -> None:
        self._folder = AgentPlaces.of(places).requests
        self.problems: list[str] = []

    def open(self) -> list[Answer]:
        """Answer what an earlier daemon had taken when it ended: nobody knows how far it came. Returns the answers."""
        make_folder(self._folder, 0o700)
        left = [name.removesuffix(_TAKEN) for name in self._names() if name.endswith(_TAKEN)]
        lost = [_interrupted(one) for one in left if not self._path(one, _ANSWER).exists()]
        for answer in lost:
            self.answer(answer)
        for request in left:
            _unlink(self._path(request, _TAKEN))
        self._forget()
        return lost

    def take(self) -> list[Request]:
        """The requests that wait, oldest first; from now on each is this daemon's to answer.

        One that waited too long is answered, and not among them.
        """
        found = sorted(filter(None, map(self._read, list(self._waiting()))), key=lambda one: (one.at, one.id))
        taken = [one for one in found if self._claim(one.id)]
        now = datetime.now(UTC)
        for request in taken:
            if now - request.at > STALE:
                self.answer(_too_old(request))
        return [request for request in taken if now - request.at <= STALE]

    def answer(self, answer: Answer) -> None:
        """Say what became of a request, for good. Raises StorageFailed."""
        write(self._path(answer.id, _ANSWER), answer)
        _unlink(self._path(answer.id, _TAKEN))

    def _waiting(self) -> Iterator[str]:
        for name in self._names():
            if name.endswith(_JSON) and not name.endswith((_TAKEN, _ANSWER)) and not name.startswith("."):
                yield name.removesuffix(_JSON)

    def _names(self) -> list[str]:
        try:
            return os.listdir(self._folder)
        except FileNotFoundError:
            return []

    def _path(self, request: str, ending: str) -> Path:
        return self._folder / (request + ending)

    def _read(self, request: str) -> Request | None:
        path = self._path(request, _JSON)
        try:
            found = read(path, Request)
            if found is None or found[0].id == request:
                return found and found[0]  # None: it was withdrawn
            why = "its name is not its id"
        except Misread as error:
            why = str(error)
        with suppress(FileNotFoundError):
            self.problems.append(f"{path} is no request: {why}; it is kept as {set_aside(path).name}")
        return None

    def _claim(self, request: str) -> bool:
        if self._path(request, _ANSWER).exists():  # it was carried out before
            _unlink(self._path(request, _JSON))
            return False
        try:
            rename(self._path(request, _JSON), self._path(request, _TAKEN))
        except FileNotFoundError:
            return False
        return True

    def _forget(self) -> None:
        for name in self._names():
            if name.endswith(_ANSWER) or name.startswith(TEMPORARY):
                with suppress(FileNotFoundError):
                    if time.time() - (self._folder / name).lstat().st_mtime > FORGOTTEN:
                        _unlink(self._folder / name)


def _wait_for(path: Path, patience: float) -> None:
    deadline, pause = time.monotonic() + patience, 0.005
    while not path.exists():
        if time.monotonic() >= deadline:
            raise TookTooLong("no answer")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)


def _late(patience: float, *, withdrawn: bool) -> TookTooLong:
    what = f"the daemon did not answer in {patience:.0f} s"
    if withdrawn:
        return TookTooLong(f"{what}; nothing was done", "see what it does: cotemp log")
    return TookTooLong(f"{what}; it is still at it", "see what became of it: cotemp status")


def _interrupted(request: str) -> Answer:
    return Answer(
        request, exit_code=70, problem="the daemon ended while it did this", fix="see how far it came: cotemp status"
    )


def _too_old(request: Request) -> Answer:
    asked = f"it was asked at {utc(request.at)}, when no daemon ran"
    return Answer(request.id, exit_code=9, problem=f"{asked}; nothing was done", fix="ask again")


def _unlink(path: Path) -> bool:
    """Whether it was there."""
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    return True
