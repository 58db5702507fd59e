"""How much a session's chat was given since it began: long chats forget."""

from __future__ import annotations

from collections.abc import Sequence

from ..chat.paste import Kind
from .record import Record

__all__ = ["pasted"]


def pasted(records: Sequence[Record], session: str) -> tuple[int, int] | None:
    """Turns and characters that were copied or pasted since the last bootstrap; None when nothing ever was.

    `records` are newest first. Only what went over the desk is counted: nobody reads the window.
    """
    turns = characters = 0
    for record in records:
        if record.session.casefold() != session.casefold() or not _went_out(record):
            continue
        turns += len(record.parts)
        characters += sum(part["characters"] for part in record.parts)
        if record.kind is Kind.BOOTSTRAP:
            break
    return (turns, characters) if turns else None


def _went_out(record: Record) -> bool:
    return record.state in ("pasted", "acknowledged") or record.copied == len(record.parts)
