"""The grammar of ids and file names: what is allowed, how new ones are made, how old ones are read."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from .errors import BadName
from .times import stamp

__all__ = [
    "DO_EXTENSIONS",
    "DO_LIMIT",
    "TITLE_BYTES",
    "Mark",
    "NoteName",
    "do_extension",
    "do_name",
    "do_tail",
    "fit",
    "is_note",
    "is_run_id",
    "letters",
    "new_do_id",
    "new_run_id",
    "note_name",
    "random_part",
    "read_note_name",
    "recordable",
    "run_of",
    "running_name",
    "safe_title",
    "session_id",
    "split_running",
]

_ALPHABET = "0123456789abcdefghijklmnopqrstuv"
_SESSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9]|lpt[0-9])(?:\..*)?", re.I)
_RUN = r"\d{8}-\d{6}-\d+-[0-9a-v]{4}"
_RUN_ID = re.compile(_RUN, re.ASCII)
_RUNNING = re.compile(rf"({_RUN})__(.+)", re.DOTALL)
_DO_TAIL = re.compile(r"_\d{6}-[0-9a-v]{6}\.[^.]+$")
_RUN_AT_END = re.compile(rf"-({_RUN})$")
_NOTE = re.compile(r"NOTE_(?:[A-Z_]+_)?(\d{8}-\d{6})(?:-[0-9a-v]{6})?(?:_(.+))?\.md", re.DOTALL)

NAME_BYTES = 255
"""The longest file name that every common file system takes, in bytes."""

TITLE_BYTES = 100 if sys.platform == "win32" else 180
"""The longest part of a name that follows from a title: a whole path may have 260 characters on Windows."""

DO_LIMIT = 8 * 1024 * 1024
"""The largest DO in bytes; a larger one is rejected, not read."""

DO_EXTENSIONS = (".ps1", ".py", ".sh")
"""How the DOs of the shipped engines end."""


def random_part(length: int) -> str:
    """`length` random lower-case base32hex characters (5 bits each)."""
    return letters(os.urandom(length))


def letters(data: bytes) -> str:
    """A lower-case base32hex character for each byte, of which five bits count."""
    return "".join([_ALPHABET[byte & 31] for byte in data])


class Mark(NamedTuple):
    """What names a message that must not be made twice: whoever makes it anew gives it the same name.

    `letters` are 12 of `random_part`'s. `again`: somebody may have made it before, and died on the way.
    """

    at: datetime
    letters: str
    again: bool = False


def session_id(text: str) -> str:
    """Return `text` when it is a session id that every system can store.

    Raises BadName, saying why, when it is not.
    """
    if not _SESSION.fullmatch(text):
        raise BadName("session id", text[:80], _what_is_wrong(text))
    if _RESERVED.fullmatch(text):
        raise BadName("session id", text, "Windows keeps this name for a device")
    if text.endswith("."):
        raise BadName("session id", text, "Windows drops a dot at the end")
    return text


def _what_is_wrong(text: str) -> str:
    if not text:
        return "it is empty"
    if len(text) > 64:
        return f"it has {len(text)} characters"
    if not re.match("[A-Za-z0-9]", text, re.ASCII):
        return f"it starts with {text[0]!r}"
    bad = next(c for c in text if not re.match("[A-Za-z0-9._-]", c, re.ASCII))
    return f"it holds {bad!r}"


def new_run_id(now: datetime, pid: int | None = None) -> str:
    """A run id: local time, process, four random characters."""
    return f"{stamp(now)}-{os.getpid() if pid is None else pid}-{random_part(4)}"


def is_run_id(text: str) -> bool:
    """True when `text` is a whole run id of ours."""
    return _RUN_ID.fullmatch(text) is not None


def new_do_id() -> str:
    """The `id:` of a DO of ours; it never runs twice."""
    return random_part(12)


def safe_title(title: str) -> str:
    """The original's rule: what is not a letter, digit, `_` or `-` becomes `_`."""
    return re.sub(r"[^\w-]", "_", title)


def fit(name: str, room: int = NAME_BYTES) -> str:
    """Shorten `name` to `room` bytes, keeping its ending and never cutting a character."""
    if len(os.fsencode(name)) <= room:
        return name
    base, ending = os.path.splitext(name)
    if len(os.fsencode(ending)) > 16:
        base, ending = name, ""
    while base and len(os.fsencode(base + ending)) > room:
        base = base[:-1]
    return base + ending


def do_name(title: str, now: datetime, extension: str, part: str = "") -> str:
    """File name of a dropped DO; the random part (six characters, default: new ones) keeps two of one second apart."""
    tail = f"_{now:%H%M%S}-{part or random_part(6)}{extension}"
    return fit(f"DO_{safe_title(title)}", TITLE_BYTES) + tail


def do_tail(name: str) -> str:
    """What no other DO's name ends with, of a name from `do_name`; it stays when a secret is taken out of the title."""
    found = _DO_TAIL.search(name)
    return found[0] if found else name


def do_extension(name: str, extensions: Collection[str] = DO_EXTENSIONS) -> str | None:
    """The one of `extensions` by which a file of this name is a DO; None when it is none.

    Any `*.ps1` is one, as in the original; of the others only `DO_*`. Case does not matter.
    """
    folded = name.casefold()
    _, dot, ending = folded.rpartition(".")
    extension = dot + ending
    if extension in extensions and (extension == ".ps1" or folded.startswith("do_")):
        return extension
    return None


def note_name(sender: str, now: datetime, kind: str = "", part: str = "") -> str:
    """File name of a note; `sender` is a session id, or `unknown`; `kind` is a word such as `STANDDOWN`.

    `part`: the six random characters (default: new ones).
    """
    return f"NOTE_{kind}{'_' if kind else ''}{stamp(now)}-{part or random_part(6)}_{sender}.md"


@dataclass(frozen=True, slots=True)
class NoteName:
    """What a note's file name tells: local time of sending and sender, None where it is silent."""

    sent: datetime | None
    sender: str | None


def is_note(name: str) -> bool:
    """True for the file name of a note, ours or the original's."""
    return name.startswith("NOTE_") and name.endswith(".md")


def read_note_name(name: str) -> NoteName | None:
    """Read a note's file name, ours or the original's; None when it is no note's."""
    if not is_note(name):
        return None
    match = _NOTE.fullmatch(name)
    if not match:
        return NoteName(None, None)
    try:  # not strptime: its import costs as much as reading a small inbox
        sent = datetime.fromisoformat(match[1].replace("-", "T")).astimezone()
    except (ValueError, OverflowError, OSError):
        sent = None
    return NoteName(sent, match[2])


def recordable(name: str) -> str:
    """`name` as it can be written down anywhere: what is no text, and control characters, become `_`."""
    text = os.fsencode(name).decode("utf-8", "replace").replace("\ufffd", "_")
    return "".join("_" if ord(char) < 32 or ord(char) == 127 else char for char in text)


def running_name(run_id: str, do_file: str) -> str:
    """Name of a claimed DO under `running/` or `held/`."""
    return fit(f"{run_id}__{do_file}", TITLE_BYTES + 60)


def split_running(name: str) -> tuple[str, str] | None:
    """Run id and DO file name of an entry of `running/` or `held/`; None for a stranger."""
    match = _RUNNING.fullmatch(name)
    return (match[1], match[2]) if match else None


def run_of(base: str) -> str | None:
    """The run id at the end of an outbox or log base name, if there is one of ours."""
    match = _RUN_AT_END.search(base)
    return match[1] if match else None
