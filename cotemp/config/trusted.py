"""Which files from elsewhere this machine's owner has read and believes: by digest, kept outside the home."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from ..errors import BadConfig, DamagedData, NotFound
from ..places import Places, own_config_file, write_whole
from ..times import local_now, utc

__all__ = ["believes", "is_own", "is_trusted", "must_be_trusted", "stranger", "trust"]


def trust(places: Places, file: Path) -> str:
    """Believe `file` as it is now; returns its SHA-256. One byte more, and it is a stranger again.

    Raises NotFound when there is no such file, StorageFailed when the disk refuses.
    """
    try:
        digest = _digest(file.read_bytes())
    except OSError as error:
        raise NotFound(f"{file} cannot be read: {error.strerror}", "check the path") from None
    places.make_state()
    known = _known(places) | {_name(file): {"sha256": digest, "at": utc(local_now())}}
    text = json.dumps({"schema": 1, "files": known}, indent=2)
    write_whole(places.trusted, text.encode(), mode=0o600)
    return digest


def is_trusted(places: Places, file: Path) -> bool:
    """True when `file` is byte for byte what was trusted for this home."""
    try:
        return believes(places, file, file.read_bytes())
    except OSError:
        return False


def is_own(path: Path) -> bool:
    """True when `path` is this machine's own config."""
    return _name(path) == _name(own_config_file())


def must_be_trusted(home: Path, path: Path, data: bytes) -> None:
    """Raise BadConfig unless the config `path`, holding `data`, may name `home`."""
    if not is_own(path) and not believes(Places.at(home), path, data):
        raise stranger(path)


def stranger(path: Path) -> BadConfig:
    """What to say about a config that nobody trusted."""
    return BadConfig(
        "is not this machine's config, and nobody trusted it (as it is now)",
        f"read it; if you believe it: cotemp trust {path}",
        file=str(path),
    )


def believes(places: Places, file: Path, data: bytes) -> bool:
    """True when `data`, read from `file`, is what was trusted for this home."""
    known = _known(places).get(_name(file))
    return known is not None and known.get("sha256") == _digest(data)


def _known(places: Places) -> dict[str, dict[str, str]]:
    """What is trusted, by real path."""
    try:
        files = json.loads(places.trusted.read_bytes())["files"]
        return {str(name): dict(entry) for name, entry in files.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedData(f"cannot read {places.trusted}: {error}", "remove it, then trust the files again") from None


def _name(file: Path) -> str:
    return os.path.normcase(os.path.realpath(file.expanduser()))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
