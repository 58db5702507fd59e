"""Takes secrets out of files: each is read as a stream, and rewritten whole only when it holds one."""

from __future__ import annotations

import json
import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

from ..names import random_part
from ..places import TEMPORARY
from ..renames import remove, replace
from .scrubber import Scrubber

__all__ = ["Changed", "is_text", "known_in", "scrub_file"]

CHUNK = 1024 * 1024
HEAD = 8000
"""Bytes at the beginning that tell a text from other data: a NUL among them means that it is none, as for git."""
_UTF16 = b"\xff\xfe"
JSON_LIMIT = 16 * 1024 * 1024
"""Larger JSON files are treated as any other text."""

_BARE_MARK = re.compile(rb"(?<=[:,\[\s])(\[secret:[^:\]]+:[0-9a-v]{4}\])(?=\s*[,}\]])")


class Changed(Exception):
    """Somebody wrote to the file while it was read: it was left as it is."""


def is_text(path: Path) -> bool:
    """True for a regular file that holds text. Never waits, never follows a link. Raises OSError."""
    with _opened(path) as file:
        head = file.read(HEAD)
    return b"\0" not in head or (head.startswith(_UTF16) and b"\0\0" not in head)


def known_in(path: Path, scrubber: Scrubber) -> set[str]:
    """Names of the known values that a file of any kind holds. Raises OSError."""
    found: set[str] = set()
    tail = b""
    with _opened(path) as file:
        for chunk in _chunks(file):
            found |= scrubber.known_in(tail + chunk)
            tail = (tail + chunk)[-scrubber.longest_known :]
    return found


def scrub_file(path: Path, scrubber: Scrubber) -> dict[str, int]:
    """Replace the secrets of a text file by marks; returns how many of each kind.

    Readers see the old file or the new one, which keeps mode, owner and times. JSON stays JSON.
    Raises Changed, OSError.
    """
    with _opened(path) as file:
        found = os.fstat(file.fileno())
        counts = _search(file, scrubber)
        if not counts:
            return {}
        file.seek(0)
        temporary = path.with_name(TEMPORARY + random_part(10))
        try:
            counts = _rewrite(file, temporary, found, scrubber.fresh(), is_json=path.suffix.lower() == ".json")
            if _token(path.lstat()) != _token(found):
                raise Changed
            replace(temporary, path)
        except BaseException:
            with suppress(OSError):
                remove(temporary)
            raise
    return counts


def _opened(path: Path) -> IO[bytes]:
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    file = os.fdopen(os.open(path, flags), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(f"{path} is no file")
    return file


def _token(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_ino, found.st_size, found.st_mtime_ns


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: file.read(CHUNK), b"")


def _search(file: IO[bytes], scrubber: Scrubber) -> dict[str, int]:
    fresh = scrubber.fresh()
    for chunk in _chunks(file):
        fresh.feed(chunk)
    fresh.finish()
    return fresh.counts


def _rewrite(
    file: IO[bytes], target: Path, found: os.stat_result, scrubber: Scrubber, *, is_json: bool
) -> dict[str, int]:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(target, flags, 0o600), "wb") as clean:
        if is_json and found.st_size <= JSON_LIMIT:
            clean.write(_json(file.read(), scrubber))
        else:
            for chunk in _chunks(file):
                clean.write(scrubber.feed(chunk))
            clean.write(scrubber.finish())
        clean.flush()
        os.fsync(clean.fileno())
        if sys.platform != "win32":
            with suppress(OSError):  # only root may give files to others
                os.fchown(clean.fileno(), found.st_uid, found.st_gid)
            os.fchmod(clean.fileno(), stat.S_IMODE(found.st_mode))
    os.utime(target, ns=(found.st_atime_ns, found.st_mtime_ns))
    return scrubber.counts


def _json(data: bytes, scrubber: Scrubber) -> bytes:
    """The text without secrets, laid out as it was unless a mark would break its syntax."""
    once = scrubber.fresh()
    clean = once.scrub_bytes(data)
    if _is_json(data):
        # A number becomes a text: its mark needs quotes.
        for text in (clean, _BARE_MARK.sub(rb'"\1"', clean)):
            if _is_json(text):
                scrubber.counts.update(once.counts)
                return text
        value = scrubber.scrub_json(json.loads(data))
        return json.dumps(value, indent=2, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"
    scrubber.counts.update(once.counts)
    return clean


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except ValueError:
        return False
    return True
