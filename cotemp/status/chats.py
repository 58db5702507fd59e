"""What the chats have to do: the policy that each echoed, pastes that wait, ACKs that are overdue."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ..errors import CotempError
from ..places import Places
from .index import Index, mark
from .said import count

__all__ = ["NO_ECHOES", "Echoes", "about_chats", "read_echoes"]


class Echoes(NamedTuple):
    """By case-folded session id: what its chat echoed, and in which way it is on old policy."""

    echoed: Mapping[str, str]
    outdated: Mapping[str, str]


class Table(NamedTuple):
    """The pastes of one session: how many wait, and when each open ACK is overdue (seconds since the epoch)."""

    waiting: int
    due: Sequence[float]


NO_ECHOES = Echoes({}, {})


def read_echoes(places: Places, index: Index) -> Echoes:
    """What the chats echoed; nothing where no chat was ever given a policy."""
    folder = str(places.state / "chats")
    if not os.path.isdir(folder):
        return NO_ECHOES
    return Echoes(*index.told("echoes", "", mark(folder, str(places.state / "capsule.json")), lambda: _echoes(places)))


def about_chats(places: Places, ids: Mapping[str, str], echoes: Echoes, index: Index, now: float) -> Iterator[str]:
    """A sentence for each thing that a chat waits for; `ids` are the sessions by their case-folded ids."""
    pastes = {name.casefold(): _table(places, name, index) for name in _folders(places)}
    tables = pastes.values()
    for folded, why in echoes.outdated.items():
        if folded in ids and not _is_over(places, ids[folded]):
            fix = "paste --session" if folded in pastes and pastes[folded].waiting else "bootstrap"
            yield f"{ids[folded]} is on old policy: {why}: cotemp {fix} {ids[folded]}"
    waiting = sum(table.waiting for table in tables)
    if waiting:
        yield f"{count(waiting, 'paste')} {'waits' if waiting == 1 else 'wait'} to be pasted: cotemp paste"
    late = sum(now >= until for table in tables for until in table.due)
    if late:
        yield f"{count(late, 'ACK')} {'is' if late == 1 else 'are'} overdue: cotemp acks"


def _is_over(places: Places, session: str) -> bool:
    """True when another session has taken its place: nobody pastes anything into its chat any more."""
    from ..panels.forwarding import successor  # only where a chat is on old policy

    return successor(places, session).casefold() != session.casefold()


def _folders(places: Places) -> list[str]:
    try:
        return sorted(os.listdir(places.home / "pastes"))
    except OSError:
        return []


def _table(places: Places, session: str, index: Index) -> Table:
    at = mark(str(places.home / "pastes" / session))
    return Table(*index.told("pastes", session, at, lambda: _read(places, session)))


def _read(places: Places, session: str) -> Table:
    from ..pastes import Desk  # only when something changed
    from ..pastes.acks import due
    from ..times import local_now

    try:
        records = Desk(places).listing(session).records
    except CotempError:
        return Table(0, [])
    open_ones = [one for one in due(records, local_now()) if one.state != "done"]
    return Table(sum(one.state == "waiting" for one in records), [one.until.timestamp() for one in open_ones])


def _echoes(places: Places) -> Echoes:
    from ..pastes.capsules import kept
    from ..pastes.chats import chats, judged

    try:
        capsule = kept(places)
    except CotempError:
        capsule = None
    known = {name: judged(chat, str(capsule.version) if capsule else None) for name, chat in chats(places).items()}
    return Echoes(
        {name: one.echo for name, one in known.items() if one.echo},
        {name: one.why for name, one in known.items() if one.why},
    )
