"""Which policy a session's chat was given, and which it echoed: in this machine's state, where nobody forges it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ..chat.capsule import Version, echo, fits
from ..errors import BadUsage
from ..places import Places, make_folder, write_whole
from ..store.claims import Claim, hold
from ..store.mailbox import NotPlain, read_plain
from ..times import utc
from .capsules import kept

__all__ = ["Chat", "Standing", "chat_of", "chats", "echoed", "given", "outdated", "standing"]


_PATIENCE = 5.0
"""Seconds for which another process may write."""


@dataclass(frozen=True, slots=True)
class Chat:
    """What is known of a session's chat: versions as texts, None for none; times are UTC."""

    session: str
    given: str | None = None
    given_at: str | None = None
    echo: str | None = None
    echo_at: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a chat stands: `version` is that of the capsule, if there is one; `why` it is on old policy, "" if not."""

    echo: str | None
    version: str | None
    why: str = ""


def given(places: Places, session: str, version: str, now: datetime, *, new_chat: bool = False) -> None:
    """Remember that a capsule was prepared for the session's chat: it has to be echoed.

    What its old chat echoed says nothing of a new one. Raises HeldByOther, StorageFailed.
    """
    with _alone(places):
        before = Chat(session) if new_chat else chat_of(places, session)
        _write(places, Chat(session, version, utc(now), before.echo, before.echo_at))


def echoed(places: Places, session: str, version: str | None, now: datetime) -> Standing:
    """Record what a chat echoed, right, wrong or not at all; returns where it then stands.

    Raises HeldByOther, StorageFailed.
    """
    with _alone(places):
        before = chat_of(places, session)
        _write(places, Chat(session, before.given, before.given_at, version, utc(now)))
    return standing(places, session)


def chat_of(places: Places, session: str) -> Chat:
    """What is known of a session's chat; nothing where its file is missing or broken."""
    return _read(_folder(places) / f"{session.casefold()}.json") or Chat(session)


def chats(places: Places) -> Mapping[str, Chat]:
    """All chats that something is known of, by case-folded session id."""
    try:
        files = sorted(_folder(places).glob("*.json"))
    except OSError:
        return {}
    return {file.stem: chat for file in files if (chat := _read(file))}


def standing(places: Places, session: str) -> Standing:
    """Where a session's chat stands, against the capsule that was built last."""
    capsule = kept(places)
    return judged(chat_of(places, session), None if capsule is None else str(capsule.version))


def judged(chat: Chat, version: str | None) -> Standing:
    """Where a chat stands against that version of the policy."""
    if version is None:
        return Standing(chat.echo, None)
    wanted = Version.of(version)
    if chat.echo is None:
        return Standing(None, version, f"its chat has not answered {echo(wanted)!r} yet")
    if not _fits(chat.echo, wanted):
        return Standing(chat.echo, version, f"its chat echoed policy v{chat.echo}, and it is v{version} now")
    return Standing(chat.echo, version)


def outdated(places: Places, session: str) -> str:
    """In which way the session's chat is on old policy; empty: it is not, or there is no policy to echo."""
    return standing(places, session).why


def _fits(echo_of: str, wanted: Version) -> bool:
    try:
        return fits(Version.of(echo_of), wanted, patch=echo_of.count(".") == 2)
    except BadUsage:
        return False


def _folder(places: Places) -> Path:
    return places.state / "chats"


def _alone(places: Places) -> Claim:
    """Who writes down an echo, and who begins a new chat, at the same moment, would undo each other's words."""
    return hold(places, "chats", "what the chats were given", _PATIENCE)


def _write(places: Places, chat: Chat) -> None:
    make_folder(_folder(places), 0o700)
    value: dict[str, Any] = {"schema": 1, "session": chat.session}
    value |= {name: getattr(chat, name) for name in ("given", "given_at", "echo", "echo_at")}
    write_whole(_folder(places) / f"{chat.session.casefold()}.json", json.dumps(value).encode(), mode=0o600)


def _read(file: Path) -> Chat | None:
    try:
        value = json.loads(read_plain(file, 4096)[0])
        return Chat(*(value[name] for name in ("session", "given", "given_at", "echo", "echo_at")))
    except (OSError, ValueError, KeyError, TypeError, NotPlain):
        return None
