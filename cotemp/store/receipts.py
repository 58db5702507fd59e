"""Receipts on disk: one small file for each note that was read, `receipts/<note name>.json`."""

from __future__ import annotations

import json
import os
import zlib

from ..messages.receipt import Receipt
from ..names import NAME_BYTES, fit
from ..places import SessionPlaces, make_folder, refuse_link, write_whole
from ..times import local_now, parse_utc, utc
from .mailbox import NotPlain, read_plain

__all__ = ["noted", "read", "write"]

_LIMIT = 4096
_KEYS = ("note", "to", "read_by", "read_at", "via")


def write(session: SessionPlaces, note: str, read_by: str, via: str) -> Receipt:
    """Record that `note` was read now. Raises StorageFailed when the disk refuses."""
    receipt = Receipt(note, session.id, read_by, utc(local_now()), via)
    if not session.receipts.is_dir():
        make_folder(session.receipts)
    refuse_link(session.receipts)
    record = {"schema": receipt.schema} | {key: getattr(receipt, key) for key in _KEYS}
    write_whole(session.receipts / _file_name(note), json.dumps(record, indent=2).encode() + b"\n")
    return receipt


def read(session: SessionPlaces, note: str) -> Receipt | None:
    """The receipt of `note`; None when there is none, or none that can be believed."""
    found = _read(session, _file_name(note))
    return found if found and found.note == note else None


def noted(session: SessionPlaces) -> list[str]:
    """Names of the notes that have a receipt."""
    try:
        return [name.removesuffix(".json") for name in os.listdir(session.receipts) if name.endswith(".json")]
    except (FileNotFoundError, NotADirectoryError):
        return []


def _read(session: SessionPlaces, file: str) -> Receipt | None:
    try:
        record = json.loads(read_plain(session.receipts / file, _LIMIT)[0])
        values = [record[key] for key in _KEYS]
        parse_utc(record["read_at"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError, NotPlain):
        return None
    return Receipt(*values) if all(isinstance(value, str) for value in values) else None


def _file_name(note: str) -> str:
    name = f"{note}.json"
    if len(os.fsencode(name)) <= NAME_BYTES:
        return name
    return fit(note, 200) + f"-{zlib.crc32(os.fsencode(note)):08x}.json"
