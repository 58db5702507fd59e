"""What can be done."""

from __future__ import annotations

from dataclasses import dataclass

from ....agents.record import Bell, BellState
from ....agents.requests import Answer

__all__ = [
    "Act",
    "Action",
    "Answer",
    "Journal",
    "MarkComplete",
    "MarkStopped",
    "Notify",
    "Ring",
    "RunService",
    "Start",
    "Stop",
    "Tell",
]


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


Act = Start | Stop | Ring | RunService
"""What is done to one agent; one at a time, each ended by its `Done`."""
Action = Act | MarkComplete | MarkStopped | Journal | Notify | Tell | Answer
