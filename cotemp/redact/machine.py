"""What a machine knows of its secrets: their values, and its own key for the fingerprints in marks.

Both are handed to helper processes over their sockets; never as arguments, in an environment or in a file.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..messages.policy import Policy
from ..names import random_part
from ..places import TEMPORARY, Places, make_folder, storage_failed
from ..renames import remove, rename, replace
from .known import secrets_in
from .scrubber import Scrubber
from .stored import secrets_in_files

__all__ = ["Scrub", "machine_key", "scrub_of"]

KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Scrub:
    """Known values by name, and the key of this machine's fingerprints. Neither is ever shown or stored."""

    known: Mapping[str, str] = field(repr=False)
    key: bytes = field(repr=False)

    def scrubber(self) -> Scrubber:
        """A scrubber that goes by it."""
        return (_prepared.get(self) or self._made()).fresh()

    def prepare(self) -> None:
        """Make its scrubbers now (half a millisecond for each value), for this process and those forked from it."""
        _prepared.keep(self, self._made())

    def _made(self) -> Scrubber:
        return Scrubber(self.known, self.key)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, for a socket; `from_json` reads them."""
        return {"known": dict(self.known), "key": self.key.hex()}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Scrub:
        """Raises KeyError, TypeError or ValueError when it is not ours."""
        return cls(dict(values["known"]), bytes.fromhex(values["key"]))


class _Prepared:
    """The rules that were prepared last: a process has only one set of them at a time."""

    def __init__(self) -> None:
        self._last: tuple[Scrub, Scrubber] | None = None

    def keep(self, scrub: Scrub, scrubber: Scrubber) -> None:
        self._last = (scrub, scrubber)

    def get(self, scrub: Scrub) -> Scrubber | None:
        return self._last[1] if self._last and self._last[0] == scrub else None


_prepared = _Prepared()
_NOBODYS = Policy()


def scrub_of(places: Places, env: Mapping[str, str] = os.environ, policy: Policy = _NOBODYS) -> Scrub:
    """What is to be kept out of everything that is written here: the secrets of `env`, and those that `policy` names.

    Raises StorageFailed when the machine's key can neither be read nor stored.
    """
    known = secrets_in_files(policy.secret_read) | secrets_in(env, policy.secret_env)
    return Scrub(known, machine_key(places))


def machine_key(places: Places) -> bytes:
    """This machine's key: 32 random bytes, made once, readable by this user only; all homes share it.

    A file that cannot be a key is replaced: marks made before are then not comparable with later ones.
    """
    path = places.fingerprint_key
    try:
        key = _read(path)
        return key if len(key) == KEY_BYTES else _store(path, damaged=bool(key))
    except OSError as error:
        raise storage_failed(path, error) from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _store(path: Path, *, damaged: bool) -> bytes:
    """Make a key; of all who try at once, one wins, and every one returns what it stored."""
    make_folder(path.parent, 0o700)
    temporary = path.with_name(TEMPORARY + random_part(10))
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
    if damaged:
        replace(temporary, path)
    else:
        _put_unless_there(temporary, path)
    return path.read_bytes()


def _put_unless_there(temporary: Path, path: Path) -> None:
    try:
        if hasattr(os, "link"):
            os.link(temporary, path)
        else:
            rename(temporary, path)
    except FileExistsError:
        pass
    except OSError:  # a file system without hard links
        replace(temporary, path)
        return
    remove(temporary)
