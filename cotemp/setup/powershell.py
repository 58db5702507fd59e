"""The PowerShell side: scripts in the home, the module where PowerShell looks for it, which Python runs cotemp."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..places import (
    JOIN,
    Places,
    classic_home,
    make_folder,
    own_config_file,
    platform_home,
    refuse_link,
    shipped,
    storage_failed,
    write_whole,
)
from .done import Done
from .installed import digest, installed, installed_anywhere, record

if TYPE_CHECKING:
    from platformdirs.api import PlatformDirsABC

__all__ = [
    "home_scripts",
    "install_powershell",
    "is_shared",
    "module_folders",
    "put_back",
    "python_record",
    "restore_originals",
]

_ORIGINAL = ".orig"
_MODULE = "Cotemp"
_PART = re.compile(rb'\. "\$PSScriptRoot/([\w./-]+)"')
"""A line by which the module takes in one of its files."""
_KEPT = "kept, it is yours (cotemp init --restore puts it back)"


def install_powershell(places: Places) -> list[Done]:
    """Install or update all of it. A file that we did not write is kept as `*.orig`, and told of.

    Raises StorageFailed when the disk refuses, DamagedData for a folder that is a link.
    """
    work = _Installation(places)
    done = list(work.put("the PowerShell scripts", places.home, _in_home(places)))
    for folder in module_folders():
        done += work.put("the PowerShell module", folder, _module(folder))
    done += work.put("the Python of PowerShell", python_record(), {python_record(): _python()})
    done += work.put(f"{JOIN} that leads to the home", classic_home(), _forward(places))
    work.clear()
    record(places, work.ours)
    return done


def restore_originals(places: Places) -> list[Done]:
    """Put back what `install_powershell` kept as `*.orig`. What somebody changed of ours since then is left."""
    ours, done = dict(installed(places)), list[Done]()
    for name, sha256 in installed(places).items():
        file = places.home / name  # an absolute name stands for itself
        if not _originals(file):
            continue
        if _digest_of(file) in (None, sha256):
            put_back(file)
            del ours[name]
            done.append(Done(file.name, file, changed=True, remark="put back as it was before cotemp"))
        else:
            done.append(
                Done(file.name, file, changed=False, remark=f"changed since: yours is {_originals(file)[-1].name}")
            )
    record(places, ours)
    return done


def put_back(file: Path) -> None:
    """Rename the newest `*.orig` of `file`, if there is one, to its old name. Raises StorageFailed."""
    try:
        for original in _originals(file)[-1:]:
            original.replace(file)
    except OSError as error:
        raise storage_failed(file, error) from error


def home_scripts() -> Iterator[str]:
    """Which scripts belong into the home, as relative paths with slashes."""
    root = shipped("ps") / "home"
    yield from sorted(file.relative_to(root).as_posix() for file in root.rglob("*.ps1"))


def module_folders() -> list[Path]:
    """Where the module belongs: one folder for each PowerShell that there may be."""
    if sys.platform == "win32":
        documents = Path(_platform().user_documents_dir)
        roots = [documents / "PowerShell", documents / "WindowsPowerShell"]
    else:
        roots = [Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "powershell"]
    return [root / "Modules" / _MODULE for root in roots]


def python_record() -> Path:
    """The file that tells PowerShell which Python runs cotemp; true of this machine, so it is not in the home."""
    return own_config_file().parent / "python.txt"


def is_shared(file: Path) -> bool:
    """True for what all homes of this user share."""
    return file == python_record() or any(file.is_relative_to(folder) for folder in module_folders())


def _platform() -> PlatformDirsABC:
    from platformdirs import PlatformDirs

    return PlatformDirs(appauthor=False)


def _in_home(places: Places) -> dict[Path, bytes]:
    root = shipped("ps") / "home"
    return {places.home / name: (root / name).read_bytes() for name in home_scripts()}


def _module(folder: Path) -> dict[Path, bytes]:
    root = shipped("ps") / _MODULE
    files = {folder / file.name: file.read_bytes() for file in root.iterdir() if file.suffix in (".psd1", ".ps1xml")}
    return files | {folder / f"{_MODULE}.psm1": _in_one(root)}


def _in_one(root: Path) -> bytes:
    """The module with all that it dot-sources in one file: PowerShell opens forty in some 20 ms, at each import."""
    lines = list[bytes]()
    for line in (root / f"{_MODULE}.psm1").read_bytes().splitlines():
        part = _PART.fullmatch(line)
        lines += (b"# " + part[1], (root / os.fsdecode(part[1])).read_bytes().rstrip(), b"") if part else (line,)
    return b"\n".join([*lines, b""])


def _python() -> bytes:
    return f"{sys.executable}\n".encode()


def _forward(places: Places) -> dict[Path, bytes]:
    """Old snippets join at one place, always; where this system calls Downloads otherwise, that leads to the home."""
    if classic_home() == platform_home() or places.home != Path(os.path.realpath(platform_home())):
        return {}
    target = str(places.home / JOIN).replace("'", "''")
    text = f"# The home of CoTemp is elsewhere on this machine: this joins it.\n. '{target}'\n"
    # Windows PowerShell reads what has no BOM as the local code page.
    return {classic_home() / JOIN: text.encode("ascii" if text.isascii() else "utf-8-sig")}


class _Installation:
    """What is written now, and which files on disk are known to be ours, from whichever home of this user."""

    def __init__(self, places: Places) -> None:
        self.ours = dict(installed(places))
        self._home = places.home
        self._known = installed_anywhere(places)
        self._put: set[str] = set()

    def put(self, what: str, where: Path, files: Mapping[Path, bytes]) -> Iterator[Done]:
        """Write those that differ. Says once for all that it did, and names each file that it kept."""
        written = 0
        for file, data in files.items():
            name = file.relative_to(self._home).as_posix() if file.is_relative_to(self._home) else str(file)
            present = _digest_of(file)
            if present != digest(data):
                if present and (name, present) not in self._known and file != python_record():
                    yield Done(file.name, _set_aside(file), changed=True, remark=_KEPT)
                if file.is_relative_to(self._home):
                    refuse_link(file.parent)  # others may write there
                make_folder(file.parent)
                write_whole(file, data)
                written += 1
            self.ours[name] = digest(data)
            self._put.add(name)
        remark = f"{written} of {len(files)} files written" if written else ""
        if files:
            yield Done(what, where, changed=written > 0, remark=remark)

    def clear(self) -> None:
        """Remove files of an older module that are part of it no more."""
        for name in self.ours.keys() - self._put:
            file = Path(name)
            if file.is_absolute() and is_shared(file) and _digest_of(file) == self.ours.pop(name):
                file.unlink()


def _set_aside(file: Path) -> Path:
    """Keep what is there, under a name of its own: `*.orig`, then `*.orig2` and so on."""
    number = len(_originals(file)) + 1
    kept = file.with_name(f"{file.name}{_ORIGINAL}{number if number > 1 else ''}")
    try:
        file.rename(kept)
    except OSError as error:
        raise storage_failed(kept, error) from error
    return kept


def _originals(file: Path) -> list[Path]:
    """What was set aside for `file`, oldest first."""
    found, number = list[Path](), 1
    while True:
        kept = file.with_name(f"{file.name}{_ORIGINAL}{number if number > 1 else ''}")
        if not os.path.lexists(kept):
            return found
        found.append(kept)
        number += 1


def _digest_of(file: Path) -> str | None:
    """Digest of what is there under this name; None when nothing is."""
    if not os.path.lexists(file):
        return None
    try:
        return digest(file.read_bytes()) if not file.is_symlink() else "a link"
    except OSError:
        return "unreadable"
