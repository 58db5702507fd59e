"""The desk: keeps pastes as files in the home, one folder a session, and what became of each of them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

from ..chat.budget import size, vendor
from ..chat.paste import Kind, Paste, Scrub, digest, one_line, render
from ..errors import AnswerIsNo, BadUsage, DamagedData, NotFound
from ..names import session_id
from ..places import Places, is_link, make_folder, refuse_link, write_whole
from ..redact import machine_key
from ..store.claims import hold
from ..store.mailbox import NotPlain, read_plain
from ..times import local_now, stamp, utc
from .chats import given
from .record import Event, Part, Record, opened, sealed

__all__ = ["ENDING", "Desk", "Listing"]

ENDING = ".paste.md"
_RECORD_LIMIT = 256 * 1024
_PART_LIMIT = 1024 * 1024
_PARTS = 200
_PATIENCE = 5.0
"""Seconds for which another process may be at the desk."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The pastes, newest first, and the records that this machine did not write, or not so."""

    records: tuple[Record, ...] = ()
    strangers: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Desk:
    """The pastes of a home. Several processes may be at it at once."""

    places: Places
    clock: Callable[[], datetime] = field(default=local_now)

    @property
    def root(self) -> Path:
        """The folder of all pastes."""
        return self.places.home / "pastes"

    @cached_property
    def _key(self) -> bytes:
        return machine_key(self.places)

    # --- making ---

    def make(self, paste: Paste, window: str, scrub: Scrub, *, about: str = "", priority: str = "normal") -> Record:
        """Put a paste on the desk, in parts that fit into the window of the vendor `window`; it waits from now on.

        It is there when its record is: a crash before that leaves files that nobody lists.

        Raises BadUsage for a vendor that is none and for more parts than anybody pastes, DamagedData for a folder that
        is a link, StorageFailed.
        """
        texts = render(paste, vendor(window), scrub)
        if len(texts) > _PARTS:
            raise BadUsage(f"it would have {len(texts)} parts, and at most {_PARTS} may be", "paste less of it")
        folder = self._folder(paste.session)
        base = f"{stamp(paste.created.astimezone())}-{paste.id.removeprefix('p-')}__{paste.kind}"
        record = Record(
            id=paste.id,
            base=base,
            kind=paste.kind,
            session=paste.session,
            title=one_line(scrub(paste.title)),
            digest=digest(scrub(paste.body)),
            expect=paste.expect,
            vendor=window,
            created=paste.created,
            parts=tuple(self._part(folder, base, text, number) for number, text in enumerate(texts, 1)),
            history=(_event("made", paste.created),),
            about=about,
            priority=one_line(scrub(priority), 40),
        )
        self._write(record)
        return record

    def _part(self, folder: Path, base: str, text: str, number: int) -> Part:
        name = f"{base}{ENDING}" if number == 1 else f"{base}.part-{number}{ENDING}"
        data = text.encode("utf-8", "replace")
        write_whole(folder / name, data)
        return {"file": name, "sha256": hashlib.sha256(data).hexdigest(), "characters": size(text)}

    def _folder(self, session: str) -> Path:
        folder = self.root / session_id(session)
        for one in (self.root, folder):
            refuse_link(one)
            make_folder(one)
        return folder

    def _write(self, record: Record) -> None:
        write_whole(self._file(record), sealed(record, self._key))

    def _file(self, record: Record) -> Path:
        return self.root / record.session / f"{record.base}.json"

    # --- finding ---

    def listing(self, session: str | None = None) -> Listing:
        """All pastes, or those of one session. What is no file of ours is told, not believed."""
        found: dict[str, Record] = {}
        strangers: list[Path] = []
        for path in self._files(session):
            record = self._read(path)
            if record is None or record.id in found:
                strangers.append(path)
            else:
                found[record.id] = record
        newest = sorted(found.values(), key=lambda one: (one.created, one.id), reverse=True)
        return Listing(tuple(newest), tuple(strangers))

    def find(self, name: str) -> Record:
        """The paste of that id, or of the beginning of one (`p-` may be left out). Raises NotFound."""
        wanted = name.casefold()
        records = self.listing().records
        fitting = [one for one in records if one.id.startswith(wanted) or one.id.startswith(f"p-{wanted}")]
        if len(fitting) != 1:
            what = f"no paste is called {name[:60]!r}" if not fitting else f"{name!r} fits {len(fitting)} pastes"
            raise NotFound(what, "list them: cotemp paste --all" if not fitting else "give more of the id")
        return fitting[0]

    def text(self, record: Record, part: int) -> str:
        """What to paste, of part `part` (from 1).

        Raises NotFound for a part that there is not, or whose file is gone, DamagedData when somebody changed it.
        """
        if not 1 <= part <= len(record.parts):
            raise NotFound(f"{record.id} has {len(record.parts)} parts", f"name one: --part 1 … {len(record.parts)}")
        told = record.parts[part - 1]
        path = self.path(record, part)
        try:
            data = read_plain(path, _PART_LIMIT)[0]
        except (OSError, NotPlain) as error:
            raise NotFound(f"{path} cannot be read: {error}", "make it again, and drop this one") from error
        if hashlib.sha256(data).hexdigest() != told["sha256"]:
            fix = f"read it; to be rid of it: cotemp paste {record.id} --mark dropped"
            raise DamagedData(f"somebody changed {path} after it was made", fix)
        return data.decode()

    def carries(self, record: Record, body: str) -> bool:
        """True when `body` is, to the letter, what the paste was made of."""
        paste = Paste(record.id, record.kind, record.session, record.title, body, record.expect, record.created)
        texts = render(paste, vendor(record.vendor), str)
        digests = [hashlib.sha256(text.encode("utf-8", "replace")).hexdigest() for text in texts]
        return digests == [part["sha256"] for part in record.parts]

    def path(self, record: Record, part: int) -> Path:
        """The file of a part."""
        return self.root / record.session / record.parts[part - 1]["file"]

    def _files(self, session: str | None) -> Iterator[Path]:
        """Everything that is called as a record is, in real folders only."""
        if is_link(self.root):
            return
        names = [session] if session is not None else _names(self.root)
        for name in sorted(names):
            folder = self.root / name
            if not is_link(folder):
                yield from (folder / file for file in sorted(_names(folder)) if file.endswith(".json"))

    def _read(self, path: Path) -> Record | None:
        """The record in a file, when it is one that this machine wrote, for this place."""
        try:
            record = opened(read_plain(path, _RECORD_LIMIT)[0], self._key)
        except (OSError, NotPlain):
            return None
        return record if record and self._file(record) == path else None

    # --- what becomes of them ---

    def happened(self, name: str, what: str, **more: object) -> Record:
        """Note down what happened to a paste; returns how it is now. What it is already is not noted twice.

        A bootstrap that leaves the desk begins a new chat, which has echoed nothing yet.

        Raises NotFound, AnswerIsNo for one that is done and cannot become anything else, HeldByOther, StorageFailed.
        """
        with hold(self.places, "pastes", "the desk of pastes", _PATIENCE):
            record = self.find(name)
            if record.state == what:
                return record
            if record.state in ("acknowledged", "dropped") and what in ("waiting", "pasted", "dropped"):
                raise AnswerIsNo(f"{record.id} is {record.state} already", "make it again if it is still needed")
            began = record.kind is Kind.BOOTSTRAP and not record.went_out
            record = record.after(_event(what, self.clock(), **more))
            if began and record.went_out and record.is_open:  # first: after a crash a chat owes an echo, and not none
                given(self.places, record.session, record.about, self.clock(), new_chat=True)
            self._write(record)
        return record


def _event(what: str, at: datetime, **more: object) -> Event:
    return {"at": utc(at), "what": what, **more}  # type: ignore[typeddict-item]


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []
