"""A paste: a payload that a human carries into a chat, with an id, a digest and the reply that is expected."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Protocol

from ..errors import BadUsage
from ..names import random_part
from .budget import Vendor, cut, size
from .fencing import BREAKS, fence, fence_for

__all__ = ["ARTIFACT", "PASTE_ID", "Kind", "Paste", "Scrub", "digest", "new_id", "one_line", "render", "reply_line"]

PASTE_ID = "p-[0-9a-v]{6}"
"""What the id of a paste looks like, as a regular expression."""

ARTIFACT = "<PR, commit, file or run>"
"""What an ACK has to point at, as a chat is asked for it."""

_HIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")


class Scrub(Protocol):
    """Whatever takes secrets out of a text: a `Scrubber`'s method `scrub`."""

    def __call__(self, text: str, /) -> str: ...


class Kind(StrEnum):
    """What a paste is for."""

    CAPSULE = "capsule"
    BACKCHAT = "backchat"
    BOOTSTRAP = "bootstrap"
    COWRAP = "cowrap"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Paste:
    """A payload for the chat of `session`. `body` was scrubbed; `expect` is the reply, such as `ACK p-k3f9ab <…>`."""

    id: str
    kind: Kind
    session: str
    title: str
    body: str
    expect: str
    created: datetime

    @property
    def digest(self) -> str:
        """The first eight hex digits of the body's SHA-256."""
        return digest(self.body)


def new_id() -> str:
    """The id of a new paste."""
    return f"p-{random_part(6)}"


@lru_cache(maxsize=1)  # each of a paste's parts names it
def digest(body: str) -> str:
    """Eight hex digits: enough to see that two pastes are not the same, not to prove that they are."""
    return hashlib.sha256(_settled(body).encode("utf-8", "surrogatepass")).hexdigest()[:8]


def one_line(text: str, width: int = 120) -> str:
    """A foreign text as part of a line of ours: nothing hidden in it, no end of line, not too long."""
    shown = " ".join(_HIDDEN.sub(" ", text).split())
    return shown if len(shown) <= width else f"{shown[: width - 1]}…"


def reply_line(expect: str) -> str:
    """The line that asks for the reply; who reads answers knows it from the reply itself."""
    return f"(Reply with: {expect})"


def render(paste: Paste, to: Vendor, scrub: Scrub) -> tuple[str, ...]:
    """What to paste, part by part; each part fits into the vendor's window.

    Everything is scrubbed once more before it is cut: no secret can be hidden by an end of part. Raises BadUsage
    when the frame alone would not fit.
    """
    clean = replace(paste, title=scrub(paste.title), session=scrub(paste.session), body=_settled(scrub(paste.body)))
    mark = fence_for(clean.body)
    room = to.room - size(_part(clean, "", mark, 9999, 9999)) - 1
    if room < 2:
        raise BadUsage(f"the frame of {paste.id} alone does not fit into a paste of {to.room}", "shorten its title")
    whole = _part(clean, clean.body, mark, 1, 1)
    if size(whole) <= to.room:
        return (whole,)
    parts = cut(clean.body, room)
    return tuple(_part(clean, part, mark, number, len(parts)) for number, part in enumerate(parts, 1))


def _settled(body: str) -> str:
    """With plain ends of lines, and none at its end: what a window would make of it anyway."""
    return BREAKS.sub("\n", body).rstrip("\n")


def _part(paste: Paste, body: str, mark: str, number: int, parts: int) -> str:
    return "\n".join((*_head(paste, number, parts), fence(body, "text", mark), "", *_foot(paste, number, parts))) + "\n"


def _head(paste: Paste, number: int, parts: int) -> Iterator[str]:
    which = f" | part {number} of {parts}" if parts > 1 else ""
    yield f"[cotemp paste {paste.id} | {paste.kind} for {one_line(paste.session)} | sha256 {paste.digest}{which}]"
    yield f"Subject: {one_line(paste.title)}"  # so that no title can look like a header or an ACK
    yield ""


def _foot(paste: Paste, number: int, parts: int) -> Iterator[str]:
    if number < parts:
        yield f"(Part {number} of {parts}: wait for all parts, answer only after the last.)"
        return
    if parts > 1:
        yield f"(Part {number} of {parts}, the last: {paste.id} is complete.)"
    if paste.expect:
        yield reply_line(paste.expect)
