"""`ACK <id> [references]`, wherever a chat puts it; and who may give it (`judge`)."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ..references import Checks, Reference, Standing, find, standing, verify
from .ids import ID, plain, what_is_wrong
from .items import Ack, Unclear
from .unmangle import Answer, places, unquoted

__all__ = ["Given", "Judged", "Verdict", "acks", "asked_for", "judge"]

LIMIT = 1000
"""So many ACKs are looked for in one answer."""

_SAID_LIMIT = 600
_ACK = re.compile(
    rf"(?<![\w-])(?P<word>ACK|Ack|ack)(?P<gap>[\s>:*_`'\"\u2018-\u201f<\[(=]{{1,60}})(?:(?P<id>{ID})|(?P<token>\S{{3,80}}))"
)
_END = re.compile(
    r"\n[ \t>]*\n|(?<![\w-])ACK[\s>:*_`]|\bPolicy\s+v?\d|\n[ \t>]*(?:`{3}|~{3}|#{1,6} )|BACKCHAT:|\[cotemp paste"
)
_ASKS = re.compile(
    r"(?:(?:reply|answer|respond)[\s>]+(?:only[\s>]+)?with:?|subject:|exactly:)[\s>*_`'\"\u2018-\u201f(\[]*$",
    re.IGNORECASE,
)
_NOT_YET = re.compile(
    r"\b(?:will|would|shall|should|could|can|can[\u2019']?t|cannot|don[\u2019']?t|won[\u2019']?t|not|never|no|before|until|once|when|if|to"
    r"|please|send|awaiting|expect(?:ing)?)(?:[\s>]+(?:then|yet|now|an?|the|you|me|also|still))?[\s>*_`'\"\u2018-\u201f(]*$",
    re.IGNORECASE,
)
_BEGINS = re.compile(r"(?:^|[\n.!?:;,)\]])[\s>*_`'\"\u2018-\u201f(\[\u2022-]*(?:\d{1,3}[.)]\s*)?$")
_LIKE_AN_ID = re.compile(
    r"[^\W_]{1,8}[\u202a-\u202e]*[-\u2010-\u2015_]|[0-9a-fA-F]{6,}|[\u202a-\u202e]|.*[^\x00-\x7f].*-|.{0,3}-"
)


def asked_for(before: str) -> bool:
    """True when what comes next is only what somebody was asked to answer: a paste of ours, quoted."""
    return _ASKS.search(before) is not None


def acks(answer: Answer, canvas: str) -> Iterator[tuple[int, int, Ack | Unclear]]:
    """The ACKs in the prose of an answer, with their places."""
    for at in places(canvas, "ACK", "Ack", "ack", limit=LIMIT):
        found = _ACK.match(canvas, at)
        if found is None:
            continue
        before = canvas[max(0, found.start() - 80) : found.start()]
        if asked_for(before) or canvas.startswith("<", found.end()):
            continue
        item = _item(answer, canvas, found, before)
        if item is not None:
            yield found.start(), answer.start_of(item.lines.last + 1), item


def _item(answer: Answer, canvas: str, found: re.Match[str], before: str) -> Ack | Unclear | None:
    lines = answer.lines(found.start(), found.end())
    odd = answer.odd(lines)
    if not found["id"]:
        return _no_id(found, answer, lines, odd)
    starts = _BEGINS.search(before) is not None
    ident = plain(found["id"])
    if not starts and _NOT_YET.search(before):
        return Unclear(lines, odd, f"ACK {ident}", "it stands in a sentence about an ACK, which is not one")
    if not starts and found["word"] != "ACK":
        return Unclear(lines, odd, f"{found['word']} {ident}", "an ACK is written in capitals, or begins its line")
    if "\n" in found["id"]:
        odd += ("its id was broken over two lines",)
    said = _said(canvas, found.end())
    last = answer.line_of(max(found.end() - 1, found.end() + len(said.rstrip()) - 1))
    return Ack(lines._replace(last=last), odd, ident, find(unquoted(said)))


def _no_id(found: re.Match[str], answer: Answer, lines: object, odd: tuple[str, ...]) -> Unclear | None:
    token = found["token"].strip("*_`'\"<>()[].,;:!\u2018\u2019\u201c\u201d")
    if found["word"] != "ACK" or not _LIKE_AN_ID.match(token):
        return None
    where = answer.lines(found.start(), found.end())
    return Unclear(where, odd, f"ACK {token[:40]}", what_is_wrong(token))


def _said(canvas: str, start: int) -> str:
    """What belongs to an ACK: up to a blank line, or whatever else begins."""
    text = canvas[start : start + _SAID_LIMIT]
    end = _END.search(text)
    return text[: end.start()] if end else text


class Verdict(StrEnum):
    """What an ACK is worth."""

    DONE = "done"
    """It was expected, and points at something that is there, or that nobody here can check."""
    NO_ARTIFACT = "no artifact"
    """It points at nothing, or at something that is not there."""
    OTHER_SESSION = "other session"
    """The id was given to the chat of another session."""
    UNKNOWN = "unknown"
    """Nobody gave out this id: a typing error, an invention, or an id of another home."""
    AGAIN = "again"
    """It was acknowledged before."""


@dataclass(frozen=True, slots=True)
class Given:
    """An id that was given out, to the chat of `session`; `done` when it was acknowledged."""

    session: str
    done: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """An ACK against what was given out. `standing` is that of its references, one by one in `references`."""

    ack: Ack
    verdict: Verdict
    standing: Standing
    references: tuple[tuple[Reference, Standing], ...]
    why: str


def judge(ack: Ack, session: str | None, given: Mapping[str, Given], checks: Checks) -> Judged:
    """What an ACK from the chat of `session` (None: nobody said which) is worth; `checks` look at what it points at."""
    references = tuple((one, verify(one, checks)) for one in ack.references)
    worth = standing(state for _, state in references)
    verdict, why = _verdict(ack.id, session, given, worth)
    return Judged(ack, verdict, worth, references, why)


def _verdict(ident: str, session: str | None, given: Mapping[str, Given], worth: Standing) -> tuple[Verdict, str]:
    known = given.get(ident)
    if known is None:
        near = difflib.get_close_matches(ident, list(given)[:2000], n=1, cutoff=0.8)
        hint = f"; did it mean {near[0]}?" if near else ""
        return Verdict.UNKNOWN, f"nobody gave out {ident}{hint}"
    if session is not None and known.session.casefold() != session.casefold():
        return Verdict.OTHER_SESSION, f"{ident} was given to {known.session}, not to {session}"
    if known.done:
        return Verdict.AGAIN, f"{ident} was acknowledged before"
    if worth is Standing.MISSING:
        return Verdict.NO_ARTIFACT, "it points at nothing: a PR, a commit, a file or a run has to stand behind the id"
    if worth is Standing.WRONG:
        return Verdict.NO_ARTIFACT, "what it points at is not there"
    return Verdict.DONE, f"it is {worth}"
