"""What this machine remembers of requests: lines that all processes append to, and a lock for each key.

Creating a file for each request would cost as much as delivering a note. So there is one file for every ten minutes;
two of them are looked at, and older ones removed. Locks are on single bytes of a file that stays empty: they end with
their process, however that ends.
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
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import TookTooLong
from ..places import make_folder, storage_failed

__all__ = ["KEPT", "Journal"]

KEPT = 600
"""Seconds for which a line is found, at least."""
ROOM = 64 * 1024 * 1024
"""The largest file, in bytes: some 100,000 requests in ten minutes. More are not remembered."""
PATIENCE = 30.0
"""Seconds to wait for a lock."""

_KEY_AT_START = re.compile(rb'^\{"key":"([^"]+)"', re.MULTILINE)
_CHUNK = 1 << 20
_APPENDING = 0
"""The byte that is locked while a line is appended; Windows has no other way to do that in one step."""
_BUSY = {errno.EAGAIN, errno.EACCES, errno.EDEADLK}
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class Journal:
    """The journal in `folder`; one for each process, as closing its lock file would let go of all locks."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._locks = self._open("locks")
        self._files: dict[int, _File] = {}

    @contextlib.contextmanager
    def alone(self, key: str) -> Iterator[None]:
        """Have `key` to oneself. Raises TookTooLong when another process does not let go of it."""
        byte = 1 + int.from_bytes(hashlib.sha256(key.encode()).digest()[:5], "big")
        with self._locked(byte):
            yield

    def find(self, key: str) -> list[dict[str, Any]]:
        """The entries of a key, oldest first."""
        return [entry for file in self._looked_at() if file.knows(key) for entry in file.entries(key)]

    def append(self, key: str, entry: str) -> None:
        """Add an entry, the text of a JSON object in ASCII. Raises StorageFailed."""
        file = self._looked_at()[-1]
        line = f'\n{{"key":"{key}",{entry[1:]}\n'.encode("ascii")  # after whatever somebody left who died at it
        try:
            with self._locked(_APPENDING):
                file.append(line)
        except OSError as error:
            raise storage_failed(self._folder, error) from error

    def close(self) -> None:
        """Let go of all files, and with them of all locks."""
        for file in self._files.values():
            file.close()
        os.close(self._locks)

    def _looked_at(self) -> list[_File]:
        """The file of these ten minutes, after that of the ten before."""
        now = int(time.time() // KEPT)
        if now not in self._files:
            self._files[now - 1] = self._files.get(now - 1) or _File(self._open(str(now - 1)))
            self._files[now] = _File(self._open(str(now)))
            self._forget(now - 1)
        return [self._files[now - 1], self._files[now]]

    def _forget(self, oldest: int) -> None:
        for old in [number for number in self._files if number < oldest or number > oldest + 1]:
            self._files.pop(old).close()
        for name in os.listdir(self._folder):
            if name.isdigit() and int(name) < oldest:
                with contextlib.suppress(OSError):  # Windows: another process has not let go of it yet
                    os.unlink(self._folder / name)

    def _open(self, name: str) -> int:
        path = self._folder / name
        with contextlib.suppress(FileNotFoundError):
            return _opened(path)
        make_folder(self._folder.parent, 0o700)
        make_folder(self._folder, 0o700)
        return _opened(path)

    @contextlib.contextmanager
    def _locked(self, byte: int) -> Iterator[None]:
        deadline, pause = time.monotonic() + PATIENCE, 0.0005
        while not _lock(self._locks, byte):
            if time.monotonic() > deadline:
                raise TookTooLong(
                    f"another process has been at this very request for {PATIENCE:.0f} s", "end it, or wait for it"
                )
            time.sleep(pause)
            pause = min(pause * 1.5, 0.05)
        try:
            yield
        finally:
            _unlock(self._locks, byte)


def _opened(path: Path) -> int:
    try:
        return os.open(path, _FLAGS, 0o600)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise storage_failed(path, error) from error


class _File:
    """Ten minutes of the journal; which keys are in it is remembered, so that a new one costs no reading."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._read_to = 0
        self._keys: set[bytes] = set()

    def knows(self, key: str) -> bool:
        """Whether there is an entry of `key` now."""
        self._read_on()
        return key.encode() in self._keys

    def _read_on(self) -> None:
        """Take up the keys of the lines that were added since."""
        read = _CHUNK
        while read == _CHUNK:
            os.lseek(self._descriptor, self._read_to, os.SEEK_SET)
            lines = os.read(self._descriptor, _CHUNK)
            read = len(lines)
            whole = lines.rfind(b"\n") + 1
            if not whole and read == _CHUNK:
                whole = read  # of a line that is longer the key was at the start
            self._keys.update(_KEY_AT_START.findall(lines, 0, whole))
            self._read_to += whole

    def entries(self, key: str) -> Iterator[dict[str, Any]]:
        """The entries of `key`; what somebody left half written is none."""
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        with open(self._descriptor, "rb", closefd=False) as file:
            start = f'{{"key":"{key}"'.encode()
            for line in file:
                if line.startswith(start):
                    with contextlib.suppress(ValueError):
                        yield json.loads(line)

    def append(self, line: bytes) -> None:
        """Add a line at the end."""
        if os.lseek(self._descriptor, 0, os.SEEK_END) < ROOM:
            os.write(self._descriptor, line)

    def close(self) -> None:
        os.close(self._descriptor)


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int, byte: int) -> bool:
        os.lseek(descriptor, byte, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            if error.errno not in _BUSY:
                raise
            return False
        return True

    def _unlock(descriptor: int, byte: int) -> None:
        os.lseek(descriptor, byte, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int, byte: int) -> bool:
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte)
        except OSError as error:
            if error.errno not in _BUSY:
                raise
            return False
        return True

    def _unlock(descriptor: int, byte: int) -> None:
        fcntl.lockf(descriptor, fcntl.LOCK_UN, 1, byte)
