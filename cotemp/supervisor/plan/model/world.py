"""The world as it is known, and what comes next in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from ....agents.handed import HandoffRecord
from ....agents.limits import Limit
from ....agents.record import AgentRecord
from ....agents.sequence import Sequence
from ....agents.states import Evidence, Reading, State
from ....handoff.seen import StatusSeen
from .actions import Act, Action, Answer, Notify, Tell
from .events import CheckSeen, NoteSeen

if TYPE_CHECKING:
    from ....config import Config
    from ....hosts.host import Pane

__all__ = ["Agent", "Deed", "Doing", "Look", "Next", "World"]


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
