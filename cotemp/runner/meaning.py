"""What the end of a run means: its outcome, and the reason in plain words."""

from __future__ import annotations

import signal

from ..messages.run import Outcome
from .engines import Engine
from .result import Finished, How

__all__ = ["outcome"]


def outcome(finished: Finished, engine: Engine) -> tuple[Outcome, str | None]:
    """What the end means, and the reason in plain words (None when there is nothing to say)."""
    match finished.how:
        case How.EXITED:
            return _by_itself(finished, engine)
        case How.NOT_STARTED:
            return Outcome.FAILED, f"could not be started: {finished.why}"
        case How.LOST:
            return Outcome.UNKNOWN, finished.why
    return Outcome(finished.how.value), finished.why


def _by_itself(finished: Finished, engine: Engine) -> tuple[Outcome, str | None]:
    reason = None
    if finished.signal:
        reason = f"ended by signal {finished.signal} ({_signal_name(finished.signal)})"
    elif finished.exit_code:
        reason = f"exit code {finished.exit_code}"
    elif engine.end_mark and not finished.marked:
        reason = f"{engine.title} ended before the script did (something in it ended the whole process)"
    whole = "; ".join(part for part in (reason, finished.why) if part)
    return Outcome.FAILED if reason else Outcome.PASSED, whole or None


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "unknown"
