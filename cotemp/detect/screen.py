"""What a screen shows of an agent's state: the newest mark wins, and nothing is taken for its idle prompt but that."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from ..agents.states import Composer, Problem, State
from .composer import Field, field_of
from .digest import digest_of
from .looks import ANY, RULE, Looks, looks_of
from .quoting import begins, own_words
from .rows import Row, rows_of

if TYPE_CHECKING:
    from ..agents.backends import Backend, Patterns, Screens

__all__ = ["Seen", "see"]

LINES = 30
"""How many lines with text, from the bottom, are looked at."""
PARAGRAPH = 3
"""Lines over which a message about a limit may be wrapped."""
_BELL = re.compile(r"^\W{0,4}(?:\[cotemp \d+\] |You were restarted[.,] )")
"""A bell of ours that was sent, or what a program is told that goes on: what stands above it was said before."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one screen shows. `state` None: it does not tell. `quote` is the line that tells it.

    `composer` and the `text` in it; `background`: it has answered, and something of it still works; `limit`: what is
    said of a usage limit; `until`: the part of that which names its end; `text` is for those who typed it.
    """

    state: State | None = None
    quote: str = ""
    composer: Composer = Composer.UNKNOWN
    text: str = ""
    background: bool = False
    problem: Problem | None = None
    limit: str = ""
    until: str = ""
    context_pct: int | None = None
    digest: str = ""


@dataclass(frozen=True, slots=True)
class _Screen:
    """The last lines of a screen, with what is known about reading them."""

    patterns: Screens
    looks: Looks
    rows: Sequence[Row]
    own: Sequence[bool]
    field: Field | None


def see(backend: Backend, screen: str) -> Seen:
    """Read a screen. Never raises, whatever stands on it."""
    return _see(backend.screen, looks_of(backend), screen)


@lru_cache(128)  # most screens are looked at many times before they change
def _see(patterns: Screens, looks: Looks, screen: str) -> Seen:
    rows = _last_lines(rows_of(screen))
    field = field_of(rows, looks, patterns.ready)
    shown = _Screen(patterns, looks, rows, own_words(rows, looks), field)
    seen = _covered(shown) or _with_composer(shown) or _without_composer(shown)
    return replace(seen, context_pct=_context(shown), digest=digest_of(rows, field, patterns.busy))


def _last_lines(rows: list[Row]) -> list[Row]:
    """The rows from the `LINES`th last with text on; blank ones at the end go."""
    while rows and not rows[-1].plain:
        rows.pop()
    filled = [place for place, row in enumerate(rows) if row.plain]
    return rows[filled[-LINES] if len(filled) > LINES else 0 :]


# --- something lies over it ---


def _covered(shown: _Screen) -> Seen | None:
    """An overlay that a human opened: only what still moves below it tells anything."""
    line = next((row for row in shown.rows if _is_overlay(row, shown)), None)
    if line is None:
        return None
    working = _newest(shown, _upwards(shown))
    if working and working.state == State.BUSY:
        return replace(working, composer=Composer.COVERED)
    return Seen(None, line.plain.strip(), Composer.COVERED)


def _is_overlay(row: Row, shown: _Screen) -> bool:
    if shown.patterns.covered.find(row.plain):
        return True
    window = shown.looks.window
    if window is None or "esc" not in row.text:
        return False
    boxes = row.boxes()
    return len(boxes) > 1 and any(window.search(box) for box in boxes)


# --- its composer is there ---


def _with_composer(shown: _Screen) -> Seen | None:
    field = shown.field
    if field is None:
        return None
    if any(shown.patterns.blocked.find(row.plain) for row in shown.rows[field.bottom :]):
        return None  # a dialog, in which something is quoted that looks like a composer
    mark = _newest(shown, _upwards(shown)) or Seen(State.IDLE, _prompt_line(shown, field))
    return replace(mark, composer=field.state, text=field.text if field.state == Composer.DRAFT else "")


def _prompt_line(shown: _Screen, field: Field) -> str:
    """The line that shows that it waits: a `ready` pattern's, else the composer's."""
    ready = (row.plain for row in reversed(shown.rows) if shown.patterns.ready.find(row.plain))
    if field.state == Composer.DRAFT:
        return "its prompt, with text in it"
    return next(ready, "") or "its empty prompt"


# --- it is not there: a dialog stands in its place, or the program has none ---


def _without_composer(shown: _Screen) -> Seen:
    start = _dialog(shown.rows)
    for place in range(len(shown.rows) - 1, start - 1, -1):
        if limit := _limit(shown, place, any_place=True):
            return replace(limit, composer=Composer.COVERED)
        if shown.patterns.blocked.find(shown.rows[place].plain):
            quote = _question(shown.rows[start:]) or shown.rows[place].plain.strip()
            return Seen(State.BLOCKED, quote, Composer.COVERED, problem=_asks_login(shown))
    mark = _newest(shown, _upwards(shown)) or _hint(shown)
    return mark or Seen(composer=Composer.COVERED if shown.rows and shown.looks is not ANY else Composer.UNKNOWN)


def _dialog(rows: Sequence[Row]) -> int:
    """Where a dialog begins: below the last horizontal rule that has text under it."""
    rules = [place for place, row in enumerate(rows[:-1]) if RULE.match(row.text)]
    return rules[-1] + 1 if rules else 0


def _question(rows: Sequence[Row]) -> str:
    return next((row.plain.strip(" │┃") for row in rows if row.plain.rstrip(" │┃").endswith("?")), "")


def _asks_login(shown: _Screen) -> Problem | None:
    login = shown.patterns.login
    return Problem.LOGIN if any(login.find(row.plain) for row in shown.rows) else None


def _hint(shown: _Screen) -> Seen | None:
    """A `ready` pattern of a program whose composer nobody knows: it waits, but may have a draft."""
    ready = shown.patterns.ready
    line = next((row.plain for row in reversed(shown.rows) if ready.find(row.plain)), None)
    return Seen(State.IDLE, line.strip()) if line and shown.looks is ANY else None


# --- the newest mark ---


def _upwards(shown: _Screen) -> list[int]:
    """The rows from the bottom up, without those of the composer; only those below it where the state stands there."""
    field, end = shown.field, len(shown.rows) - 1
    if field is None:
        return list(range(end, -1, -1))
    top = field.bottom if shown.looks.footer else 0
    return [place for place in range(end, top - 1, -1) if not field.top <= place < field.bottom]


def _newest(shown: _Screen, order: Sequence[int]) -> Seen | None:
    """The first mark in that order (from the bottom up), as far as what is said now goes back."""
    works = True  # until a line says that it is done
    for place in order:
        row = shown.rows[place]
        if _BELL.match(row.plain):
            return None
        if mark := _limit(shown, place) or _problem(shown, place):
            return mark
        if works and shown.patterns.busy.find(row.plain):
            return _busy(shown, row) if _may_work(shown) else None
        works = works and not (shown.looks.done and shown.looks.done.search(row.plain))
        if shown.looks.speech and shown.looks.speech.match(row.text):
            return None
    return None


def _may_work(shown: _Screen) -> bool:
    return shown.field is None or shown.field.stays


def _busy(shown: _Screen, row: Row) -> Seen:
    background = shown.looks.background
    return Seen(State.BUSY, row.plain.strip(), background=bool(background and background.search(row.plain)))


def _limit(shown: _Screen, place: int, *, any_place: bool = False) -> Seen | None:
    """A usage limit of which the program tells from this line on; it may be wrapped."""
    limited = shown.patterns.limited
    if not any_place and not shown.own[place]:
        return None
    for text in _paragraph(shown.rows, place):
        if (found := limited.find(text)) and (any_place or shown.looks.footer or begins(text, found.start())):
            until = found.groupdict().get("until") or ""
            *_, whole = _paragraph(shown.rows, place)
            return Seen(State.LIMITED, text.strip(), limit=whole.strip(), until=until)
    return None


def _paragraph(rows: Sequence[Row], place: int) -> Iterator[str]:
    """The line, then the line with those below it, as far as they belong together."""
    text = rows[place].plain
    yield text
    for row in rows[place + 1 : place + PARAGRAPH]:
        if not row.plain or not row.plain.lstrip()[:1].isalnum():
            return
        text = f"{text} {row.plain.strip()}"
        yield text


def _problem(shown: _Screen, place: int) -> Seen | None:
    text = shown.rows[place].plain
    if shown.looks.footer or not shown.own[place]:
        return None
    for patterns, state, problem in _problems(shown.patterns):
        if (found := patterns.find(text)) and begins(text, found.start()):
            idle = state or (State.IDLE if shown.field else None)
            return Seen(idle, text.strip(), problem=problem)
    return Seen(State.DEAD, text.strip()) if shown.patterns.dead.find(text) else None


def _problems(patterns: Screens) -> Iterator[tuple[Patterns, State | None, Problem]]:
    yield patterns.login, None, Problem.LOGIN
    yield patterns.model, None, Problem.MODEL


# --- the context ---


def _context(shown: _Screen) -> int | None:
    """How full the context is, in per cent, as its footer tells it."""
    start = shown.field.bottom if shown.field else max(len(shown.rows) - 4, 0)
    for row in reversed(shown.rows[start:]):
        for pattern in shown.looks.context:
            if found := pattern.search(row.plain):
                return _used(found)
    return None


def _used(found: re.Match[str]) -> int | None:
    told = found.groupdict()
    used = int(told["used"]) if told.get("used") else 100 - int(told["left"])
    return used if 0 <= used <= 100 else None
