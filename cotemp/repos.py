"""Which folders a DO may write as its repo: never those that decide what DOs may do, else those the owner named; and
which it does not even see, however it calls them."""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterable
from pathlib import Path

__all__ = ["existing", "forbidden", "is_below", "unseen"]

_UNDOTTED = {"win32": "AppData", "darwin": "Library", "linux": "snap"}
"""The folder of HOME in which programs keep what they know of their user though no dot hides it."""
_SYSTEM = () if sys.platform == "win32" else ("/dev", "/etc", "/proc", "/run", "/sys", "/var/spool")
"""Nobody keeps a repo there, but passwords, keys and other programs' sockets lie there."""
_ELSEWHERE = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "GNUPGHOME")
"""Variables that name such folders of HOME where somebody put them elsewhere."""


def existing(named: str | None) -> Path | None:
    """The folder of this machine that a header's `repo.path` names, as a real path; None where there is none."""
    if not named or "\0" in named:
        return None
    path = os.path.expanduser(named)
    return _real(Path(path)) if os.path.isabs(path) and os.path.isdir(path) else None


def forbidden(repo: Path, *, home: Path, state: Path, config: Path) -> str:
    """Why `repo`, a real path, may never be written, whoever consents; '' when it may.

    `home` is cotemp's home, `state` the folder of this machine's state for all homes
    (`Places.state.parent`), `config` the folder of this machine's own `agents.toml`. The three may be
    links, and need not exist. The reason is half a sentence: "it is …", "it lies in …".
    """
    folder = _loose(repo)
    if folder == _loose(Path(repo.anchor)):
        return "it is the root of a disk"
    user = _loose(_real(Path.home()))
    if folder == user:
        return "it is your home folder"
    if folder in user.parents:
        return "your home folder lies in it"
    for what, place in (("home", home), ("state", state), ("configuration", config)):
        ours = _loose(_real(place))
        if folder == ours:
            return f"it is cotemp's {what}"
        if folder in ours.parents:
            return f"cotemp's {what} lies in it"
        if ours in folder.parents:
            return f"it lies in cotemp's {what}"
    return ""


def unseen(repo: Path, named: Iterable[Path]) -> str:
    """Why a DO that only reads does not see `repo`, a real path, as its repo; '' when it does.

    The author of a DO chooses its repo, and would choose `~/.ssh`: hidden folders of the user's home, and what only
    the system keeps, are shown where the owner `named` them or a folder around them. The reason is half a sentence.
    """
    if is_below(repo, named):
        return ""
    for place in (*_SYSTEM, *filter(os.path.isabs, (os.environ.get(name, "") for name in _ELSEWHERE))):
        if is_below(repo, [_real(Path(place))]):
            return f"it lies in {place}"
    for home in _homes(repo):
        parts = repo.relative_to(home).parts
        if any(part.startswith(".") for part in parts) or parts[:1] == (_UNDOTTED.get(sys.platform),):
            return "it lies in a hidden folder of a user's home, and policy.read does not name it"
    return ""


def is_below(repo: Path, roots: Iterable[Path]) -> bool:
    """True when `repo` is one of `roots` or lies in one; all are real paths, which nothing here reads."""
    plain = _strict(repo)
    return any(plain == root or root in plain.parents for root in map(_strict, roots))


def _homes(repo: Path) -> Iterable[Path]:
    """Home folders in which `repo` lies: the user's own, and others', where we are root."""
    users = [_real(Path.home()), Path("/root"), *(Path("/home", part) for part in repo.parts[2:3])]
    return [user for user in users if user in repo.parents]


def _real(place: Path) -> Path:
    return Path(os.path.realpath(place))


def _loose(path: Path) -> Path:
    """One path for all spellings that some file system takes for the same: for saying no, a doubt is enough."""
    return Path(unicodedata.normalize("NFC", os.fspath(path)).casefold())


def _strict(path: Path) -> Path:
    """For saying yes: only spellings that this system always takes for the same."""
    return Path(os.path.normcase(path))
