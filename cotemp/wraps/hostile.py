"""What may be taken in from a stranger: names that mean the same file on every system, few of them, and not too large.

One bad entry refuses the whole: whoever hides one thing may have hidden two.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from ..display import display_line
from ..errors import RefusedByPolicy

__all__ = ["MAX_BYTES", "MAX_FILES", "Entry", "RefusedIntake", "check", "plain_name"]

MAX_BYTES = 200 * 1024 * 1024
"""All files of an intake together, unpacked; the original's `maxUnzippedMB`."""
MAX_FILES = 1500
"""Files and folders of an intake; the original's `maxFiles`."""
MAX_RATIO = 200
"""Times by which one file may grow when it is unpacked: text shrinks to a tenth, bombs to a thousandth."""
_RATIO_COUNTS = 1024 * 1024
_NAME_BYTES, _PATH_LENGTH, _DEPTH = 200, 220, 16

_DRIVE = re.compile(r"[A-Za-z]:")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(?:\..*)?", re.IGNORECASE)
_NOT_EVERYWHERE = re.compile(r'[<>:"|?*]')


class RefusedIntake(RefusedByPolicy):
    """Something was not taken in; nothing of it was written, and it stays where it is."""

    def __init__(self, why: str) -> None:
        super().__init__(f"not taken in: {why}", "nothing was written, and it stays where it is: look at it there")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file (or folder) that wants in: its path with `/`, its size, and how many bytes it has packed."""

    name: str
    size: int = 0
    packed: int | None = None
    is_folder: bool = False


def plain_name(raw: str) -> str:
    """The path of an entry with `/` between its parts; Windows' own zips have backslashes there.

    Raises RefusedIntake, naming it, for one that leaves its folder or that some system would take for something else.
    """
    name = raw.replace("\\", "/").removesuffix("/")
    if why := _what_is_wrong(name):
        raise RefusedIntake(f"{display_line(raw, 120)!r} {why}")
    return name


def check(entries: Iterable[Entry]) -> None:
    """Check all of it together. Raises RefusedIntake."""
    found = list(entries)
    if len(found) > MAX_FILES:
        raise RefusedIntake(f"it has {len(found):,} files, more than {MAX_FILES:,}")
    size = sum(entry.size for entry in found)
    if size > MAX_BYTES:
        raise RefusedIntake(f"it has {size:,} bytes unpacked, more than {MAX_BYTES:,}")
    for entry in found:
        if entry.packed is not None and entry.size > max(_RATIO_COUNTS, entry.packed * MAX_RATIO):
            raise RefusedIntake(f"{entry.name!r} grows from {entry.packed:,} to {entry.size:,} bytes, as bombs do")
    _refuse_collisions(found)


def _what_is_wrong(name: str) -> str:
    """As the end of a sentence; "" for nothing."""
    if display_line(name) != name or "\ufffd" in name:
        return "has hidden characters in its name, or bytes that are no text"
    if name.startswith("/") or _DRIVE.match(name):
        return "is an absolute path"
    parts = name.split("/")
    if ".." in parts:
        return "leads out of its folder"
    if len(parts) > _DEPTH or len(name) > _PATH_LENGTH:
        return "lies too deep"
    return next(filter(None, map(_part_trouble, parts)), "")


def _part_trouble(part: str) -> str:
    if part in ("", "."):
        return "is no plain path"
    if len(part.encode("utf-8", "replace")) > _NAME_BYTES:
        return "is too long"
    if found := _NOT_EVERYWHERE.search(part):
        return f"has a {found[0]!r} in its name"
    if part[-1] in ". ":
        return "ends with a dot or a space, which Windows drops"
    return "is the name of a device on Windows" if _DEVICE.fullmatch(part) else ""


def _refuse_collisions(entries: Iterable[Entry]) -> None:
    """No two entries may be one file somewhere, and none a folder of another that is a file."""
    kinds: dict[str, Entry] = {}
    for entry in entries:
        key = _key(entry.name)
        if key in kinds:
            raise RefusedIntake(f"{entry.name!r} and {kinds[key].name!r} are one name on some systems")
        kinds[key] = entry
    spelled: dict[str, str] = {}
    for entry in kinds.values():
        for parent in _parents(entry.name):
            inside = kinds.get(_key(parent))
            if inside and not inside.is_folder:
                raise RefusedIntake(f"{inside.name!r} is a file, and {entry.name!r} would lie in it")
            if spelled.setdefault(_key(parent), parent) != parent or (inside and inside.name != parent):
                raise RefusedIntake(f"the folder of {entry.name!r} is spelled in two ways")


def _parents(name: str) -> Iterable[str]:
    parts = name.split("/")
    return ("/".join(parts[:count]) for count in range(1, len(parts)))


def _key(name: str) -> str:
    """One for all spellings that some file system takes for the same."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", name).casefold())
