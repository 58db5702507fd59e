"""Making a CoWrap: the snapshot is written into the home's `logs/`, on request with a bundle to hand over."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..chat.cowrap import ANY, Snapshot, bundle_name, render, snapshot_name
from ..names import random_part, session_id
from ..places import Places, SessionPlaces, make_folder, refuse_link, write_whole
from ..redact import scrub_of
from ..store.claims import hold
from ..store.mailbox import deliver
from ..times import utc
from .bundle import bundled
from .desk import NOBODY, Desk
from .files import append_line
from .gathering import Asked, gather, log_lines, newest_log
from .memory import wrapped

if TYPE_CHECKING:
    from ..config import Config
    from ..redact import Scrubber

__all__ = ["LATEST", "Made", "Order", "deliver_new", "make", "note_down", "wrap_logs"]

LATEST = "CoWrap.latest.json"
"""Points to the newest CoWrap of the home."""
_LOG = "log.ndjson"


@dataclass(frozen=True, slots=True)
class Order:
    """How a CoWrap is wanted: `bundle` asks for the ZIP, `to` is the session that it is for, `why` half a sentence,
    `commits` says how many of each repo are told."""

    bundle: bool = False
    to: str = ANY
    why: str = ""
    repos: tuple[Path, ...] = ()
    commits: int = 30


@dataclass(frozen=True, slots=True)
class Made:
    """A CoWrap: where its files are, and what it tells. `redacted`: how many secrets of each kind were taken out."""

    session: str
    at: datetime
    path: Path
    text: str
    bundle: Path | None
    snapshot: Snapshot
    redacted: dict[str, int]


def make(
    places: Places,
    config: Config,
    session: SessionPlaces,
    now: datetime,
    order: Order | None = None,
    desk: Desk = NOBODY,
) -> Made:
    """Make the CoWrap of `session`, once.

    Raises HeldByOther while another process makes one of it, BadName for a receiver that no session can be called,
    DamagedData for a folder that is a link, StorageFailed.
    """
    order = order or Order()
    to = order.to if order.to == ANY else session_id(order.to)
    with hold(places, f"wrap-{session.id.casefold()}", f"a CoWrap of {session.id}"):
        scrubber = scrub_of(places, os.environ, config.policy_of(session.id)).scrubber()
        asked = Asked(tuple(desk.open_acks(session.id)), order.repos, order.why, order.commits)
        snapshot = gather(places, config, session, now, scrubber.scrub, asked)
        path, text = _write(wrap_logs(places), snapshot, scrubber)
        bundle = _bundle(config, session, snapshot, (path, text), scrubber, to) if order.bundle else None
        made = Made(session.id, now, path, text, bundle, snapshot, dict(scrubber.counts))
        _tell(places, made)
        wrapped(places, session.id, now)
    return made


def wrap_logs(places: Places) -> Path:
    """The folder of CoWraps, made where it is missing. Raises DamagedData for a link, StorageFailed."""
    folder = places.home / "logs"
    refuse_link(folder)
    make_folder(folder)
    return folder


def deliver_new(folder: Path, name: str, data: bytes) -> Path:
    """Write a new file; where its name is taken (two in one second), under one with random characters."""
    base, ending = os.path.splitext(name)
    while True:
        try:
            return deliver(folder, name, data)
        except FileExistsError:
            name = f"{base}-{random_part(6)}{ending}"


def note_down(places: Places, event: str, session: str, at: datetime, **more: Any) -> None:
    """Add a line to the home's `logs/log.ndjson`: what was wrapped, unwrapped or found bloated, and when."""
    line = json.dumps({"ts": utc(at), "event": event, "session_id": session, **more}, ensure_ascii=False)
    append_line(wrap_logs(places) / _LOG, line)


def _write(folder: Path, snapshot: Snapshot, scrubber: Scrubber) -> tuple[Path, str]:
    text = render(snapshot, scrubber.scrub)
    return deliver_new(folder, snapshot_name(snapshot.at), _encoded(text)), text


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _bundle(
    config: Config, session: SessionPlaces, snapshot: Snapshot, written: tuple[Path, str], scrubber: Scrubber, to: str
) -> Path:
    path, text = written
    log = newest_log(session)
    last: Sequence[str] = log_lines(log, scrubber.scrub, 200) if log else ()
    agent = next((name for name in config.agents if name.casefold() == session.id.casefold()), None)
    data = bundled(snapshot, (path.name, text), last, scrubber, to=to, agent=agent)
    return deliver_new(path.parent, bundle_name(snapshot.at, session.id, to), data)


def _tell(places: Places, made: Made) -> None:
    names = {"snapshot": made.path.name, "bundle": made.bundle.name if made.bundle else None}
    digest = hashlib.sha256(_encoded(made.text)).hexdigest()
    pointer = {"schema": 1, "session_id": made.session, "ts": utc(made.at), **names, "sha256": digest}
    write_whole(made.path.parent / LATEST, json.dumps(pointer, indent=2).encode() + b"\n")
    note_down(places, "wrap", made.session, made.at, **names, why=made.snapshot.why or None)
