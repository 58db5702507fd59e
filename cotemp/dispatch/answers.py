"""What a run left in its spool: its notes and DOs are checked and delivered in the name of its session.

Nothing there is to be trusted. Each piece is taken out of the spool before it is delivered, so that a crash
delivers nothing twice; whatever is not delivered ends among the run's artifacts.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from ..display import display_line
from ..errors import CotempError, StorageFailed
from ..messages.do import Flags
from ..messages.header import HeaderError, read
from ..names import DO_LIMIT, do_name, recordable
from ..notes import NOTE_LIMIT, send
from ..notes.sending import make_real
from ..panels import resolve
from ..places import SessionPlaces, make_folder
from ..runner.engines import Engine, engine_of
from ..store.ledger import Child, Parent
from ..store.mailbox import NotPlain, deliver, move, read_plain
from ..times import local_now
from .desk import Desk

__all__ = ["DEPTH", "DOS", "NOTES", "deliver_answers"]

DEPTH = 3
"""How many generations of DOs may descend from one that no run dropped."""
DOS = 20
"""How many DOs one run may drop."""
NOTES = 100
"""How many notes one run may send."""
LOOKED_AT = 2000
"""How many files of a spool are looked at; a run that leaves more has gone astray."""
TAKEN = "answer"
"""Name in the run's folder of the one piece that is being delivered."""
LEFT = "undelivered"
"""Folder among the artifacts for what was not delivered."""
_NAMED = 5


class _Refusal(Exception):
    """Why a piece is not delivered; half a sentence."""


@dataclass(slots=True)
class _Spool:
    """The spool of one run, while it is being emptied."""

    desk: Desk
    session: SessionPlaces
    run_id: str
    ceiling: Flags
    depth: int
    left: dict[str, list[str]] = field(default_factory=dict)
    dos: int = 0
    notes: int = 0

    @property
    def run_dir(self) -> Path:
        return self.desk.places.runs / self.run_id

    def empty(self) -> None:
        """Deliver what may be; what may not stays where it is."""
        for folder, path in _pieces(self.run_dir / "outbox", self._leave):
            try:
                self._deliver(folder, path)
            except _Refusal as error:
                self._leave(str(error), path.name)
            except StorageFailed:
                raise
            except CotempError as error:
                self._leave(error.what, path.name)

    def _leave(self, why: str, name: str) -> None:
        self.left.setdefault(why, []).append(display_line(name, 80))

    def _deliver(self, to: str, path: Path) -> None:
        engine = engine_of(path.name, self.desk.engines)
        if engine is None and path.suffix.lower() not in (".md", ".txt"):
            raise _Refusal("neither a note (*.md, *.txt) nor a DO")
        self._count(engine)
        data = _content(path, DO_LIMIT if engine else NOTE_LIMIT)
        target = resolve(self.desk.places, to)
        if engine:
            self._drop(target, engine, path, data)
        else:
            self._send(target, path, data)

    def _count(self, engine: Engine | None) -> None:
        if engine is None:
            self.notes += 1
            if self.notes > NOTES:
                raise _Refusal(f"a run may send {NOTES} notes")
            return
        self.dos += 1
        if self.depth >= DEPTH:
            raise _Refusal(f"only {DEPTH} generations of DOs may drop each other")
        if self.dos > DOS:
            raise _Refusal(f"a run may drop {DOS} DOs")

    def _send(self, target: SessionPlaces, path: Path, data: bytes) -> None:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise _Refusal("no UTF-8") from None
        if not text.strip():
            raise _Refusal("empty")
        with self._taken(path):
            send(self.desk.places, target.id, text, self.session.id, local_now())

    def _drop(self, target: SessionPlaces, engine: Engine, path: Path, data: bytes) -> None:
        name = _name(self.desk, _title(path, data, engine), engine)
        child = Child(target.id, name, hashlib.sha256(data).hexdigest())
        self.desk.ledger.bear(Parent(self.run_id, self.ceiling, self.depth + 1), [child])
        with self._taken(path):
            make_real(target.inbox)
            deliver(target.inbox, name, data)

    @contextmanager
    def _taken(self, path: Path) -> Iterator[None]:
        """While this is open the piece is out of the spool: a crash in here delivers it once, or not at all."""
        taken = self.run_dir / TAKEN
        os.rename(path, taken)
        try:
            yield
        except BaseException as error:
            if isinstance(error, Exception):  # it did not arrive: it may be tried again
                os.rename(taken, path)
            raise
        taken.unlink()

    def mend(self) -> None:
        """Put the piece aside at which a crash came: nobody knows whether it arrived."""
        taken = self.run_dir / TAKEN
        if os.path.lexists(taken):
            self._leave("a crash came while it was delivered, so it may have arrived", TAKEN)
            self._put_aside(taken)

    def put_aside(self) -> None:
        """Move what is left to the artifacts."""
        spool = self.run_dir / "outbox"
        if _holds_anything(spool):
            self._put_aside(spool)
        elif spool.is_dir():
            shutil.rmtree(spool, ignore_errors=True)

    def _put_aside(self, path: Path) -> None:
        artifacts = self.run_dir / "artifacts"
        make_folder(artifacts, 0o700)
        move(path, artifacts / LEFT)

    def warnings(self) -> Iterator[str]:
        """A sentence for each reason why something was not delivered."""
        for why, names in self.left.items():
            more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
            yield f"not delivered, but kept among the artifacts ({why}): {', '.join(names[:_NAMED])}{more}"


