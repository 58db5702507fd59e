"""All that is known of one run: its JSON log, and where its files are now."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import DamagedData, NotFound
from ..messages.run import Outcome, State
from ..names import DO_LIMIT, running_name
from ..places import Places
from ..store.ledger import Ledger
from ..store.mailbox import NotPlain, read_plain
from .foreign import LIMIT
from .row import Entry

if TYPE_CHECKING:
    from ..messages.do import Do

__all__ = ["artifact_folder", "do_file", "do_of", "document", "parsed", "run_dir", "text_log"]


def document(places: Places, entry: Entry) -> dict[str, Any]:
    """The JSON log of a run; what only its end can tell is null while it runs.

    Raises DamagedData when it is only in a file, and that cannot be read.
    """
    if entry.own:
        with Ledger(places, create=False) as ledger:
            return dict(ledger.log(entry.own.run_id))
    path = places.session(entry.row.session).logs / f"{entry.base}.json"
    try:
        found = json.loads(read_plain(path, LIMIT)[0])
    except (OSError, ValueError, NotPlain) as error:
        raise DamagedData(f"{path} cannot be read: {error}", "look at it, or remove it") from error
    if not isinstance(found, dict):
        raise DamagedData(f"{path} is no JSON log", "look at it, or remove it")
    return found


def text_log(entry: Entry) -> Path:
    """The TXT log of a run that has ended. Raises NotFound when it is not there any more."""
    if not entry.row.log:
        raise NotFound(f"the log of {entry.row.run_id} is not there any more", f"see: cotemp show {entry.row.run_id}")
    return Path(entry.row.log)


def run_dir(places: Places, entry: Entry) -> Path:
    """Where a run keeps its output until its logs are written."""
    return places.runs / entry.row.run_id


def do_file(places: Places, entry: Entry) -> Path | None:
    """Where the run's DO is: in the outbox, or under `running/` or `held/`; None when it is in neither."""
    session = places.session(entry.row.session)
    if entry.own and entry.own.state is not State.DONE:
        name = running_name(entry.own.run_id, entry.own.do_file)
        return next((path for path in (session.running / name, session.held / name) if path.exists()), None)
    if entry.own:
        endings = [os.path.splitext(entry.own.do_file)[1]]
        waiting = session.running / running_name(entry.own.run_id, entry.own.do_file)
    else:
        endings, waiting = [".ps1", ".py", ".sh"], session.running
    prefix = "rejected-" if entry.row.outcome is Outcome.REJECTED else ""
    filed = (session.outbox / f"{prefix}{entry.base}{ending}" for ending in endings)
    return next((path for path in (waiting, *filed) if path.is_file()), None)  # it moves from there to here


def do_of(places: Places, entry: Entry) -> Do | None:
    """The DO of a run of this machine; None when it is not there any more as it was checked, or has no good header."""
    path = do_file(places, entry)
    try:
        data = read_plain(path, DO_LIMIT + 1)[0] if path else b""
    except (OSError, NotPlain):
        return None
    same = entry.own is not None and hashlib.sha256(data).hexdigest() == entry.own.sha256
    return parsed(data) if same else None


def parsed(data: bytes) -> Do | None:
    """The DO that these bytes are, in whatever language; None when their header is none that may run."""
    from ..messages.header import HeaderError, Syntax, read  # who only reads a log does without

    for syntax in Syntax:
        try:
            return read(data, syntax)
        except HeaderError:
            continue
    return None


def artifact_folder(places: Places, entry: Entry) -> Path:
    """Where the run's artifacts are filed; it is there only if there are any."""
    return places.session(entry.row.session).outbox / f"{entry.base}.d"
