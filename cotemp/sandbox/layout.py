"""From a view to what is mounted where on this machine: links are followed, secrets and sockets are looked for."""

from __future__ import annotations

import contextlib
import glob
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .repo import Found, git_parts, walk
from .view import View, is_within

__all__ = ["Layout", "lay_out", "listening"]

SCRATCH = (Path("/tmp"), Path("/run"), Path("/var/tmp"))  # noqa: S108  (covered, not used)
"""Where programs leave sockets, locks and files for each other."""
_SECRET_FILES = (
    "/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/gshadow-", "/etc/security/opasswd", "/etc/krb5.keytab",
    "/etc/sudoers", "/etc/apt/auth.conf", "/etc/ssh/ssh_host_*_key",
)  # fmt: skip
_SECRET_FOLDERS = (
    "/etc/ssl/private", "/etc/wireguard", "/etc/NetworkManager/system-connections", "/etc/letsencrypt",
    "/etc/sudoers.d", "/etc/apt/auth.conf.d", "/etc/kubernetes", "/var/spool/cron",
)  # fmt: skip
"""What only root may read on most machines; here it matters where cotemp runs as root."""
_PRIVATE_VARIABLES = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "GNUPGHOME")
"""They name parts of HOME that somebody put elsewhere."""
_LISTENS = 0x10000
"""Flag of a socket in /proc/net/unix: it accepts connections."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Real paths. `private` folders are empty and writable, `closed` ones empty and read-only; `shown` ones are
    seen as they are, read-only; `masked` files are empty, and so are
    `fleeting` ones, which may be gone at any moment; `pinned` (source, place) stay as they are even
    where all around can be written, and `anchored` ones cannot be moved away; `links` (place, target) are made
    anew. `complete`: no secret was left unsought.
    """

    private: tuple[Path, ...] = ()
    closed: tuple[Path, ...] = ()
    shown: tuple[Path, ...] = ()
    masked: tuple[Path, ...] = ()
    fleeting: tuple[Path, ...] = ()
    pinned: tuple[tuple[Path, Path], ...] = ()
    anchored: tuple[tuple[Path, Path], ...] = ()
    links: tuple[tuple[Path, Path], ...] = ()
    home_hidden: bool = True
    complete: bool = True


def lay_out(view: View) -> Layout:
    """Look at this machine, and say what `view` means on it."""
    private = _distinct(path for path in (*SCRATCH, *_homes(view)) if path.is_dir())
    hidden = [path for path in _distinct(view.hidden) if path.exists()]
    closed = [path for path in (*hidden, *_readable(_SECRET_FOLDERS)) if path.is_dir()]
    wanted = [*view.programs, *view.read, *(view.secret_read if view.secrets else ()), *_resolver(view)]
    shown = [p for p in _distinct(wanted) if p.exists() and not _would_uncover(p, private, closed)]
    found = walk(view.repo) if view.repo and view.repo_mode != "none" else Found()
    env_files = [] if view.secrets else _as_shown(view, found.env_files)
    secret = (*_readable(_SECRET_FILES), *(path for path in hidden if path.is_file()))
    in_sight = (*shown, *((view.repo,) if view.repo and view.repo_mode != "copy" else ()))
    sockets = [p for p in listening() if _within_any(p, in_sight) or not _within_any(p, (*private, *closed))]
    return Layout(
        private=tuple(private),
        closed=tuple(closed),
        shown=tuple(shown),
        masked=tuple(_distinct(secret)),
        fleeting=tuple(_distinct([*env_files, *sockets])),
        pinned=tuple(_pinned(view, found)),
        anchored=tuple(_anchored(view, found)),
        links=tuple((path, Path(os.path.realpath(path))) for path in wanted if _is_lost_link(path, private)),
        home_hidden=Path(os.path.realpath(view.home_dir)) != Path("/"),
        complete=found.complete or view.secrets,
    )


def _as_shown(view: View, files: Iterable[Path]) -> list[Path]:
    """Those of the repo's files that the run would see: hiding one that a copy lacks would make it there."""
    if view.repo_mode != "copy" or not view.repo or not view.copy:
        return list(files)
    return [path for path in files if (view.copy / path.relative_to(view.repo)).exists()]


def _homes(view: View) -> Iterator[Path]:
    """HOME, the home that the system knows, what was moved out of it; every home there is where we are root."""
    yield view.home_dir
    yield from (Path(os.environ[name]) for name in _PRIVATE_VARIABLES if os.path.isabs(os.environ.get(name, "")))
    if sys.platform != "win32":
        import pwd  # there is none on Windows

        with contextlib.suppress(KeyError):  # a user that nobody knows, as in some containers
            yield Path(pwd.getpwuid(os.getuid()).pw_dir)
        if os.getuid() == 0:
            yield from (Path("/root"), Path("/home"))


def _distinct(paths: Iterable[Path]) -> list[Path]:
    """Real paths, each once; never the root."""
    real = dict.fromkeys(Path(os.path.realpath(path)) for path in paths)
    return [path for path in real if path != Path("/")]


def _would_uncover(path: Path, private: list[Path], closed: list[Path]) -> bool:
    """Whether showing `path` would show what must not be seen: all of a home, or something in a closed folder."""
    return any(is_within(home, path) for home in private) or _within_any(path, closed)


def _within_any(path: Path, folders: Iterable[Path]) -> bool:
    return any(is_within(path, folder) for folder in folders)


def _is_lost_link(path: Path, private: list[Path]) -> bool:
    return path.is_symlink() and _within_any(Path(os.path.realpath(path.parent), path.name), private)


def _resolver(view: View) -> list[Path]:
    """Where the names of the network are looked up; often a link into /run."""
    return [Path(os.path.realpath("/etc/resolv.conf"))] if view.network else []


def _readable(patterns: Iterable[str]) -> list[Path]:
    found = (name for pattern in patterns for name in (glob.glob(pattern) if "*" in pattern else (pattern,)))
    return [Path(name) for name in found if os.access(name, os.R_OK)]


def listening() -> Iterator[Path]:
    """Unix sockets of this machine that have a path: a read-only mount does not keep anybody from connecting."""
    try:
        with open("/proc/net/unix", encoding="utf-8", errors="surrogateescape") as file:
            rows = [line.rstrip("\n").split(None, 7) for line in file][1:]
    except OSError:
        return
    names = {row[7] for row in rows if len(row) == 8 and row[7].startswith("/") and _accepts(row)}
    yield from (Path(os.path.realpath(name)) for name in names if os.path.exists(name))


def _accepts(row: list[str]) -> bool:
    return bool(int(row[3], 16) & _LISTENS) or row[4] == "0002"  # a datagram socket hears without listening


def _pinned(view: View, found: Found) -> Iterator[tuple[Path, Path]]:
    """What a run may never change in its repo, not even in its own view of it: (source, place)."""
    if not view.repo or view.repo_mode not in ("overlay", "copy"):
        return
    shown = view.copy if view.repo_mode == "copy" and view.copy else view.repo
    for git in found.git:
        if not git.is_symlink() and git.is_dir():
            places = git_parts(shown / git.relative_to(view.repo))
            yield from ((part, view.repo / part.relative_to(shown)) for part in places)


def _anchored(view: View, found: Found) -> Iterator[tuple[Path, Path]]:
    """The git folders of a copy: one that could be renamed would take what is pinned in it along. (In an overlay
    no folder of the repo can be renamed.)"""
    if view.repo and view.copy and view.repo_mode == "copy":
        places = ((view.copy / git.relative_to(view.repo), git) for git in found.git)
        yield from ((source, place) for source, place in places if source.is_dir() and not source.is_symlink())
