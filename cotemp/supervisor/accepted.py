"""The settings that were accepted last: agents live by them until the next `up` or `reload`.

The whole file is kept as it was when it was found good, so that no half of an edit is ever followed, not even by a
daemon that comes back after a crash. What is relative in it still counts from the folder of the original.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ..config.reading import applied, load
from ..config.settings import Config
from ..config.source import read_bytes
from ..config.trusted import believes, is_own, stranger
from ..errors import CotempError
from ..places import Places, own_config_file, write_whole
from ..times import utc

__all__ = ["Accepted", "accept", "accepted", "accepted_file"]

_HEAD = b"# accepted "
"""Starts the first line, which is ours; what follows it are the bytes of the original."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """Settings in force, and the file that they were read from."""

    config: Config
    file: Path


def accepted_file(places: Places) -> Path:
    """Where the accepted settings are kept."""
    return places.daemon / "accepted.toml"


def accept(places: Places, file: Path, at: datetime) -> Accepted:
    """Read the settings in `file` as a whole, and keep them. Raises BadConfig with every mistake; nothing is kept then.

    A file that is missing means the defaults.
    """
    data = read_bytes(file) or b""
    if data and not is_own(file) and not believes(places, file, data):
        raise stranger(file)
    config = _meaning(file, data)
    told = {"at": utc(at), "from": str(file)}
    write_whole(accepted_file(places), _HEAD + json.dumps(told).encode() + b"\n" + data, mode=0o600)
    return Accepted(config, file)


def accepted(places: Places) -> Accepted | None:
    """What was accepted last; None when nothing was, or when it cannot be read any more."""
    try:
        head, _, data = accepted_file(places).read_bytes().partition(b"\n")
        file = Path(json.loads(head.removeprefix(_HEAD))["from"])
        return Accepted(_meaning(file, data), file)
    except (OSError, ValueError, KeyError, TypeError, CotempError):
        return None


def _meaning(file: Path, data: bytes) -> Config:
    """What `data`, which was read from `file`, makes; a file that is not this machine's own only narrows its policy."""
    return applied(file, data, within=None if is_own(file) else load(own_config_file()).policy)
