"""The words of the plan: the world as it is known, what can happen (events), what can be done (actions)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from ...agents.handed import HandoffRecord
from ...agents.limits import Limit
from ...agents.record import AgentRecord, Bell, BellState
from ...agents.requests import Request
from ...agents.sequence import Sequence
from ...agents.states import Evidence, Reading, State
from ...handoff.seen import Commit, Files, FileSeen, Reached, Statuses, StatusSeen

if TYPE_CHECKING:
    from ...config import Config
    from ...hosts.host import Pane

__all__ = [
    "Act",
    "Action",
    "Agent",
    "Answer",
    "CheckSeen",
    "Checked",
    "Commit",
    "Deed",
    "Doing",
    "Done",
    "Event",
    "FileSeen",
    "Files",
    "HandoffRecord",
    "Journal",
    "Limits",
    "Look",
    "Looked",
    "MarkComplete",
    "MarkStopped",
    "Next",
    "NoteSeen",
    "Notes",
    "Notify",
    "Outcome",
    "Reached",
    "Reloaded",
    "Requested",
    "Ring",
    "RunService",
    "Start",
    "StatusSeen",
    "Statuses",
    "Stop",
    "StopFile",
    "Tell",
    "Tick",
    "World",
]


# --- the world ---


@dataclass(frozen=True, slots=True)
class Look:
    """What was last seen of an agent's terminal. `pane` None: it has none. `since`: the state is the same since then.
    `still`: the screen is the same since then. `at`: when it was seen."""

    at: datetime
    pane: Pane | None
    reading: Reading | None
    since: datetime
    still: datetime


@dataclass(frozen=True, slots=True)
class Doing:
    """An action that is under way, until its `Done` (or its patience is over, when it counts as failed)."""

    action: Action
    since: datetime


@dataclass(frozen=True, slots=True)
class NoteSeen:
    """A note or DO that waits in the inbox of an agent's session: its name, and when it arrived."""

    name: str
    arrived: datetime
    is_do: bool = False


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent: what is kept of it (`record`), what was seen, what is being done, what waits for it. `failures`: how
    often in a row something that was tried went wrong; nothing is tried again before `retry`. `asked`: the parts that
    `up` wanted while it was being started."""

    record: AgentRecord
    look: Look | None = None
    doing: Doing | None = None
    notes: tuple[NoteSeen, ...] = ()
    failures: int = 0
    retry: datetime | None = None
    asked: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class CheckSeen:
    """How a configured check went."""

    ok: bool
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class World:
    """Everything that decides; `beginning` makes one.

    `agents[*].record`, `limits`, `handoff` and `sequence` are kept on disk, written in this order; the rest is seen
    again after a restart. `stopped_all`: a file STOP stands in the home. `began`: since when we look. `ending`: the
    part of the sequence's end that is under way. `answered`: requests that were carried out lately. `told`: what was
    said once and is not repeated. `due`: when each agent (and "", all of them together) has to be thought about again
    although nothing happened.
    """

    config: Config
    agents: Mapping[str, Agent]
    sequence: Sequence = Sequence()
    limits: Mapping[str, Limit] = field(default_factory=dict)
    handoff: HandoffRecord = HandoffRecord()
    statuses: Mapping[str, StatusSeen] = field(default_factory=dict)
    checks: Mapping[str, CheckSeen] = field(default_factory=dict)
    stopped_all: bool = False
    began: datetime | None = None
    ending: Doing | None = None
    answered: Mapping[str, Answer] = field(default_factory=dict)
    told: frozenset[str] = frozenset()
    due: Mapping[str, datetime | None] = field(default_factory=dict, compare=False, repr=False)


# --- what can happen ---


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


# --- what can be done ---


@dataclass(frozen=True, slots=True)
class Start:
    """Start an agent's program; `resume` is the session id to go on with (None: afresh, with its prompt). `replaces`:
    what still runs in its terminal is ended first, as by `Stop` (`gently`). `task`: a file that is its prompt instead;
    `model`: instead of the settings'."""

    agent: str
    phase: str | None
    resume: str | None
    why: str
    replaces: bool = False
    gently: bool = True
    task: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """End an agent's program: by its exit keys, `gently`, and by force when it stays; else by force at once."""

    agent: str
    gently: bool
    why: str


@dataclass(frozen=True, slots=True)
class Ring:
    """Type a bell's text (`bells.text_of`), then Enter, both verified. A `RESUME` bell may be typed into an empty
    composer while the program still shows its limit; every other one only when it is idle."""

    agent: str
    bell: Bell

    @property
    def again(self) -> bool:
        """Whether it may have been typed already: then the screen is asked first."""
        return self.bell.state is BellState.RINGING or self.bell.tries > 0


@dataclass(frozen=True, slots=True)
class RunService:
    """Run a service's command once, outside of any terminal."""

    agent: str
    why: str


@dataclass(frozen=True, slots=True)
class MarkComplete:
    """Write `SEQUENCE-COMPLETE`."""


@dataclass(frozen=True, slots=True)
class MarkStopped:
    """Write the file STOP into the home, or remove it."""

    there: bool


@dataclass(frozen=True, slots=True)
class Journal:
    """Append a line to the journal, unless it stands there already."""

    line: str


@dataclass(frozen=True, slots=True)
class Notify:
    """Tell the person at this machine."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Tell:
    """A line for the log. `agent` "" for what concerns all."""

    agent: str
    line: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a request."""

    request: str
    said: tuple[str, ...] = ()
    exit_code: int = 0
    problem: str = ""
    fix: str = ""


Act = Start | Stop | Ring | RunService
"""What is done to one agent; one at a time, each ended by its `Done`."""
Action = Act | MarkComplete | MarkStopped | Journal | Notify | Tell | Answer


# --- what will happen ---


@dataclass(frozen=True, slots=True)
class Deed:
    """What `step` does when it is due: the agent's record becomes `record`, then `act` is given out, and `say`."""

    record: AgentRecord
    act: Act | None = None
    say: tuple[Tell | Notify, ...] = ()


@dataclass(frozen=True, slots=True)
class Next:
    """What happens to an agent next: in which state it is now, the `action` ("none", "start", "ring", "restart", …),
    when (None: when something else happens first; the past or now: it is due), why, and the rule that says so.

    Without another event nothing else happens before `at`.
    """

    state: State
    action: str
    at: datetime | None
    why: str
    rule: str
    evidence: Evidence | None = None
    do: Deed | None = None
