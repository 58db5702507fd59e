"""Which files in the home are ours as we wrote them: their digests, kept outside the home."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from ..places import Places, write_whole

__all__ = ["Installed", "digest", "installed", "installed_anywhere", "record"]

Installed = Mapping[str, str]
"""SHA-256 of what we wrote, by path (in the home: relative, with slashes; elsewhere: absolute)."""


def installed(places: Places) -> Installed:
    """What earlier calls of `record` wrote down; nothing where there is no readable record."""
    try:
        files = json.loads(_file(places).read_bytes())["files"]
        return {str(name): str(sha256) for name, sha256 in files.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def installed_anywhere(places: Places) -> set[tuple[str, str]]:
    """Name and digest of all that is recorded for any home of this user."""
    states = {places.state, *(file.parent for file in places.state.parent.glob(f"*/{_NAME}"))}
    return {entry for state in states for entry in installed(Places(places.home, state)).items()}


def record(places: Places, files: Installed) -> None:
    """Write down what is installed, and for which home this state is."""
    entry = {"schema": 1, "home": str(places.home), "files": dict(sorted(files.items()))}
    write_whole(_file(places), json.dumps(entry, indent=2).encode(), mode=0o600)


def digest(data: bytes) -> str:
    """SHA-256 in lower-case hex."""
    return hashlib.sha256(data).hexdigest()


def home_of_state(state: Path) -> Path | None:
    """The home that a state folder belongs to, if `init` ever ran for it."""
    try:
        return Path(json.loads((state / _NAME).read_bytes())["home"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


_NAME = "installed.json"


def _file(places: Places) -> Path:
    return places.state / _NAME
