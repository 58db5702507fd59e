"""Programs that were just started: whether each came to life, or ended at once, and why."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field, replace
from datetime import datetime

from ...agents.record import AgentRecord, Launched
from ...agents.states import Reading, State
from ...display import display_line
from ...hosts.host import Pane
from ..plan.model import Done, Outcome, Start
from .pace import Pace

__all__ = ["Trial", "Trials"]

_ALIVE = {State.IDLE, State.BUSY, State.BLOCKED, State.LIMITED}
ENOUGH = 2
"""Looks in a row at a program that is alive: what a resumed one shows first may be its last."""


@dataclass(slots=True)
class Trial:
    """A start that has not ended yet. `typed`: the prompt that is to be typed, "" when none is. `stale`:
    what a line looks like that says that the session id is not known."""

    start: Start
    record: AgentRecord
    launched: Launched
    typed: str = ""
    stale: tuple[re.Pattern[str], ...] = ()
    alive: int = 0
    since: float = field(default_factory=time.monotonic)


@dataclass
class Trials:
    """Those that run now, by agent; begun in workers' threads, judged in the loop's."""

    pace: Pace
    _running: dict[str, Trial] = field(default_factory=dict)

    def begin(self, trial: Trial) -> None:
        """It runs; its start has ended when `judge` says so."""
        self._running[trial.start.agent] = trial

    def launched(self, agent: str) -> Launched | None:
        """What is being started now, before the plan knows of it."""
        trial = self._running.get(agent)
        return trial.launched if trial else None

    def judge(
        self, agent: str, pane: Pane | None, reading: Reading | None, screen: str, now: datetime, looked: float
    ) -> Done | None:
        """How the start of `agent` went, as soon as that can be said, once. `looked`: the monotonic time before it;
        what began after that was not there to be seen."""
        trial = self._running.get(agent)
        if trial is None or trial.since > looked:
            return None
        age = (now - trial.launched.at).total_seconds()
        is_dead = pane is None or pane.dead
        verdict = self._of_dead(trial, pane, screen, age) if is_dead else self._of_living(trial, reading, age)
        if verdict is None:
            return None
        del self._running[agent]
        known = reading.session_id if reading and reading.session_id else trial.launched.session_id
        record = replace(trial.record, launched=replace(trial.launched, session_id=known))
        return Done(agent, trial.start, *verdict, record, trial.typed if verdict[0] is Outcome.DONE else "")

    def _of_living(self, trial: Trial, reading: Reading | None, age: float) -> tuple[Outcome, str] | None:
        trial.alive = trial.alive + 1 if reading and reading.state in _ALIVE else 0
        return (Outcome.DONE, "") if trial.alive >= ENOUGH or age > self.pace.life else None

    def _of_dead(self, trial: Trial, pane: Pane | None, screen: str, age: float) -> tuple[Outcome, str]:
        code, words = pane.exit_code if pane else None, _last_line(screen)
        why = f"it ended at once (exit code {'unknown' if code is None else code})" + (f": {words}" if words else "")
        told = any(one.search(line) for one in trial.stale for line in screen.splitlines())
        is_stale = trial.launched.resumed and (told or (code != 0 and age < self.pace.stale))
        return Outcome.STALE_ID if is_stale else Outcome.FAILED, why


def _last_line(screen: str) -> str:
    lines = [line.strip() for line in screen.splitlines() if line.strip()]
    return display_line(lines[-1], 120) if lines else ""
