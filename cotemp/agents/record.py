"""What this machine keeps of one agent, in `agents/<name>/record.json`: written whole, before it is acted upon.

A person may read the file; only the supervisor writes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from .moment import Moment
from .states import Problem

__all__ = ["AgentRecord", "Bell", "BellKind", "BellState", "Launched", "Quarantined", "Stopped", "TakenOver", "Told"]


class BellKind(StrEnum):
    """What an agent is told. Its text is fixed per kind, with nothing of others in it but a number or a commit id."""

    COMMIT = "commit"
    INBOX = "inbox"
    NOTES = "notes"
    DOS = "dos"
    WAKE = "wake"
    LAST_WAKE = "last-wake"
    PLAN = "plan"
    NUDGE = "nudge"
    COMPACT = "compact"
    RESUME = "resume"
    """Go on after a usage limit."""
    PROMPT = "prompt"
    """Its first prompt, where that is typed."""
    TASK = "task"


class BellState(StrEnum):
    """How far a bell has come. `ringing` on disk after a crash: nobody knows whether Enter was pressed."""

    QUEUED = "queued"
    RINGING = "ringing"
    RUNG = "rung"
    UNCONFIRMED = "unconfirmed"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Bell:
    """One thing that an agent is told, once.

    `id` says what for (`commit:<identity>`, `wake:<due time>`, …): a second one of the same id is never queued.
    `number` counts the agent's bells and stands in the text, so that it is known again on a screen. `subject` is
    commit ids, a number, or a path or a line of the settings: never foreign text. Times are UTC.
    """

    id: str
    kind: BellKind
    number: int
    subject: str
    queued: Moment
    state: BellState = BellState.QUEUED
    tries: int = 0
    rung: Moment | None = None


@dataclass(frozen=True, slots=True)
class TakenOver:
    """A tmux session that somebody else started: its server (`-L` name, or a path) and its name."""

    server: str
    session: str


@dataclass(frozen=True, slots=True)
class Launched:
    """What runs (or ran last), as it was started. `parts` are what it was started from, as `plan` compares them:
    `backend`, `model`, `argv`, `prompt` (a digest), `workdir`, `host`, `phase`. `session_id`: of the program's own
    conversation, when known. `port`: of the API that it serves on loopback."""

    at: Moment
    host: Literal["tmux", "pty"]
    phase: str | None
    parts: Mapping[str, str]
    pid: int = 0
    session_id: str | None = None
    port: int | None = None
    resumed: bool = False
    taken_over: TakenOver | None = None


@dataclass(frozen=True, slots=True)
class Stopped:
    """Stopped on purpose: nothing heals it. `why`: "down", "finished", "stop-all" or a person's words."""

    at: Moment
    why: str


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Too many restarts: left alone until a human resumes it."""

    at: Moment
    why: str


@dataclass(frozen=True, slots=True)
class Told:
    """What waits in an inbox and was told of: the names, how often a bell rang for them, and when it last did."""

    names: tuple[str, ...] = ()
    times: int = 0
    at: Moment | None = None


@dataclass(frozen=True, slots=True)
class AgentRecord:
    """Everything durable about an agent.

    `wanted`: `up` asked for it. `relaunch`: since then it should be launched (again), at once; somebody asked for
    that, so it is no restart that heals. `resume`: the program's session ids by phase ("" where there is none), and
    `programs`: of which backend each of them is (one that is missing: of that which runs in that phase). `restarts`:
    when the supervisor restarted it to heal it, lately; `idle_restarts`: because it idled. `bells`: those that wait,
    and the last of those that were rung; `bell_ids` those that were ever queued, lately (none is queued twice).
    `served_wake`: the due time of the last wake that was served. `nudged`: when it was last told to go on.
    `compacted`: when it was told to compact a context that has not become smaller since. `told_notes`, `told_dos`: of
    what waits for it. `drain`: it is restarted at its next idle prompt. `task`: the file of a task that it was
    dispatched with, and `finished` when that, or its last wake's work, was done. `model`: what `up` asked for instead
    of the settings'. `remark`: what a person should know, as "its session id was unknown: started afresh".
    """

    agent: str
    wanted: bool = False
    relaunch: Moment | None = None
    stopped: Stopped | None = None
    launched: Launched | None = None
    resume: Mapping[str, str] = field(default_factory=dict)
    programs: Mapping[str, str] = field(default_factory=dict)
    restarts: tuple[Moment, ...] = ()
    quarantined: Quarantined | None = None
    problem: Problem | None = None
    bells: tuple[Bell, ...] = ()
    bell_ids: tuple[str, ...] = ()
    bell_count: int = 0
    served_wake: Moment | None = None
    nudged: Moment | None = None
    idle_restarts: tuple[Moment, ...] = ()
    compacted: Moment | None = None
    told_notes: Told = Told()
    told_dos: Told = Told()
    drain: bool = False
    task: str | None = None
    model: str | None = None
    finished: Moment | None = None
    remark: str = ""

    @property
    def is_up(self) -> bool:
        """Whether it should run: somebody asked for it, and nobody stopped it since."""
        return self.wanted and self.stopped is None
