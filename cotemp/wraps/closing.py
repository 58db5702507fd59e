"""Saying that a session is over: a record in its folder. It forbids nothing: whoever goes on there may."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from ..errors import AnswerIsNo
from ..messages.run import State
from ..panels.forwarding import MARK
from ..places import Places, SessionPlaces, write_whole
from ..store.identity import os_user
from ..store.ledger import Ledger
from ..store.mailbox import NotPlain, read_plain
from ..times import utc
from .making import Made, note_down

__all__ = ["Closed", "close", "closed", "refuse_while_it_runs"]


@dataclass(frozen=True, slots=True)
class Closed:
    """A session that is over: since when (UTC), who said so, and the file of its last CoWrap in the home's `logs/`."""

    session: str
    closed: str
    by: str
    cowrap: str
    schema: Literal[1] = 1


def refuse_while_it_runs(places: Places, session: SessionPlaces) -> None:
    """Raise AnswerIsNo while a DO of `session` runs: its CoWrap would miss the end."""
    with Ledger(places, create=False) as ledger:
        going = [row for row in ledger.open_runs(session.id) if row.outcome is None and row.state is not State.HELD]
    if going:
        fix = f"wait for it, or stop it: cotemp cancel {going[0].run_id}"
        raise AnswerIsNo(f"{going[0].title!r} still runs in {session.id}", fix)


def close(places: Places, session: SessionPlaces, made: Made) -> Closed:
    """Say that `session` is over, after its last CoWrap. Raises StorageFailed."""
    record = Closed(session.id, utc(made.at), os_user(), made.path.name)
    write_whole(_file(session), json.dumps(asdict(record), indent=2).encode() + b"\n")
    note_down(places, "close", session.id, made.at, cowrap=made.path.name)
    return record


def closed(session: SessionPlaces) -> Closed | None:
    """The record of a session that is over; None for one that is not, or whose record nobody can read."""
    try:
        told = json.loads(read_plain(_file(session), 4096)[0])
        return Closed(str(told["session"]), str(told["closed"]), str(told["by"]), str(told["cowrap"]))
    except (OSError, ValueError, KeyError, TypeError, NotPlain):
        return None


def _file(session: SessionPlaces) -> Path:
    return session.root / MARK
