"""Rings a bell: types a text of ours into an agent's composer, presses Enter, and sees to it that it was sent.

Each rule here is somebody's accident: Enter on a human's draft sends it, Enter on a dialog answers it, text typed
while somebody scrolls goes astray, and a program may swallow Enter or lose characters.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ...agents.states import Composer, Reading, State
from ...hosts.host import Pane
from ..plan.model import Outcome
from .pace import Pace

__all__ = ["Glance", "Line", "Rung", "ring"]

TRIES = 3
"""How often Enter is pressed."""
BETWEEN = 0.1
"""Seconds between two looks at a screen from which something is expected."""
_SENT = {State.BUSY, State.BLOCKED, State.LIMITED}
"""What a program does that took a text."""


@dataclass(frozen=True, slots=True)
class Glance:
    """An agent's terminal at one moment; no `pane`: it has none. `ours`: its composer holds exactly the bell's text."""

    pane: Pane | None
    reading: Reading | None = None
    ours: bool = False


class Line(Protocol):
    """One agent's terminal, with the eyes and hands that a bell needs. `text` is always the bell's."""

    def see(self, text: str) -> Glance:
        """Its terminal now."""

    def stands(self, text: str) -> bool:
        """Whether the text stands on its screen or above, outside of the composer: then it was sent."""

    def type(self, text: str) -> None:
        """Type the text, and no key."""

    def enter(self) -> None:
        """Press Enter."""


@dataclass(frozen=True, slots=True)
class Rung:
    """How it went, and why it went no better."""

    outcome: Outcome
    why: str = ""


def ring(
    line: Line, text: str, settle: float, pace: Pace, *, again: bool = False, limited: bool = False
) -> Rung:  # fmt: skip
    """Type `text`, wait `settle` seconds, press Enter. `again`: it may have been typed before, by one that crashed.
    `limited`: also to a program that shows an old usage limit.

    NOT_NOW: nothing was typed. UNCONFIRMED: it was, but nobody can say that it was sent; it is left as it is.
    """
    before = line.see(text)
    if again and not before.ours and line.stands(text):
        return Rung(Outcome.DONE, "it stands on the screen already")
    unfit = _unfit(before, pace, (State.IDLE, State.LIMITED) if limited else (State.IDLE,))
    if unfit:
        return Rung(Outcome.NOT_NOW, unfit)
    if not before.ours:
        line.type(text)
    return _submit(line, text, before, settle, pace)


def _unfit(seen: Glance, pace: Pace, fit: tuple[State, ...]) -> str:
    """Why nothing may be typed now; empty when it may."""
    if seen.pane is None or seen.pane.dead or seen.reading is None:
        return "it does not run"
    if seen.pane.in_mode:
        return "somebody scrolls in its terminal"
    if _hands_on(seen.pane, pace):
        return "a human types in its terminal"
    if seen.reading.state not in fit:
        return f"it is {seen.reading.state}"
    if seen.reading.composer is not Composer.EMPTY and not seen.ours:
        return f"its composer is not empty ({seen.reading.composer})"
    return ""


def _hands_on(pane: Pane, pace: Pace) -> bool:
    return pane.typed is not None and time.time() - pane.typed < pace.hands


def _submit(line: Line, text: str, before: Glance, settle: float, pace: Pace) -> Rung:
    """Press Enter on what was typed, as soon as it stands there, and for as long as it stays."""
    if not _until(lambda: line.see(text).ours, pace.shown):
        return Rung(Outcome.UNCONFIRMED, "what was typed did not appear in its composer as it is; it is left there")
    time.sleep(settle)
    for _ in range(TRIES):
        seen = line.see(text)
        if not seen.ours or seen.pane is None or seen.pane.in_mode or _hands_on(seen.pane, pace):
            break
        line.enter()
        if _until(lambda: _was_sent(line, text, before), pace.sent):
            return Rung(Outcome.DONE)
    if _was_sent(line, text, before):
        return Rung(Outcome.DONE)
    return Rung(Outcome.UNCONFIRMED, "it was typed, but nothing shows that it was sent")


def _was_sent(line: Line, text: str, before: Glance) -> bool:
    """Whether the composer has let go of it, and something shows that the program took it."""
    seen = line.see(text)
    if seen.ours or seen.reading is None or before.reading is None:
        return False
    if seen.reading.state in _SENT and seen.reading.state is not before.reading.state:
        return True
    return seen.reading.composer is Composer.EMPTY and (
        seen.reading.screen != before.reading.screen or line.stands(text)
    )


def _until(probe: Callable[[], bool], seconds: float) -> bool:
    """Whether `probe` comes true within that time."""
    deadline = time.monotonic() + seconds
    while not probe():
        if time.monotonic() >= deadline:
            return False
        time.sleep(BETWEEN)
    return True
