"""Which folders a DO may write as its repo: never those that decide what DOs may do, else those the owner named."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable
from pathlib import Path

__all__ = ["existing", "forbidden", "is_below"]


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


def is_below(repo: Path, roots: Iterable[Path]) -> bool:
    """True when `repo` is one of `roots` or lies in one; all are real paths, which nothing here reads."""
    plain = _strict(repo)
    return any(plain == root or root in plain.parents for root in map(_strict, roots))


def _real(place: Path) -> Path:
    return Path(os.path.realpath(place))


def _loose(path: Path) -> Path:
    """One path for all spellings that some file system takes for the same: for saying no, a doubt is enough."""
    return Path(unicodedata.normalize("NFC", os.fspath(path)).casefold())


def _strict(path: Path) -> Path:
    """For saying yes: only spellings that this system always takes for the same."""
    return Path(os.path.normcase(path))
