"""Looks after all sessions once a minute: when one has grown too long, it gets a CoWrap, once, and people are told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ..chat.bloat import Course, Limits, Signal, alert_line, followed, signals
from ..errors import CotempError, HeldByOther
from ..places import Places, SessionPlaces
from ..store.owner import owner
from .desk import NOBODY, Desk
from .files import append_line
from .making import Made, Order, make, note_down
from .memory import Memory, recall, remember
from .signals import Mail, facts_of, mail_of
from .successor import ready_for_fresh_chat

if TYPE_CHECKING:
    from ..config import Config

__all__ = ["ALERT", "Look", "limits_of", "look", "watch_over"]

ALERT = "BLOAT_ALERT.txt"
BETWEEN = timedelta(seconds=30)
"""Two looks that are closer count as one, whoever made them."""
ANSWERED = frozenset({"dos_per_hour", "stale_minutes", "dos_since_wrap"})
"""Signals that a CoWrap answers: they are counted anew from it, and may breach anew at once."""


@dataclass(frozen=True, slots=True)
class Look:
    """A look at one session. `made`: the CoWrap that was made for it; `alert`: the line that was written; `paste`: the
    id of the bootstrap that waits for a fresh chat.

    `problem`: why something could not be done; it is tried again at the next look.
    """

    session: str
    signals: tuple[Signal, ...] = ()
    course: Course = field(default_factory=Course)
    made: Made | None = None
    alert: str = ""
    problem: str = ""
    paste: str = ""

    @property
    def over(self) -> tuple[str, ...]:
        """The signals that have been over their thresholds twice in a row, and not been calm so often since."""
        return tuple(sorted(self.course.over))

    def told(self) -> str:
        """A line for a log; "" when there is nothing to say."""
        done = f"{self.alert or 'its time has come'}; CoWrap: {self.made.path.name}" if self.made else ""
        ready = f"for a fresh chat: cotemp paste {self.paste}" if self.paste else ""
        return "; ".join(filter(None, (done, ready, self.problem)))


def watch_over(
    places: Places, config: Config, now: datetime, desk: Desk = NOBODY, *, only: Sequence[str] | None = None
) -> list[Look]:
    """Look at each session that is this machine's, and make a CoWrap of those in which a breach has just begun.

    To be called each minute. The settings may want one also when the last is so long ago; then one is made if something
    has happened since. `only`: ids of sessions, instead of all. No error of one session keeps the others from being
    looked at.
    """
    mail = mail_of(places, now)
    found: list[Look] = []
    for sid in places.session_ids() if only is None else only:
        session = places.session(sid)
        try:
            if _is_ours(session):
                found += _watched(places, config, session, now, mail, desk)
        except HeldByOther:
            continue  # another process makes its CoWrap now
        except CotempError as error:
            found.append(Look(session.id, problem=str(error)))
    return found


def look(
    places: Places,
    config: Config,
    session: SessionPlaces,
    now: datetime,
    desk: Desk = NOBODY,
) -> Look:
    """How a session does now, with the course that `watch_over` has seen. Changes nothing."""
    facts = facts_of(places, config, session, now, mail_of(places, now), desk)
    return Look(session.id, signals(facts, limits_of(config)), recall(places, session.id).course)


def limits_of(config: Config) -> Limits:
    """The thresholds of the settings; the default of each that they do not name."""
    told = config.cowrap
    named = {
        "dos_per_hour": told.dos_per_hour,
        "stale": told.stale and told.stale / 60,
        "dos": told.dos,
        "turns": told.turns,
        "characters": told.characters,
    }
    return Limits(**{name: value for name, value in named.items() if value is not None})  # type: ignore[arg-type]


def _watched(
    places: Places, config: Config, session: SessionPlaces, now: datetime, mail: Mail, desk: Desk
) -> Iterator[Look]:
    limits, every = limits_of(config), config.cowrap.every
    memory = recall(places, session.id)
    if memory.checked and timedelta() <= now - memory.checked < BETWEEN:
        return
    facts = facts_of(places, config, session, now, mail, desk)
    found = signals(facts, limits)
    course = followed(memory.course, found, limits.in_a_row)
    begun = [one for one in found if one.name in course.over - memory.course.over]
    due = (
        every is not None
        and facts.begun is not None
        and (now - (memory.wrapped or facts.begun)).total_seconds() >= every
    )
    made = _wrapped(places, config, session, now, desk, begun) if begun or due else None
    course = replace(course, over=course.over - ANSWERED) if made else course
    wrapped = now if made else recall(places, session.id).wrapped  # anew: somebody may have made one meanwhile
    remember(places, session.id, Memory(wrapped, now, course))
    look = Look(session.id, found, course, made)
    yield _told(places, config, look, begun) if begun and made else look


def _wrapped(
    places: Places, config: Config, session: SessionPlaces, now: datetime, desk: Desk, begun: Sequence[Signal]
) -> Made:
    why = f"bloat: {'; '.join(one.said for one in begun)}" if begun else "its time has come"
    return make(places, config, session, now, Order(why=why), desk)


def _told(places: Places, config: Config, look: Look, begun: Sequence[Signal]) -> Look:
    """Lay the bootstrap for a fresh chat on the desk, and write the alert.

    The CoWrap is made by then, and remembered: nothing that lies in the way here makes another one.
    """
    made, troubles = look.made, []
    assert made
    try:
        look = replace(look, paste=ready_for_fresh_chat(places, config, made))
    except CotempError as error:
        troubles.append(str(error))
    line = alert_line(begun, made.at, look.session)
    try:
        append_line(places.home / "alerts" / ALERT, line)
        more = {"signals": [one.name for one in begun], "cowrap": made.path.name, "paste": look.paste or None}
        note_down(places, "bloat", look.session, made.at, **more)
    except CotempError as error:
        troubles.append(str(error))
    return replace(look, alert=line, problem="; ".join(troubles))


def _is_ours(session: SessionPlaces) -> bool:
    """In a home that several machines share, each looks after the sessions whose DOs it runs."""
    known = owner(session)
    return known is None or known.is_here()
