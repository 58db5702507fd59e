"""The original's queue: JSON files in `coticker/inbox`, each shown once and moved to `coticker/processed`."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from ..places import Places, make_folder, refuse_link, storage_failed
from ..store.mailbox import NotPlain, move, read_plain
from ..timeline import Happening, Kind
from ..times import dated

__all__ = ["Foreign", "foreign"]

LIMIT = 64 * 1024
"""Bytes that one may have: a line for a person has no more."""
SETTLING = 0.9
"""Seconds for which a file that cannot be read yet is left alone: the original does not write in one step."""


class Foreign(NamedTuple):
    """One file of the queue. `problem` says why it tells nothing; it goes to `processed` all the same."""

    at: datetime
    path: Path
    text: str
    problem: str = ""

    def happening(self) -> Happening:
        """As a line; the text is foreign."""
        what = f"{self.path.name} cannot be shown: {self.problem}" if self.problem else self.text
        return Happening(self.at, Kind.TICKER, "", what, self.path.name, False if self.problem else None)


def foreign(places: Places) -> Iterator[Foreign]:
    """What waits in the queue, oldest first; each is put away when the next one is asked for, so none is lost.

    Raises DamagedData when one of the two folders is a link, StorageFailed when a file cannot be moved.
    """
    inbox, processed = places.home / "coticker" / "inbox", places.home / "coticker" / "processed"
    for folder in (inbox.parent, inbox, processed):
        refuse_link(folder)
    for path, modified in _waiting(inbox):
        found = _read(path, modified)
        if found:
            yield found
            _put_away(path, processed)


def _waiting(inbox: Path) -> list[tuple[Path, float]]:
    try:
        with os.scandir(inbox) as entries:
            found = [
                (Path(entry.path), entry.stat(follow_symlinks=False).st_mtime)
                for entry in entries
                if entry.name.endswith(".json") and not entry.name.startswith(".")
            ]
    except OSError:
        return []
    return sorted(found, key=lambda one: (one[1], one[0].name))


def _read(path: Path, modified: float) -> Foreign | None:
    """None for one that is gone, or perhaps not written whole yet."""
    at = dated(modified)
    try:
        data, _ = read_plain(path, LIMIT + 1)
        return Foreign(at, path, _text(data))
    except FileNotFoundError:
        return None
    except NotPlain as error:
        return Foreign(at, path, "", f"it is {error.kind}, no file")
    except OSError as error:
        problem = error.strerror or str(error)
    except (ValueError, RecursionError) as error:
        problem = str(error)
    return None if 0 <= time.time() - modified < SETTLING else Foreign(at, path, "", problem)


def _text(data: bytes) -> str:
    """What its sender wants shown. Raises ValueError saying why there is none."""
    if len(data) > LIMIT:
        raise ValueError(f"it has more than {LIMIT:,} bytes")
    try:
        value = json.loads(data.decode("utf-8-sig"))
    except ValueError as error:
        raise ValueError(f"it is no JSON ({error})") from None
    if not isinstance(value, dict):
        raise ValueError("it is no JSON object")
    fields = {key.casefold(): field for key, field in value.items()}
    shown = " ".join(part for part in (_string(fields, "icon"), _string(fields, "text")) if part)
    kind = _string(fields, "type") or "block"
    if kind.casefold() == "clear":
        return shown or "(clear)"
    if not shown:
        raise ValueError("it has no text")
    return f"{shown} \u2026" if kind.casefold() == "dots" else shown


def _string(fields: dict[str, Any], key: str) -> str:
    value = fields.get(key)
    return " ".join(value.split()) if isinstance(value, str) else ""


def _put_away(path: Path, processed: Path) -> None:
    with suppress(FileNotFoundError):  # another ticker was first
        make_folder(processed)
        try:
            move(path, processed / path.name)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise storage_failed(processed, error) from error
