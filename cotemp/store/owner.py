"""Which machine runs a session's DOs, when the home is a folder that several machines share."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from typing import Literal

from ..errors import DamagedData, ForeignHost
from ..places import SessionPlaces, write_whole
from ..times import local_now, utc
from .identity import host_id, machine_of
from .mailbox import NotPlain, deliver, read_plain

__all__ = ["Owner", "claim_session", "owner", "take"]


@dataclass(frozen=True, slots=True)
class Owner:
    """The machine that runs a session's DOs, since when (UTC)."""

    host: str
    since: str
    schema: Literal[1] = 1

    def is_here(self) -> bool:
        """True when that machine is this one."""
        return machine_of(self.host) == machine_of(host_id())


def owner(session: SessionPlaces) -> Owner | None:
    """Who owns `session`; None when nobody does yet.

    Raises DamagedData when there is a record that cannot be read: another machine may be the owner.
    """
    try:
        record = json.loads(read_plain(session.owner, 4096)[0])
        return Owner(str(record["host"]), str(record["since"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, NotPlain) as error:
        raise DamagedData(
            f"cannot tell which machine owns session {session.id}: {session.owner}: {error}",
            f"if it is this one: cotemp take {session.id}",
        ) from error


def take(session: SessionPlaces) -> Owner:
    """Make this machine the owner, whoever was it before: a human's act."""
    mine = Owner(host_id(), utc(local_now()))
    write_whole(session.owner, _text(mine))
    return mine


def claim_session(session: SessionPlaces) -> Owner:
    """Make sure that this machine owns `session`: an unowned one becomes ours.

    Raises ForeignHost when another machine owns it, DamagedData when nobody can tell.
    """
    known = owner(session)
    if known is None:
        with contextlib.suppress(FileExistsError):  # somebody was faster: read who
            deliver(session.root, session.owner.name, _text(Owner(host_id(), utc(local_now()))))
        known = owner(session) or take(session)
    if not known.is_here():
        raise ForeignHost(session.id, machine_of(known.host), known.since)
    return known


def _text(record: Owner) -> bytes:
    return json.dumps({"schema": record.schema, "host": record.host, "since": record.since}, indent=2).encode() + b"\n"
