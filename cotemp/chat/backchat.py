"""A Backchat message as a human carries it: the names of its two files, and the text to paste."""

from __future__ import annotations

import re

from ..errors import BadName
from ..messages.backchat import Backchat
from ..names import session_id
from .fencing import BREAKS, fence
from .paste import one_line

__all__ = ["base_name", "needs_fence", "render", "slug"]

_SLUG_LIMIT = 60
_FRAME = re.compile(
    r"^[ \t>]*(?:BACKCHAT:|ID:|Attachments:|---[ \t]*$)|ACK |Reply with|^[ \t]*(?:`{3,}|~{3,})", re.MULTILINE
)


def slug(name: str) -> str:
    """A name as a part of file names: the original's rule, and never a name that leaves its folder or is a device's."""
    kept = re.sub(r"-{2,}", "-", re.sub(r"[^A-Za-z0-9._-]+", "-", name))
    kept = kept.strip("-")[:_SLUG_LIMIT].rstrip("-.")
    return f"x-{kept}" if _is_device(kept) else kept or "x"


def _is_device(name: str) -> bool:
    try:
        session_id(name.strip("._-") or "x")
    except BadName:
        return True
    return False


def base_name(message: Backchat) -> str:
    """What both files are called, up to `.json` and `.paste.md`."""
    time = re.sub(r"T(\d\d):(\d\d):(\d\d).*", r"_\1\2\3Z", message.created_utc)
    return f"{time}__{message.type}__{slug(message.from_session)}__to__{slug(message.to_session)}__{message.id}"


def render(message: Backchat) -> str:
    """The original's `.paste.md`.

    A body that could be taken for the frame around it, or whose fences could swallow what comes after, stands in
    a fence of its own. Attachments, which the original never tells, are named below the body.
    """
    body = BREAKS.sub("\n", message.body_markdown).strip("\n")
    shown = fence(body, "markdown") if needs_fence(body) else body
    sender, receiver = one_line(message.from_session), one_line(message.to_session)
    return (
        f"> BACKCHAT: ({message.type}) from **{sender}** to **{receiver}**\n"
        f"> ID: {message.id} |  Priority: {one_line(message.priority)} |  UTC: {message.created_utc}\n"
        f"---\n{shown}\n{_attachments(message)}\n(Reply with: ACK {message.id} after acting.)\n"
    )


def _attachments(message: Backchat) -> str:
    return f"\n> Attachments: {' | '.join(map(one_line, message.attachments))}\n" if message.attachments else ""


def needs_fence(body: str) -> bool:
    """True when a body has lines like those of the frame, or fences of its own."""
    return _FRAME.search(body) is not None
