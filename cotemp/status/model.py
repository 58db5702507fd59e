"""What `status` tells, as frozen values with the names and the order of its JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

__all__ = [
    "AgentStatus",
    "CheckStatus",
    "Evidence",
    "Next",
    "PhaseStatus",
    "Running",
    "SessionStatus",
    "Snapshot",
    "Supervisor",
    "Watcher",
    "plain",
]


@dataclass(frozen=True, slots=True)
class Watcher:
    """Who runs a session's DOs. `elsewhere`: another machine, or a container of this one.

    `since` is UTC, RFC 3339; `pid` is None unless a process of this machine is known.
    """

    state: Literal["running", "stopped", "elsewhere"]
    pid: int | None = None
    host: str | None = None
    since: str | None = None


@dataclass(frozen=True, slots=True)
class Running:
    """A DO that runs now. One that another machine runs is known by its file's name alone."""

    run_id: str
    title: str
    since: str | None


@dataclass(frozen=True, slots=True)
class Supervisor:
    """The daemon of this home; `since` is UTC."""

    state: Literal["running", "stopped", "elsewhere"]
    pid: int | None = None
    since: str | None = None


@dataclass(frozen=True, slots=True)
class SessionStatus:
    """One panel's row, or that of a session without a panel (`pid` is then None).

    `*_ps1` count only `.ps1` files, `*_dos` the DOs of all engines; what `gc` cleared away counts in
    the outbox for ever. `alive`: None when nobody can tell, as of a panel of the original. `last_log`
    is "" when there is none. `runs_today` counts this machine's runs by outcome. `oldest_waiting_s`
    is for how long a DO has waited in the inbox or for a human; None when none does. `held` counts what waits for a
    human: DOs, and changes of runs.
    """

    name: str
    session: str
    pid: int | None
    inbox_ps1: int
    outbox_ps1: int
    last_log: str
    alive: bool | None
    inbox_dos: int
    outbox_dos: int
    watcher: Watcher
    running: tuple[Running, ...]
    held: int
    unknown: int
    runs_today: dict[str, int]
    notes_unread: int
    oldest_waiting_s: int | None
    policy_echo: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """How an agent's state is known: the source, how old that is in seconds (None: nobody can tell), its words."""

    source: str
    age_s: int | None
    quote: str


@dataclass(frozen=True, slots=True)
class Next:
    """What the supervisor does next with an agent, when (UTC; None: when something happens first), and why."""

    action: str
    at: str | None
    why: str


@dataclass(frozen=True, slots=True)
class AgentStatus:
    """One agent of `agents.toml`, or one that still runs though it is there no more. Times are UTC.

    `state` is one of starting, busy, idle, blocked, limited, waiting-until, done, dead, stopped, quarantined, unknown.
    `remark` is what a person should know of it. `next` is None when nothing of ours acts on it. `host` (tmux, pty) is
    where its terminal is, or was.
    """

    agent: str
    kind: str
    state: str
    since: str | None
    phase: str | None
    backend: str | None
    model: str | None
    context_pct: int | None
    evidence: Evidence
    limited_until: str | None
    next: Next | None
    remark: str
    host: str | None = None


@dataclass(frozen=True, slots=True)
class PhaseStatus:
    """The current phase, the files that its agents go by, and its place in the sequence (`index` counts from 0)."""

    id: str
    index: int
    count: int
    plan: str
    status: str
    since: str | None
    complete: bool


@dataclass(frozen=True, slots=True)
class CheckStatus:
    """How a check of `agents.toml` went last; `ok` is None when it has not been run yet."""

    name: str
    ok: bool | None
    at: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything at one moment. `attention`: a sentence for each thing that needs a human, with the command for it."""

    schema: Literal[1]
    home: str
    host: str
    generated: str
    attention: tuple[str, ...]
    supervisor: Supervisor
    sessions: tuple[SessionStatus, ...]
    agents: tuple[AgentStatus, ...] = ()
    phase: PhaseStatus | None = None
    checks: tuple[CheckStatus, ...] = ()

    def json(self) -> dict[str, Any]:
        """As the JSON of `status --json`."""
        return plain(self)


def plain(value: Any) -> dict[str, Any]:
    """A dataclass as a dict; `dataclasses.asdict` copies every leaf, which takes five times as long."""
    found = {}
    for name in value.__dataclass_fields__:
        part = getattr(value, name)
        if isinstance(part, tuple):
            part = [plain(one) if hasattr(one, "__dataclass_fields__") else one for one in part]
        elif hasattr(part, "__dataclass_fields__"):
            part = plain(part)
        found[name] = part
    return found
