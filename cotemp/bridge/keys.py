"""The request keys that this machine remembers, over all processes: what was asked, since when, and the first answer.

A client that hears nothing kills its server and asks again, with the same key, of another process. Whoever has the
key's file locked is at it; the lock ends with its process, however that ends, so a file without an answer and
without a lock is that of somebody who died on the way. The file tells the moment of the first attempt, the key the
letters: the two make the names of whatever is made, so that it is found if it was made.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import re
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..errors import TookTooLong
from ..names import Mark, letters
from ..places import Places, make_folder, storage_failed
from ..times import dated
from .params import BadParams

__all__ = ["Request", "begun", "forget", "key_in"]

KEPT = 600.0
"""Seconds for which an answer is remembered, at least."""
MOST = 20_000
"""So many are remembered at most."""
PATIENCE = 30.0
"""Seconds to wait for somebody else who is at the same request."""

_KEY = re.compile(r"[A-Za-z0-9-]{8,64}", re.ASCII)
_NOT_ASKED = ("context", "request_key")
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
_BUSY = {errno.EAGAIN, errno.EACCES, errno.EDEADLK}
_ODDS = 512
"""One in so many requests clears away what is old."""


class Request:
    """A request that nobody else is at: `answer` is the first one, None while there is none."""

    def __init__(self, descriptor: int, mark: Mark, answer: str | None) -> None:
        self.mark = mark
        self.answer = answer
        self._descriptor = descriptor

    def remember(self, answer: str) -> None:
        """Give this answer (ASCII, one line) to whoever asks again."""
        self.answer = answer
        with contextlib.suppress(OSError):  # it is done, and can be told at least to whoever asked
            _write(self._descriptor, answer)


def key_in(params: Mapping[str, Any]) -> str:
    """The request key of a changing call, as the name of a file. Raises BadParams."""
    key = params.get("request_key")
    if key is None:
        raise BadParams("request_key is missing", "send a new GUID with each call that changes something")
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise BadParams("request_key is wrong", "it is a GUID: 8 to 64 letters, digits and -")
    return key.lower()


@contextlib.contextmanager
def begun(places: Places, key: str, method: str, params: Mapping[str, Any]) -> Iterator[Request]:
    """Have a request to oneself, as long as the `with` block lasts.

    Raises BadParams for a key that was used for another call, TookTooLong when somebody else is at it all the
    time, StorageFailed when nothing can be written.
    """
    folder = places.state / "requests"
    asked = _asked(method, params)
    descriptor = _opened(folder, key)
    try:
        _lock(descriptor)
        yield _request(descriptor, key, asked)
    finally:
        os.close(descriptor)  # which unlocks it
    if os.urandom(2) < (65536 // _ODDS).to_bytes(2, "big"):
        forget(places)


def forget(places: Places) -> None:
    """Clear away what is older than KEPT, and the oldest where there are too many."""
    found = []
    with contextlib.suppress(OSError), os.scandir(places.state / "requests") as entries:
        for entry in entries:
            with contextlib.suppress(OSError):
                found.append((entry.stat(follow_symlinks=False).st_mtime, entry.path))
    found.sort(reverse=True)
    too_old = time.time() - KEPT
    for place, (modified, path) in enumerate(found):
        if place >= MOST or modified < too_old:
            with contextlib.suppress(OSError):
                os.unlink(path)


def _asked(method: str, params: Mapping[str, Any]) -> str:
    """What tells this call from every other one; not where it comes from, which two processes may see differently."""
    told = _encode([method, {name: value for name, value in params.items() if name not in _NOT_ASKED}])
    return hashlib.sha256(told.encode()).hexdigest()


def _opened(folder: Path, key: str) -> int:
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    path = os.path.join(folder, key)
    try:
        return os.open(path, flags, 0o600)
    except FileNotFoundError:
        make_folder(folder.parent, 0o700)
        make_folder(folder, 0o700)
    except OSError as error:
        raise storage_failed(path, error) from error
    try:
        return os.open(path, flags, 0o600)
    except OSError as error:
        raise storage_failed(path, error) from error


def _request(descriptor: int, key: str, asked: str) -> Request:
    begun_before, answer = _read(descriptor)
    if begun_before is None:
        begun_before = {"schema": 1, "asked": asked, "at": time.time()}
        os.ftruncate(descriptor, 0)
        _write(descriptor, json.dumps(begun_before))
        return Request(descriptor, _mark(key, begun_before["at"], again=False), None)
    if begun_before["asked"] != asked:
        raise BadParams("request_key was used for another call before", "send a new GUID with each call")
    return Request(descriptor, _mark(key, begun_before["at"], again=True), answer)


def _mark(key: str, at: float, *, again: bool) -> Mark:
    return Mark(dated(at), letters(hashlib.sha256(key.encode()).digest()[:12]), again)


def _read(descriptor: int) -> tuple[dict[str, Any] | None, str | None]:
    """What was asked first, and the answer; a half line is what somebody wrote who died at it, and is cut off."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    held = b""
    while more := os.read(descriptor, 65536):
        held += more
    if not held:
        return None, None
    first, _, rest = held.partition(b"\n")
    try:
        asked = json.loads(first)
        float(asked["at"]), str(asked["asked"])
    except (ValueError, KeyError, TypeError):
        return None, None
    if rest.endswith(b"\n"):
        return asked, rest.decode("ascii").rstrip("\n")
    os.ftruncate(descriptor, len(first) + 1)
    return asked, None


def _write(descriptor: int, line: str) -> None:
    os.lseek(descriptor, 0, os.SEEK_END)
    data = memoryview(f"{line}\n".encode("ascii"))
    while data:
        data = data[os.write(descriptor, data) :]


def _lock(descriptor: int) -> None:
    deadline, pause = time.monotonic() + PATIENCE, 0.001
    while not _locked(descriptor):
        if time.monotonic() > deadline:
            raise TookTooLong(
                f"another process has been at this very request for {PATIENCE:.0f} s", "end that process, or wait"
            )
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)


if sys.platform == "win32":
    import msvcrt

    _FAR = 1 << 30  # a locked byte cannot be read there, so it is one that nobody wants to read

    def _locked(descriptor: int) -> bool:
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            if error.errno not in _BUSY:
                raise
            return False
        return True

else:
    import fcntl

    def _locked(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in _BUSY:
                raise
            return False
        return True
