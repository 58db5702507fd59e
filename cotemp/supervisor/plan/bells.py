"""Bells: what an agent is told, each once, in fixed words of ours."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from ...agents.record import AgentRecord, Bell, BellKind, BellState

__all__ = ["changed", "drop", "first", "known", "last_rung", "queue", "queue_commit", "text_of", "waits", "withdraw"]

KNOWN = 500
"""How many ids are remembered, so that none is queued twice."""
KEPT = 12
"""How many bells that are over are kept, for people."""
TOGETHER = 5
"""Commits that one bell names at most: its text has to be seen whole in a small composer."""
_WAITING = (BellState.QUEUED, BellState.RINGING)
_FIRST = (BellKind.PROMPT, BellKind.RESUME)

_TEXTS = {
    BellKind.COMMIT: "{2} arrived: git fetch, then git show {0}",
    BellKind.INBOX: "A message for you is in {0}: fetch, read it, act on it, then delete the file.",
    BellKind.NOTES: "{0} for you, unread. Read: cotemp notes",
    BellKind.DOS: "{0} for you in your inbox, and nobody runs what arrives there. See: cotemp status",
    BellKind.WAKE: "This is your scheduled wake.{1}",
    BellKind.LAST_WAKE: "All phases are done (SEQUENCE-COMPLETE): this is your last scheduled wake.{1}",
    BellKind.PLAN: "The plan that you work on was changed: read {0} again before you go on.",
    BellKind.NUDGE: "You seem to have stopped: go on with your work. If you wait for something, say until when "
    "(WAITING-UNTIL) in your status file.",
    BellKind.COMPACT: "Your context is nearly full: write down what matters, then compact it.",
    BellKind.RESUME: "The usage limit is over: go on where you were.",
    BellKind.TASK: "Your task is in {0}: read it and do it.",
}
_SHA = re.compile(r"[0-9a-f]{7,64}")


def text_of(bell: Bell) -> str:
    """What is typed: one line, our own words, the bell's number, and at most a number, a commit id or a path that the
    settings or the person at this machine named."""
    if bell.subject and bell.kind in (BellKind.COMPACT, BellKind.PROMPT):
        return bell.subject  # a line of the settings, which the program may have to take for a command of its own
    more = f" Read {bell.subject} and do what it says." if bell.subject else ""
    count = len(bell.subject.split())
    commits = "A commit for you has" if count == 1 else f"{count} commits for you have"
    return f"[cotemp {bell.number}] " + _TEXTS[bell.kind].format(_said(bell), more, commits)


def _said(bell: Bell) -> str:
    one = {BellKind.NOTES: "note", BellKind.DOS: "DO"}.get(bell.kind)
    return f"{bell.subject} {one}{'s' if bell.subject != '1' else ''}" if one else bell.subject


def queue(record: AgentRecord, id: str, kind: BellKind, subject: str, now: datetime) -> AgentRecord:  # noqa: A002
    """`record` with one more bell that waits; unchanged when one of this id was ever queued, or cannot be typed."""
    if id in record.bell_ids or not _is_fit(kind, subject):
        return record
    bell = Bell(id, kind, record.bell_count + 1, subject, now)
    over = [one for one in record.bells if one.state not in _WAITING]
    gone = {one.number for one in over[:-KEPT]}
    return replace(
        record,
        bells=(*(one for one in record.bells if one.number not in gone), bell),
        bell_ids=(*record.bell_ids, id)[-KNOWN:],
        bell_count=bell.number,
    )


def queue_commit(record: AgentRecord, identity: str, sha: str, now: datetime) -> AgentRecord:
    """`record` with a bell for a commit; one that waits already, and was never typed, names it too."""
    id = f"commit:{identity}"  # noqa: A001
    waiting = record.bells[-1] if record.bells else None
    if waiting is None or not _takes_one_more(waiting) or id in record.bell_ids or not _is_fit(BellKind.COMMIT, sha):
        return queue(record, id, BellKind.COMMIT, sha, now)
    record = changed(record, waiting.number, subject=f"{waiting.subject} {sha}")
    return replace(record, bell_ids=(*record.bell_ids, id)[-KNOWN:])


def _takes_one_more(bell: Bell) -> bool:
    return bell.kind is BellKind.COMMIT and _is_untouched(bell) and len(bell.subject.split()) < TOGETHER


def _is_untouched(bell: Bell) -> bool:
    return bell.state is BellState.QUEUED and not bell.tries


def _is_fit(kind: BellKind, subject: str) -> bool:
    if kind is BellKind.COMMIT:
        return bool(_SHA.fullmatch(subject))
    return subject.isprintable()


def waits(record: AgentRecord, *kinds: BellKind) -> bool:
    """Whether a bell (of one of `kinds`) waits, or rings."""
    return any(one.state in _WAITING and (not kinds or one.kind in kinds) for one in record.bells)


def first(record: AgentRecord) -> Bell | None:
    """The bell that is next: one whose ring nobody saw the end of, what gets it going, then in order."""
    return min((one for one in record.bells if one.state in _WAITING), key=_rank, default=None)


def _rank(bell: Bell) -> tuple[bool, bool, int]:
    was_typed = bell.state is BellState.RINGING or bell.tries > 0
    return not was_typed, bell.kind not in _FIRST, bell.number


def last_rung(record: AgentRecord) -> datetime | None:
    """When a bell was last rung."""
    return max((one.rung for one in record.bells if one.rung), default=None)


def known(record: AgentRecord, id: str) -> Bell | None:  # noqa: A002
    """The bell of that id, as long as it is kept."""
    return next((one for one in record.bells if one.id == id), None)


def changed(record: AgentRecord, number: int, **changes: Any) -> AgentRecord:
    """`record` with that bell changed."""
    return replace(
        record, bells=tuple(replace(one, **changes) if one.number == number else one for one in record.bells)
    )


def drop(record: AgentRecord, *kinds: BellKind) -> AgentRecord:
    """`record` without the bells of those kinds that wait and were never typed: their reason is gone."""
    if not waits(record, *kinds):
        return record
    return _dropped(record, [one for one in record.bells if one.kind in kinds])


def withdraw(record: AgentRecord, id: str) -> AgentRecord:  # noqa: A002
    """`record` without the bell of that id, if it waits and was never typed."""
    return _dropped(record, [one for one in record.bells if one.id == id])


def _dropped(record: AgentRecord, some: list[Bell]) -> AgentRecord:
    for one in some:
        if _is_untouched(one):
            record = changed(record, one.number, state=BellState.DROPPED)
    return record