def deliver_answers(
    desk: Desk, session: SessionPlaces, run_id: str, ceiling: Flags, depth: int, *, ended: bool = True
) -> tuple[str, ...]:
    """Deliver what a run left in its spool; returns what a person should know, a sentence each.

    `ceiling` is what the run was allowed, `depth` how many runs dropped each other before it. Of a run that is
    not known to have `ended`, nothing is delivered. May be called again after a crash. Raises StorageFailed or
    OSError when the disk refuses.
    """
    spool = _Spool(desk, session, run_id, ceiling, depth)
    spool.mend()
    if ended:
        spool.empty()
    spool.put_aside()
    return tuple(spool.warnings())


def _pieces(spool: Path, leave: Callable[[str, str], None]) -> list[tuple[str, Path]]:
    """What lies in the folders of the spool, oldest first, each with the name of its folder."""
    found: list[tuple[int, str, str, Path]] = []
    for folder in _entries(spool, LOOKED_AT):
        if not folder.is_dir(follow_symlinks=False):
            leave("not in a folder named like a session", folder.name)
            continue
        for entry in _entries(folder, LOOKED_AT - len(found)):
            found.append((entry.stat(follow_symlinks=False).st_mtime_ns, entry.name, folder.name, Path(entry.path)))
    return [(folder, path) for _, _, folder, path in sorted(found)]


def _entries(folder: Path | os.DirEntry[str], most: int) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(islice(entries, most))
    except (FileNotFoundError, NotADirectoryError):
        return []


def _content(path: Path, limit: int) -> bytes:
    try:
        data, _ = read_plain(path, limit + 1)
    except NotPlain as error:
        raise _Refusal(f"{error.kind}, no file") from error
    except OSError as error:
        raise _Refusal(f"it cannot be read: {error.strerror}") from error
    if len(data) > limit:
        raise _Refusal(f"more than {limit // 1024**2} MiB")
    return data


def _name(desk: Desk, title: str, engine: Engine) -> str:
    """A name that claiming the DO leaves as it is: by it the ledger knows whose child the DO is."""
    name = do_name(title, local_now(), engine.extension)
    if recordable(desk.scrubber.scrub_name(name)) == name:
        return name
    return do_name("untitled", local_now(), engine.extension)


def _title(path: Path, data: bytes, engine: Engine) -> str:
    try:
        return read(data, engine.syntax).title
    except HeaderError:  # its session's queue says what is wrong with it
        return path.stem.removeprefix("DO_")


def _holds_anything(folder: Path) -> bool:
    return any(True for _ in _pieces(folder, lambda why, name: None)) or any(
        not entry.is_dir(follow_symlinks=False) for entry in _entries(folder, LOOKED_AT)
    )
