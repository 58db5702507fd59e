"""The mark of the web: PowerShell does not load scripts that Windows remembers as downloaded."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from ..places import JOIN, Places, classic_home
from ..setup.installed import digest, installed_anywhere
from ..setup.powershell import module_folders
from .finding import Found, Look, warn

__all__ = ["downloaded", "find", "is_foreign", "mend", "read_mark", "remove_mark", "unblock"]

_STREAM = ":Zone.Identifier"
_ZONE = re.compile(rb"^\s*ZoneId\s*=\s*(\d+)", re.IGNORECASE | re.MULTILINE)
_INTERNET = 3
"""The zones from here on (Internet, Restricted Sites) are the ones whose scripts RemoteSigned does not load."""
_LOADED = (".ps1", ".psm1", ".psd1", ".ps1xml")

ReadMark = Callable[[Path], bytes | None]
RemoveMark = Callable[[Path], None]


def find(look: Look) -> Iterator[Found]:
    """No script of the home and no file of the module is marked as downloaded."""
    if sys.platform != "win32":
        return
    yield from downloaded(look.places, read_mark)


def mend(look: Look) -> Iterator[str]:
    """Take the mark off what `init` wrote: where those bytes come from is known."""
    if sys.platform != "win32":
        return
    yield from unblock(look.places, read_mark, remove_mark)


def downloaded(places: Places, read: ReadMark) -> Iterator[Found]:
    """What is marked, our files apart from those of others."""
    marked = list(_marked(places, read))
    ours = _ours(places, marked)
    if ours:
        what = f"marked as downloaded, so PowerShell may not load them: {_some(ours)}"
        yield warn(what, "cotemp doctor --fix", can_fix=True)
    others = [file for file in marked if file not in ours]
    if others:
        what = f"marked as downloaded, and not as cotemp wrote them: {_some(others)}"
        yield warn(what, f"if you trust them, in PowerShell: Unblock-File -LiteralPath {_quoted(others)}")


def unblock(places: Places, read: ReadMark, remove: RemoveMark) -> Iterator[str]:
    """Remove the mark of our own files."""
    for file in _ours(places, list(_marked(places, read))):
        remove(file)
        yield f"{file} is no longer marked as downloaded"


def is_foreign(mark: bytes | None) -> bool:
    """True for the content of a mark that names the Internet, or a zone that is trusted even less."""
    zone = _ZONE.search(mark or b"")
    return bool(zone and int(zone[1]) >= _INTERNET)


def read_mark(file: Path) -> bytes | None:
    """The mark of a file: a second stream of it. None where it has none, or its file system knows no streams."""
    try:
        with open(f"{file}{_STREAM}", "rb") as stream:
            return stream.read(65536)
    except OSError:
        return None


def remove_mark(file: Path) -> None:
    """Remove the stream; the file itself is not touched. Raises OSError."""
    with contextlib.suppress(FileNotFoundError):
        Path(f"{file}{_STREAM}").unlink()


def _marked(places: Places, read: ReadMark) -> Iterator[Path]:
    return (file for file in _scripts(places) if is_foreign(read(file)))


def _scripts(places: Places) -> Iterator[Path]:
    """What somebody's PowerShell loads of the home, and of our module. DOs are not among it: they are run unasked."""
    home = places.home
    found = [*home.glob("*"), *(home / "common").rglob("*"), *(home / "scripts").rglob("*")]
    for folder in module_folders():
        found += folder.rglob("*")
    if classic_home() != home:
        found.append(classic_home() / JOIN)
    yield from sorted(file for file in found if file.suffix.lower() in _LOADED and file.is_file())


def _ours(places: Places, files: list[Path]) -> list[Path]:
    """Those whose bytes are what some `init` of this user wrote under this name."""
    known = installed_anywhere(places) if files else set()
    return [file for file in files if (_name(places, file), digest(file.read_bytes())) in known]


def _name(places: Places, file: Path) -> str:
    """As the record of what is installed calls it."""
    return file.relative_to(places.home).as_posix() if file.is_relative_to(places.home) else str(file)


def _some(files: list[Path]) -> str:
    shown = ", ".join(map(str, files[:3]))
    return shown if len(files) <= 3 else f"{shown} and {len(files) - 3} more"


def _quoted(files: list[Path]) -> str:
    return ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
