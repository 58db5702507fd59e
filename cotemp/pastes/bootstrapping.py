"""The one paste that a new chat needs, put together from what this home knows of its session."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from ..chat.bootstrap import Bootstrap, render
from ..chat.capsule import echo
from ..chat.cowrap import is_snapshot
from ..chat.paste import Kind, Paste, Scrub, new_id
from ..errors import AnswerIsNo, NotFound
from ..places import Places
from ..store.mailbox import NotPlain, read_plain
from . import letters, templates
from .capsules import Kept, default_profile, draft, kept, publish, read_profile
from .chats import given
from .desk import Desk
from .record import Record

__all__ = [
    "Made",
    "Wanted",
    "bootstrap",
    "capsule_in_force",
    "handoff_of",
    "supersede",
    "todos_in",
    "todos_of",
    "wrap_of",
]

_WRAPS, _WRAP_LIMIT = 50, 512 * 1024
_TODO = re.compile(
    r"^[ \t>]{0,20}(?:[-*+][ \t]+\[ \]|TODO:|(?:[-*+][ \t]+)?\d{1,2}[.)])[ \t]+(\S.*)$", re.MULTILINE | re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A bootstrap for the chat of `session`. `dos` says after how many DOs it is wrapped up."""

    session: str
    window: str = "generic"
    handoff: str = ""
    todos: Sequence[str] = field(default=())
    dos: int = 5


@dataclass(frozen=True, slots=True)
class Made:
    """The paste, the version of the policy in it, and files of the home that did not count, as nobody trusts them."""

    record: Record
    version: str
    ignored: tuple[Path, ...]


def bootstrap(desk: Desk, wanted: Wanted, scrub: Scrub, now: datetime, *, ahead: bool = False) -> Made:
    """Put a bootstrap on the desk; the session's chat has to echo the policy from now on.

    `ahead`: nobody has asked for it yet, so that the chat which there is keeps its standing. One that waits since
    earlier is dropped. Raises BadUsage for a template of the owner's that has a place nobody fills, HeldByOther,
    StorageFailed.
    """
    places = desk.places
    capsule = capsule_in_force(places, scrub).capsule
    frame, rules = templates.template(places, templates.BOOTSTRAP), templates.template(places, templates.RULES)
    greeting = templates.greeting(places, wanted.session)
    about = Bootstrap(wanted.session, capsule, wanted.handoff, wanted.todos, greeting.text, wanted.dos)
    paste = Paste(
        id=new_id(),
        kind=Kind.BOOTSTRAP,
        session=wanted.session,
        title=f"Bootstrap of {wanted.session}",
        body=render(about, frame.text, rules.text, scrub),
        expect=echo(capsule.version),
        created=now,
    )
    record = desk.make(paste, wanted.window, scrub, about=str(capsule.version), priority="high")
    supersede(desk, wanted.session, record)
    if not ahead:
        given(places, wanted.session, str(capsule.version), now)
    return Made(record, str(capsule.version), (*frame.ignored, *rules.ignored, *greeting.ignored))


def supersede(desk: Desk, session: str, by: Record) -> None:
    """Drop the session's bootstraps that wait beside `by`; what a human has begun to copy stays."""
    for one in desk.listing(session).records:
        if one.kind is Kind.BOOTSTRAP and one.state == "waiting" and not one.copied and one.id != by.id:
            with contextlib.suppress(AnswerIsNo, NotFound):  # meanwhile somebody else said what became of it
                desk.happened(one.id, "dropped", why=f"{by.id} is newer")


def capsule_in_force(places: Places, scrub: Scrub) -> Kept:
    """The capsule that was built last; the first one is made of the profile at its usual place, or of nothing."""
    found = kept(places)
    if found:
        return found
    source = default_profile()
    try:
        profile = read_profile(source)
    except NotFound:
        profile, source = {}, Path()
    capsule = draft(None, profile, source.name, scrub)
    publish(places, capsule, str(source) if profile else "")
    return Kept(capsule, str(source) if profile else "")


def handoff_of(desk: Desk, session: str) -> str:
    """The body of the newest handoff that was emitted to a session; empty without one."""
    return _newest(desk, session, "handoff")


def wrap_of(places: Places, session: str) -> str:
    """The newest CoWrap of a session that lies in the home; empty without one."""
    folder = places.home / "logs"
    try:
        names = sorted((name for name in os.listdir(folder) if name.startswith("CoWrap_Snapshot_")), reverse=True)
    except OSError:
        return ""
    for name in names[:_WRAPS]:
        try:
            text = read_plain(folder / name, _WRAP_LIMIT)[0].decode("utf-8-sig", "replace")
        except (OSError, NotPlain):
            continue
        if is_snapshot(text) and f"\nSession: {session}\n".casefold() in text[:4000].casefold():
            return text
    return ""


def todos_of(desk: Desk, session: str, handoff: str) -> list[str]:
    """What comes next: from the newest list that was emitted to the session, else from its handoff."""
    return todos_in(_newest(desk, session, "todo")) or todos_in(handoff)


def todos_in(text: str) -> list[str]:
    """The open points of a list: numbered ones, `- [ ] …` and `TODO: …`."""
    return [found[1].strip() for found in _TODO.finditer(text)]


def _newest(desk: Desk, session: str, kind: str) -> str:
    for record in desk.listing(session).records:
        if record.kind is Kind.BACKCHAT and record.state != "dropped":
            message = letters.message_of(desk, record)
            if message and message.type == kind:
                return message.body_markdown
    return ""
