"""What can happen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from ....agents.limits import Limit
from ....agents.record import AgentRecord
from ....agents.requests import Request
from ....agents.states import Reading
from ....handoff.seen import Files, Reached, Statuses
from .actions import Action

if TYPE_CHECKING:
    from ....config import Config
    from ....hosts.host import Pane

__all__ = [
    "CheckSeen",
    "Checked",
    "Done",
    "Event",
    "Limits",
    "Looked",
    "NoteSeen",
    "Notes",
    "Outcome",
    "Reloaded",
    "Requested",
    "StopFile",
    "Tick",
]


@dataclass(frozen=True, slots=True)
class NoteSeen:
    """A note or DO that waits in the inbox of an agent's session: its name, and when it arrived."""

    name: str
    arrived: datetime
    is_do: bool = False


@dataclass(frozen=True, slots=True)
class CheckSeen:
    """How a configured check went."""

    ok: bool
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passed."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A look at an agent's terminal, and what its program told (None: it has none, or nothing could be read)."""

    agent: str
    pane: Pane | None
    reading: Reading | None


@dataclass(frozen=True, slots=True)
class Notes:
    """All that waits in the inbox of an agent's session; DOs only where nobody watches it."""

    agent: str
    waiting: tuple[NoteSeen, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """A configured check was run."""

    name: str
    seen: CheckSeen


@dataclass(frozen=True, slots=True)
class Requested:
    """Somebody asked for something. `parts`: what each agent would be launched from now, in the phase that it would be
    launched in (see `Launched.parts`); agents of which that cannot be told are missing."""

    request: Request
    parts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reloaded:
    """New settings are in force, as a whole."""

    config: Config


@dataclass(frozen=True, slots=True)
class StopFile:
    """The file STOP appeared in the home, or went."""

    there: bool


class Outcome(StrEnum):
    """How an action went. `not_now`: the terminal was not fit for it any more; nothing was typed."""

    DONE = "done"
    FAILED = "failed"
    NOT_NOW = "not-now"
    UNCONFIRMED = "unconfirmed"
    STALE_ID = "stale-id"
    """The program did not know the session id that it should resume; nothing of it runs any more."""


@dataclass(frozen=True, slots=True)
class Done:
    """An action ended; `agent` is "" for those that concern all: of these `MarkComplete`, `Journal` and the `Notify` of
    a finished sequence need one. Of `record` only `launched` is taken: what only the performer of a `Start` knows.
    `prompt`: the line with the program's first prompt, which must be typed (it could not be given at the start)."""

    agent: str
    action: Action
    outcome: Outcome
    why: str = ""
    record: AgentRecord | None = None
    prompt: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """Nothing happened but that the limit windows on disk were changed by a person."""

    windows: Mapping[str, Limit]


Event = Tick | Looked | Reached | Files | Statuses | Notes | Checked | Requested | Reloaded | StopFile | Done | Limits
