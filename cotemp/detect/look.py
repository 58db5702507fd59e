"""One look at an agent: every source of its backend is asked, in the order in which the backend names them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from ..agents.states import Composer, LimitSeen, Reading, State
from . import codex, opencode, title
from .claude import session_file, transcript
from .ladder import Standing, life_of
from .limits import reset_of, window_of
from .looks import looks_of
from .screen import Seen, see
from .subject import Claim, Scrub, Subject, first_line
from .verdict import judge

__all__ = ["SOURCES", "read"]


@dataclass(slots=True)
class _Look:
    """What the sources go by; the session id is known to those that come after the one that told it."""

    subject: Subject
    standing: Standing
    seen: Seen
    now: datetime
    session_id: str | None


def read(subject: Subject, now: datetime, scrub: Scrub = str) -> Reading:
    """What an agent's program does right now, with the evidence. `scrub` takes secrets out of what is quoted.

    Files, processes and the program's own server are asked (within a third of a second); what does not answer is no
    evidence. The screen and the terminal are taken as they are handed in.
    """
    seen = see(subject.backend, subject.screen) if subject.screen is not None else Seen()
    look = _Look(subject, life_of(subject), seen, now, subject.session_id)
    claims: list[Claim] = []
    for name in subject.backend.evidence:
        claim = SOURCES[name](look) if name in SOURCES else None
        if claim is not None:
            claims.append(claim)
            look.session_id = claim.session_id or look.session_id
    return judge(subject, look.standing, claims, seen, now, scrub)


def _screen(look: _Look) -> Claim | None:
    """What the screen shows, as a claim."""
    seen, subject = look.seen, look.subject
    if subject.screen is None:
        return None
    state, limit = seen.state, None
    if state == State.LIMITED:
        limit = _limit(look)
        if _was_seen(look) and limit.until and limit.until <= look.now:
            state = State.IDLE if seen.composer in (Composer.EMPTY, Composer.DRAFT) else None  # it is over
    if state == State.IDLE and looks_of(subject.backend).quiet:
        state = None  # it may be at work: somebody else has to say that it waits
    return Claim(
        source="screen",
        at=look.now,
        quote=seen.quote,
        state=state,
        refines=_refines(seen, state),
        limit=limit,
        problem=seen.problem,
        context_pct=seen.context_pct,
    )


def _refines(seen: Seen, state: State | None) -> frozenset[State]:
    if state == State.BLOCKED:
        return frozenset({State.BUSY, State.IDLE})
    if state == State.LIMITED or seen.background:
        return frozenset({State.IDLE})
    return frozenset()


def _limit(look: _Look) -> LimitSeen:
    """The limit on the screen. Seen before, it keeps its end: a clock shows the same time again tomorrow."""
    seen, before = look.seen, look.subject.previous
    quote = first_line(seen.quote)
    again = "retrying in" in quote
    if before and before.limit and not again and _was_seen(look):
        return before.limit
    return LimitSeen(_end(look), quote, resumes_itself=again)


def _end(look: _Look) -> datetime | None:
    seen, before = look.seen, look.subject.previous
    fresh = before is not None and before.state in (State.BUSY, State.IDLE)  # it was just said
    window = window_of(seen.limit)
    for text in (seen.limit, f"resets {seen.until}", f"in {seen.until}"):
        if at := reset_of(text, look.now, fresh=fresh, window=window):
            return at
    return None


def _was_seen(look: _Look) -> bool:
    """Whether the last look saw the same limit. One that is met first is tried, even when its time has passed: who
    showed it does not know."""
    before = look.subject.previous
    return before is not None and before.limit is not None and before.limit.quote == first_line(look.seen.quote)


SOURCES: Mapping[str, Callable[[_Look], Claim | None]] = MappingProxyType(
    {
        "claude-session-file": lambda look: session_file.claim(look.subject, look.standing, look.now),
        "claude-transcript": lambda look: transcript.claim(look.subject, look.session_id, look.now),
        "codex-rollout": lambda look: codex.claim(look.subject, look.standing, look.now),
        "opencode-api": lambda look: opencode.claim(look.subject, look.standing, look.now),
        "title": lambda look: title.claim(look.subject, look.now),
        "screen": _screen,
    }
)
"""What can be asked, by the names that backends use."""
