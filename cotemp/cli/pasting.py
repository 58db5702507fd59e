"""What the commands about chats share: the desk, the scrubber, the vendor's window, the texts that come and go."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..chat.budget import size
from ..errors import BadUsage, NotFound, ToolMissing
from ..panels import resolve
from ..pastes import Desk, Record, addressing
from ..store.mailbox import NotPlain, read_plain
from ..times import utc
from .frame import Context

if TYPE_CHECKING:
    from ..chat.paste import Scrub
    from .answers import ListedPaste

__all__ = [
    "ANSWER_LIMIT", "copied", "copy_part", "desk", "given_text", "kept_under", "listed", "put_on_clipboard", "scrub",
    "session_of", "window",
]  # fmt: skip

ANSWER_LIMIT = 16 * 1024 * 1024
"""Bytes of an answer that is taken in."""


def desk(cx: Context) -> Desk:
    """The desk of this home."""
    return Desk(cx.places)


def scrub(cx: Context, session: str | None = None) -> Scrub:
    """What takes secrets out of everything that is prepared for a chat."""
    from ..redact import scrub_of  # a table of patterns: lists do without

    policy = cx.config.policy_of(session) if session else cx.config.policy
    return scrub_of(cx.places, cx.env, policy).scrubber().scrub


def window(cx: Context, session: str) -> str:
    """The vendor of a session's chat: `[sessions.X] chat`, else what it was before the session was closed."""
    return addressing.window(cx.places, cx.config, session)


def session_of(cx: Context, named: str | None) -> str:
    """The session that is named, or this terminal's. Raises BadUsage when neither is."""
    who = named or cx.env.get("COSESSION_ID")
    if not who:
        raise BadUsage("which session?", "name it; they are listed by: cotemp status")
    return resolve(cx.places, who).id


def kept_under(cx: Context, to: str) -> str:
    """The id under which pastes for `to` are kept: a session's, its successor's, or one made of the name."""
    return addressing.kept_under(cx.places, to, lambda name: scrub(cx)(name))


def given_text(cx: Context, source: str | None, *, clipboard: bool, what: str) -> str:
    """The text of a file, of stdin (`-`, or no file and no terminal) or of the clipboard.

    Raises BadUsage, NotFound for a file that is missing or none, and what the clipboard raises.
    """
    if clipboard:
        if source is not None:
            raise BadUsage(f"--clipboard and {source} are two texts", "leave one of them out")
        from ..clipboard import read

        return read(cx.env, ANSWER_LIMIT)
    if source is None and cx.stdin_is_terminal:
        raise BadUsage(f"there is no {what}", "name a file, give it over stdin, or take the clipboard's: --clipboard")
    if source is None or source == "-":
        return cx.stdin_text(ANSWER_LIMIT)
    return _of_file(Path(source).expanduser())


def _of_file(path: Path) -> str:
    try:
        data = read_plain(Path(os.path.realpath(path)), ANSWER_LIMIT + 1)[0]
    except FileNotFoundError:
        raise NotFound(f"there is no file {str(path)!r}", "mind the folder that you are in") from None
    except NotPlain as error:
        raise NotFound(f"{path} is {error.kind}, no file", "name the file itself") from error
    except OSError as error:
        raise NotFound(f"{path} cannot be read: {error.strerror}", "mend its rights or its path") from error
    if len(data) > ANSWER_LIMIT:
        raise BadUsage(f"{path} holds more than {ANSWER_LIMIT} bytes", "split it")
    return data.decode("utf-8-sig", "replace")


def put_on_clipboard(cx: Context, text: str) -> dict[str, Any]:
    """Copy, and tell how sure that is: `verified` only once the clipboard was read back and holds the text.

    Where no program reaches a clipboard a terminal is asked to do it. Raises ToolMissing, AnswerIsNo.
    """
    from ..clipboard import copy, osc52

    try:
        tool = copy(text, cx.env)
    except ToolMissing:
        if not cx.stdout_is_terminal:
            raise
        cx.terminal.write(osc52(text))
        return {"verified": False, "where": "the terminal", "tool": "OSC 52", "characters": size(text)}
    return {"verified": True, "where": tool.where, "tool": tool.name, "characters": size(text)}


def copy_part(cx: Context, record: Record, part: int) -> dict[str, Any]:
    """Copy a part of a paste, and note that down; what was done, for programs. Raises as `put_on_clipboard` does."""
    table = desk(cx)
    done = put_on_clipboard(cx, table.text(record, part))
    table.happened(record.id, "copied", part=part)
    return done | {"part": part}


def copied(done: dict[str, Any], what: str) -> str:
    """The same as a sentence."""
    number = f"{done['characters']:,} characters"
    if done["verified"]:
        return f"copied {what} to {done['where']} ({done['tool']}, {number})"
    return f"sent {what} to the terminal ({number}): whether it was copied cannot be checked"


def listed(record: Record) -> ListedPaste:
    """A paste for programs."""
    return {
        "id": record.id,
        "kind": record.kind.value,
        "session": record.session,
        "title": record.title,
        "state": record.state,
        "vendor": record.vendor,
        "created": utc(record.created),
        "expect": record.expect,
        "about": record.about,
        "digest": record.digest,
        "parts": len(record.parts),
        "copied": record.copied,
        "characters": sum(part["characters"] for part in record.parts),
    }
