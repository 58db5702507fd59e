"""The line to a keeper on Windows: a named pipe with a key that only this user can read."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Client
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import CotempError, HeldByOther, NotFound, TookTooLong
from ...places import make_folder, write_whole
from ...same_python import same_python
from .answers import answer_of

assert sys.platform == "win32"

if TYPE_CHECKING:
    from multiprocessing.connection import Connection, PipeConnection

    End = Connection[Any, Any] | PipeConnection[Any, Any]

__all__ = ["ask", "connected", "forget", "key_of", "pipe_name", "start_keeper"]

PATIENCE = 4.0
"""Seconds for one request."""


def pipe_name(folder: Path) -> str:
    """Where the keeper of `folder` listens."""
    return rf"\\.\pipe\cotemp-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:24]}"


def key_of(folder: Path) -> bytes:
    """The key that both ends know. Raises NotFound when there is none."""
    try:
        return (folder / "key").read_bytes()
    except FileNotFoundError as error:
        raise NotFound(f"{folder.name} has no keeper", f"start it: cotemp up {folder.name}") from error


def forget(folder: Path) -> None:
    """A pipe ends with its keeper: there is nothing to remove."""


@contextmanager
def connected(folder: Path) -> Iterator[End]:
    """A connection to the keeper of `folder`. Raises NotFound when there is none."""
    try:
        with Client(pipe_name(folder), family="AF_PIPE", authkey=key_of(folder)) as end:
            yield end
    except (FileNotFoundError, EOFError, ConnectionError) as error:
        raise NotFound(f"{folder.name} has no keeper any more", f"start it: cotemp up {folder.name}") from error


def ask(folder: Path, asked: dict[str, Any], patience: float = PATIENCE) -> Any:
    """What the keeper of `folder` answers. Raises NotFound, TookTooLong, and whatever the keeper raised."""
    with connected(folder) as end:
        end.send_bytes(json.dumps(asked).encode())
        if not end.poll(patience):
            raise TookTooLong(f"{folder.name} did not answer within {patience:.0f} s", "is it hanging?")
        return answer_of(end.recv_bytes())


def start_keeper(folder: Path, asked: dict[str, Any]) -> dict[str, Any]:
    """Start a keeper for `folder`; its first record. Raises HeldByOther when it has one, TookTooLong, CotempError."""
    make_folder(folder)
    if _is_kept(folder):
        raise HeldByOther(f"{folder.name} runs already", f"end it first: cotemp down {folder.name}")
    write_whole(folder / "key", os.urandom(32), mode=0o600)
    argv = same_python(f"{__package__}.windows_keeper", str(folder), json.dumps(asked))
    process = _spawned(argv)
    assert process.stdout
    with process.stdout as said:
        line = said.readline()
    if not line:
        raise CotempError("no keeper could be started", "see: cotemp doctor")
    record: dict[str, Any] = answer_of(line)
    return record


def _is_kept(folder: Path) -> bool:
    try:
        ask(folder, {"do": "look"}, 1.0)
    except NotFound:
        return False
    return True


def _spawned(argv: list[str]) -> subprocess.Popen[bytes]:
    """Start a process without a console that outlives ours; where our job lets nobody out, it stays in it."""
    flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    for more in (subprocess.CREATE_BREAKAWAY_FROM_JOB, 0):
        try:
            return subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                creationflags=flags | more,
            )  # fmt: skip
        except PermissionError:
            if not more:
                raise
    raise AssertionError("one of them returns or raises")
