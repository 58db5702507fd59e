"""Unpacking a ZIP of a stranger: everything is checked before the first byte is written."""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from ..errors import DamagedData, NotFound
from ..places import storage_failed
from .hostile import MAX_BYTES, MAX_FILES, Entry, RefusedIntake, check, plain_name

__all__ = ["Source", "read_archive", "unpacked"]

Source = Iterator[tuple[str, bytes]]
"""Files as path with `/` and bytes, each unpacked when it is asked for."""

_END = struct.Struct("<4s4H2LH")  # the record at the end of a ZIP, before its comment
_LOCAL = 30  # bytes before the name of a file, where its packed bytes follow
_LISTING = MAX_FILES * 1024
"""Bytes that the list of contents may have; real ones have about a hundred for each file."""
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_ENCRYPTED = 0x1


def read_archive(path: Path) -> bytes:
    """The bytes of an archive, read once: nobody can change them between the check and the unpacking.

    Raises NotFound, RefusedIntake for what is larger than all its files may be, StorageFailed.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as file:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                raise RefusedIntake(f"{path} is no regular file")
            if found.st_size > MAX_BYTES:
                raise RefusedIntake(f"{path} has {found.st_size:,} bytes, more than {MAX_BYTES:,}")
            return file.read(MAX_BYTES)
    except FileNotFoundError:
        raise NotFound(f"there is no {path}", "name a ZIP or a folder") from None
    except OSError as error:
        raise storage_failed(path, error) from error


def unpacked(data: bytes, rename: Callable[[str], str] = str) -> tuple[list[Entry], Source]:
    """What is in an archive, checked, and its files; `rename` gives each the path that it gets.

    Raises RefusedIntake for what is hostile, DamagedData for what is no whole ZIP; reading the files may raise it, too.
    """
    _refuse_huge_listing(data)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        infos = archive.infolist()
    except UnicodeDecodeError:
        raise RefusedIntake("it has a name that is no text") from None
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error, OSError, EOFError) as error:
        raise _damaged(error) from error
    named = [(rename(_name(info)), info) for info in infos]
    entries = [Entry(name, info.file_size, info.compress_size, info.is_dir()) for name, info in named]
    check(entries)
    _refuse_overlap(infos, len(data))
    return entries, _files(archive, [(name, info) for name, info in named if not info.is_dir()])


def _refuse_huge_listing(data: bytes) -> None:
    """Raise for an archive whose list of contents would fill the memory before anybody can look at it."""
    place = data.rfind(b"PK\5\6", max(0, len(data) - 0xFFFF - _END.size))
    last = data[-_END.size :]
    if last[:4] == b"PK\5\6" and last[-2:] == b"\0\0":
        place = len(data) - _END.size
    if place < 0 or place + _END.size > len(data):
        raise DamagedData("it is no ZIP, or its end is missing", "get it again")
    if data[max(0, place - 20) : place][:4] == b"PK\6\7":
        raise RefusedIntake("it is a ZIP64, which nothing that is small enough needs")
    _, _, _, _, count, listing, _, _ = _END.unpack_from(data, place)
    if count > MAX_FILES or listing > _LISTING:
        raise RefusedIntake(
            f"it has {count:,} files and a list of {listing:,} bytes; at most {MAX_FILES:,} files may be"
        )


def _refuse_overlap(infos: list[zipfile.ZipInfo], size: int) -> None:
    """Raise where the same packed bytes stand for several files, which is how a small archive becomes a large one."""
    ordered = sorted(infos, key=lambda info: info.header_offset)
    starts = [*(info.header_offset for info in ordered[1:]), size]
    for info, following in zip(ordered, starts, strict=False):
        if info.header_offset + _LOCAL + info.compress_size > following:
            raise RefusedIntake("its files overlap each other")


def _name(info: zipfile.ZipInfo) -> str:
    """Its path. Raises RefusedIntake for an entry that is no plain file or folder."""
    if "\0" in info.orig_filename:
        raise RefusedIntake(f"{info.filename!r} has a hidden end in its name")
    name = plain_name(info.orig_filename)
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        raise RefusedIntake(f"{name!r} is a symlink")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise RefusedIntake(f"{name!r} is no file")
    if info.flag_bits & _ENCRYPTED:
        raise RefusedIntake(f"{name!r} is encrypted, so nobody can look into it")
    if info.compress_type not in _METHODS:
        raise RefusedIntake(f"{name!r} is packed in a way that is not unpacked here")
    return name


def _files(archive: zipfile.ZipFile, named: list[tuple[str, zipfile.ZipInfo]]) -> Source:
    for name, info in named:
        try:
            with archive.open(info) as file:
                data = file.read(info.file_size + 1)
        except (
            zipfile.BadZipFile,
            NotImplementedError,
            zlib.error,
            EOFError,
            OSError,
            ValueError,
            RuntimeError,
        ) as error:
            raise _damaged(error) from error
        if len(data) != info.file_size:
            raise DamagedData(f"{name!r} has not the size that the ZIP says", "get it again")
        yield name, data


def _damaged(error: Exception) -> DamagedData:
    return DamagedData(f"it is no whole ZIP: {error}", "get it again")
