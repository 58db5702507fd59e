"""Methods about pastes: what waits, taking one, copying it, what became of it; and what is to be acknowledged."""

# No `from __future__ import annotations`: the annotations of these functions are read when the program runs.

import os
from typing import TYPE_CHECKING, Annotated, Literal

from ..chat.budget import size
from ..errors import NotFound
from ..pastes import Desk, Record
from ..pastes.acks import due
from ..times import utc
from .caller import Caller
from .desk import desk_of, told, under
from .params import Between
from .spelling import spaced_all

if TYPE_CHECKING:
    from .shapes import AckList, PasteCopied, PasteList, PasteMarked, PasteTaken

_Paste = Annotated[str, "its id, or the beginning of it"]
_Newest = Annotated[str | None, "its id, or the beginning of it (default: the newest that waits and was not copied)"]
_Session = Annotated[str | None, "only those for the chat of this panel or session"]
_Part = Annotated[int | None, Between(1, 10_000), "only this part, from 1"]


def listing(
    caller: Caller,
    session: _Session = None,
    paste: Annotated[str | None, "only the one of this id, or of this beginning of one"] = None,
    *,
    all: Annotated[bool, "also those that were pasted, acknowledged or dropped"] = False,  # noqa: A002
) -> "PasteList":
    """What waits to be pasted into chats, newest first.

    Example: {"session": "co-migrate"}
    """
    desk = desk_of(caller)
    if paste:
        return {"pastes": [told(desk, desk.find(paste))], "strangers": []}
    found = desk.listing(under(caller, session))
    records = [one for one in found.records if all or one.state == "waiting"]
    return {"pastes": [told(desk, one) for one in records], "strangers": [str(path) for path in found.strangers]}


def take(caller: Caller, paste: _Paste, part: _Part = None) -> "PasteTaken":
    """Take the text of a paste, to paste it by hand. It was given out from then on.

    Example: {"paste": "p-k3f9ab"}
    """
    desk = desk_of(caller)
    record = desk.find(paste)
    texts = [desk.text(record, number) for number in ([part] if part else range(1, len(record.parts) + 1))]
    if not _happened(caller, record, "printed"):
        record = desk.happened(record.id, "printed")
    return {"paste": told(desk, record), "texts": texts}


def copy(
    caller: Caller,
    paste: _Newest = None,
    session: _Session = None,
    part: Annotated[int | None, Between(1, 10_000), "which part (default: the one after that copied last)"] = None,
) -> "PasteCopied":
    """Copy a paste, or its next part. It is an error unless the clipboard was read back, and holds it.

    Example: {"session": "co-migrate"}
    """
    from .. import clipboard

    desk = desk_of(caller)
    record = _copied_before(caller, desk) or (desk.find(paste) if paste else _next(desk, under(caller, session)))
    again = _happened(caller, record, "copied")
    number = record.copied if again else part or record.copied % len(record.parts) + 1
    text = desk.text(record, number)
    tool = clipboard.copy(text, os.environ)
    if not again:
        record = desk.happened(record.id, "copied", part=number)
    return {
        "paste": told(desk, record),
        "part": number,
        "tool": tool.name,
        "where": tool.where,
        "characters": size(text),
    }


def mark(
    caller: Caller,
    paste: _Paste,
    state: Annotated[Literal["pasted", "dropped"], "what became of it"],
) -> "PasteMarked":
    """Say what became of a paste. An ACK, or an echo, says it by itself: cotemp ingest.

    Example: {"paste": "p-k3f9ab", "state": "pasted"}
    """
    desk = desk_of(caller)
    return {"paste": told(desk, desk.happened(desk.find(paste).id, state))}


def acks(
    caller: Caller,
    session: _Session = None,
    state: Annotated[Literal["overdue", "open", "done"] | None, "only those"] = None,
) -> "AckList":
    """What chats have to acknowledge: what is overdue, then what is open, then what is done.

    Example: {"state": "overdue"}
    """
    desk, only = desk_of(caller), under(caller, session)
    found = due(desk.listing().records, caller.now)
    return {
        "acks": [
            spaced_all(one.json())
            for one in found
            if (only is None or one.record.session == only) and (state is None or one.state == state)
        ]
    }


def _next(desk: Desk, session: str | None) -> Record:
    waiting = [one for one in desk.listing(session).records if one.state == "waiting"]
    found = next((one for one in waiting if one.copied < len(one.parts)), None)
    if found is None:
        what = "everything that waits was copied" if waiting else "nothing waits to be pasted"
        raise NotFound(what, "name one by its id" if waiting else "make one: New-CoBootstrap")
    return found


def _copied_before(caller: Caller, desk: Desk) -> Record | None:
    """The paste that an earlier attempt at this very call has copied."""
    records = desk.listing().records if caller.is_again else ()
    return next((one for one in records if _happened(caller, one, "copied")), None)


def _happened(caller: Caller, record: Record, what: str) -> bool:
    """True when an earlier attempt at this very call has noted it down."""
    last = record.last(what)
    return caller.is_again and last is not None and last["at"] == utc(caller.now)
