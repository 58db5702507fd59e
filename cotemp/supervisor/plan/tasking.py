"""Rules about tasks, which have an end, and about services, which need no terminal or no conversation."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from ...agents.states import State
from . import bells
from .case import Case
from .model import Deed, Next, RunService, Stop
from .waking import due_wake, next_wake

if TYPE_CHECKING:
    from ...config import AgentConfig

__all__ = ["has_prompt", "service", "task", "task_done", "task_left"]

SURE = 60.0
"""Seconds of idleness after which a task is done, unless its `idle_after` says otherwise."""
LEFT = timedelta(minutes=10)
"""For which a task's terminal is left for people to look at."""


def service(it: Case) -> Next | None:
    """Run on its wakes; one without any is kept running."""
    if it.set.kind != "service":
        return None
    if it.set.wake is None:
        return it.next("service", "it runs", state=State.BUSY) if it.alive and not it.record.relaunch else None
    at = it.now if it.record.relaunch else next_wake(it)
    why = "it is asked for" if it.record.relaunch else "its scheduled wake"
    return it.next("service", why, "run", at, lambda: Deed(it.record, RunService(it.name, why)), state=State.IDLE)


def task(it: Case) -> Next | None:
    """A task begins with its wake, or when it was dispatched; until then, and when it is done, nothing runs."""
    if it.set.kind != "task" or (it.alive and not it.is_finished):
        return None
    if due_wake(it):
        return it.next("task", "its scheduled wake", "start", it.now, lambda: it.launch("its scheduled wake"))
    if it.alive or _was_cut_short(it):
        return None
    if it.record.launched and not it.is_finished:
        done = Deed(replace(it.record, finished=it.now, task=None))
        return it.next("task", "its program has ended well", "finish", it.now, lambda: done, state=State.DONE)
    at = next_wake(it)
    more = "" if has_prompt(it.set) else " --task FILE"
    why = "its next wake" if at else f"it waits for: cotemp up {it.name}{more}"
    return it.next("task", why, "start" if at else "none", at, state=State.DONE if it.is_finished else State.STOPPED)


def has_prompt(settings: AgentConfig) -> bool:
    """Whether it knows what to do by itself."""
    return bool(settings.prompt or settings.prompt_text)


def _was_cut_short(it: Case) -> bool:
    """Whether its program is gone, and did not end well by itself."""
    pane = it.seen.pane
    return bool(it.record.launched and not it.is_finished and (pane is None or pane.exit_code != 0))


def task_done(it: Case) -> Next | None:
    """It is at its prompt again and nothing waits for it, so it has done what it was started for."""
    if it.set.kind != "task" or it.is_finished or it.state is not State.IDLE or bells.waits(it.record):
        return None
    at = it.seen.since + timedelta(seconds=it.set.idles_for or SURE)
    done = Deed(replace(it.record, finished=it.now, task=None))
    return it.next("task", "it is at its prompt again", "finish", at, lambda: done)


def task_left(it: Case) -> Next | None:
    """The terminal of a task that is done is ended after a while, unless somebody looks at it."""
    if it.set.kind != "task" or not it.is_finished or it.record.finished is None or it.state is not State.IDLE:
        return None
    if bells.waits(it.record):
        return None
    if it.seen.pane and it.seen.pane.attached:
        return it.next("task", "it is done; somebody looks at its terminal", state=State.DONE)
    at = max(it.record.finished, it.seen.since) + LEFT
    why = "it is done; its terminal is ended"
    end = Deed(it.record, Stop(it.name, gently=True, why=why))
    return it.next("task", why, "stop", at, lambda: end, state=State.DONE)
