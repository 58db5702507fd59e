"""From what the sources say to one reading. Structured ones come first; a contradiction is told, never decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..agents.states import Composer, Evidence, LimitSeen, Problem, Reading, State
from ..display import display_line
from .ladder import Life, Standing
from .screen import Seen
from .subject import QUOTE, Claim, Scrub, Subject, first_line

__all__ = ["judge"]

YOUNG = timedelta(seconds=30)
"""So long after its start a program that says nothing yet is starting."""


@dataclass(frozen=True, slots=True)
class _Case:
    """Everything that is known when it is judged."""

    subject: Subject
    standing: Standing
    claims: Sequence[Claim]
    seen: Seen
    now: datetime
    scrub: Scrub

    def told(self, claim: Claim) -> Evidence:
        """A claim as evidence: one line, without secrets, safe to print."""
        quote = display_line(self.scrub(first_line(claim.quote)), QUOTE)
        return Evidence(claim.source, claim.at, quote)


def judge(
    subject: Subject, standing: Standing, claims: Sequence[Claim], seen: Seen, now: datetime, scrub: Scrub
) -> Reading:
    """The reading. `claims` come in the order of the backend's sources."""
    case = _Case(subject, standing, claims, seen, now, scrub)
    return _dead(case) or _told(case) or _kept(case) or _silent(case)


def _dead(case: _Case) -> Reading | None:
    """Only a proof makes it dead; its last words are told with it, for what a restart cannot mend."""
    if case.standing.life != Life.GONE:
        return None
    if case.standing.since and case.now - case.standing.since < YOUNG:
        return _reading(case, State.STARTING, _process(case))  # a shell that is about to start it
    return _reading(case, State.DEAD, _process(case), composer=Composer.COVERED)


def _told(case: _Case) -> Reading | None:
    """What the first source says that names a state, unless another one contradicts it."""
    states = [one for one in case.claims if one.state and one.state != State.DEAD]  # text never proves that
    if not states:
        return None
    strong = [one for one in states if not one.weak] or states
    chosen = _finest(strong)
    others = [one for one in states if one is not chosen and one.state != chosen.state]
    against = [one for one in others if not one.weak and _contradicts(one, chosen)]
    if against:
        pair = (chosen, *against)
        return _reading(case, State.UNKNOWN, _quarrel(case, pair), against=pair)
    return _reading(case, chosen.state, case.told(chosen), limit=_limit(case, chosen))


def _finest(claims: Sequence[Claim]) -> Claim:
    """The first claim, or the one that knows what the first cannot tell apart."""
    chosen = claims[0]
    for other in claims[1:]:
        if not chosen.exact and chosen.state in other.refines and other.state not in chosen.refines:
            chosen = other
    return chosen


def _contradicts(one: Claim, chosen: Claim) -> bool:
    if chosen.exact:
        return one.state not in chosen.refines
    return one.state not in chosen.refines and chosen.state not in one.refines


def _quarrel(case: _Case, pair: Sequence[Claim]) -> Evidence:
    """Both words of a contradiction in one quote."""
    room = QUOTE // len(pair) - 4
    said = (f"{one.source}: {first_line(case.told(one).quote)[:room].strip()}" for one in pair)
    return Evidence(pair[0].source, pair[0].at, " ≠ ".join(said)[:QUOTE])


def _kept(case: _Case) -> Reading | None:
    """While an overlay covers the screen and nobody else speaks, the last look's state stands on."""
    before = case.subject.previous
    if before is None or case.seen.composer != Composer.COVERED or before.state in (State.DEAD, State.STARTING):
        return None
    return _reading(case, before.state, before.evidence, limit=before.limit)


def _silent(case: _Case) -> Reading:
    """Nothing tells its state: it has only just started, or it is not known."""
    since = case.standing.since
    starts = case.standing.life == Life.ALIVE and since is not None and case.now - since < YOUNG
    if starts and not any(one.problem for one in case.claims):
        return _reading(case, State.STARTING, _process(case))
    vetoed = next((one for one in case.claims if one.quote), None)
    nothing = Claim(source="screen", at=case.now, quote="nothing on it tells the state")
    return _reading(case, State.UNKNOWN, case.told(vetoed or nothing))


def _process(case: _Case) -> Evidence:
    return case.told(Claim(source="process", at=case.now, quote=case.standing.quote))


def _limit(case: _Case, chosen: Claim) -> LimitSeen | None:
    """What is known of the limit. One that is over is told as long as its words stand there: a clock shows the same
    time again tomorrow, and the next look has to know that they are old."""
    told = next((one.limit for one in (chosen, *case.claims) if one.limit and one.state in (chosen.state, None)), None)
    if told is None:
        return None
    quote = display_line(case.scrub(first_line(told.quote)), QUOTE)
    return LimitSeen(told.until, quote, told.resumes_itself)


def _reading(
    case: _Case,
    state: State | None,
    evidence: Evidence,
    *,
    composer: Composer | None = None,
    against: Sequence[Claim] = (),
    limit: LimitSeen | None = None,
) -> Reading:
    claims = case.claims
    return Reading(
        state=state or State.UNKNOWN,
        evidence=evidence,
        composer=composer or case.seen.composer,
        against=tuple(map(case.told, against[1:] if against else _others(case, state))),
        session_id=next((one.session_id for one in claims if one.session_id), None),
        context_pct=next((one.context_pct for one in claims if one.context_pct is not None), None),
        limit=limit,
        problem=_problem(claims),
        screen=case.seen.digest,
    )


def _others(case: _Case, state: State | None) -> list[Claim]:
    """Sources that said something else, without contradicting it."""
    return [one for one in case.claims if one.state and one.state != state]


def _problem(claims: Sequence[Claim]) -> Problem | None:
    return next((one.problem for one in claims if one.problem), None)
