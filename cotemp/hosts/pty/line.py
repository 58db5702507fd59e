"""The line to a keeper: a socket that only this user reaches; one request and its answer, each a line of JSON."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import socket
import stat
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ...errors import NotFound, RefusedByPolicy, TookTooLong
from ...places import make_folder
from .answers import answer_of

assert sys.platform != "win32"

__all__ = ["FRAME", "KEYS", "SIZE", "answered", "ask", "connected", "forget", "listen", "peer_is_us", "socket_path"]

PATIENCE = 4.0
"""Seconds for one request."""
LONGEST_SOCKET = 100
"""Bytes of a socket's path that every system takes."""

FRAME, KEYS, SIZE = struct.Struct(">cI"), b"k", b"s"
"""What an attached terminal sends: a kind and a length, then keys, or columns and rows as two numbers of 16 bits."""


def socket_path(folder: Path) -> Path:
    """Where the keeper of `folder` listens. Raises RefusedByPolicy when somebody else could listen there."""
    path = folder / "socket"
    if len(os.fsencode(path)) <= LONGEST_SOCKET:
        return path
    short = Path(f"/tmp/cotemp-{os.getuid()}")  # noqa: S108  (its owner and rights are checked)
    make_folder(short, 0o700)
    found = short.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise RefusedByPolicy(f"{short} can be used by others", "remove it, or give it to this user alone (mode 700)")
    return short / hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]


def listen(folder: Path) -> socket.socket:
    """The keeper's end. The caller holds the lock of `folder`, so that whatever is there is a leftover."""
    path = socket_path(folder)
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listening.bind(str(path))
    finally:
        os.umask(before)
    listening.listen(16)
    return listening


def forget(folder: Path) -> None:
    """Remove the socket that a killed keeper of `folder` left."""
    with contextlib.suppress(RefusedByPolicy):
        socket_path(folder).unlink(missing_ok=True)


def peer_is_us(end: socket.socket) -> bool:
    """True when the process at the other end is this user's, or root's."""
    if sys.platform == "linux":
        _, uid, _ = struct.unpack("3i", end.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    else:
        _, uid = struct.unpack_from("2I", end.getsockopt(0, 1, 76))  # LOCAL_PEERCRED: version and uid of an xucred
    return uid in (0, os.geteuid())


@contextmanager
def connected(folder: Path, patience: float = PATIENCE) -> Iterator[socket.socket]:
    """A connection to the keeper of `folder`. Raises NotFound when there is none, TookTooLong."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as end:
        end.settimeout(patience)
        try:
            end.connect(str(socket_path(folder)))
            if not peer_is_us(end):
                raise RefusedByPolicy(f"another user answers for {folder.name}", "see who owns that folder")
            yield end
        except TimeoutError as error:
            raise TookTooLong(f"{folder.name} did not answer within {patience:.0f} s", "is it hanging?") from error
        except (FileNotFoundError, ConnectionError) as error:
            raise NotFound(f"{folder.name} has no keeper any more", f"start it: cotemp up {folder.name}") from error


def ask(folder: Path, asked: dict[str, Any], patience: float = PATIENCE) -> Any:
    """What the keeper of `folder` answers. Raises NotFound, TookTooLong, and whatever the keeper raised."""
    with connected(folder, patience) as end:
        return answered(end, asked)


def answered(end: socket.socket, asked: dict[str, Any]) -> Any:
    """Send a request and wait for its answer, a line; what follows it is left to be read. Raises what the keeper
    raised, and OSError."""
    end.sendall(json.dumps(asked).encode() + b"\n")
    data = bytearray()
    while not data.endswith(b"\n"):
        seen = end.recv(65536, socket.MSG_PEEK)
        if not seen:
            raise ConnectionResetError
        data += end.recv(seen.index(b"\n") + 1 if b"\n" in seen else len(seen))
    return answer_of(bytes(data))
