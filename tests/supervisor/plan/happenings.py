"""What can happen in a story: looks at terminals, ends of actions, everything else; each makes an event when its time
has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cotemp.agents.record import AgentRecord, Launched
from cotemp.agents.requests import Request, What
from cotemp.agents.states import Composer, Evidence, LimitSeen, Problem, Reading, State
from cotemp.config import Config
from cotemp.hosts.host import Pane, Size
from cotemp.supervisor.plan.model import (
    Act,
    Commit,
    Done,
    Event,
    Files,
    FileSeen,
    Limits,
    Looked,
    Notes,
    NoteSeen,
    Outcome,
    Reached,
    Reloaded,
    Requested,
    Ring,
    RunService,
    Start,
    Statuses,
    StatusSeen,
    Stop,
    StopFile,
    Tick,
)

from .stories import BEGIN, Happening, Play, seconds

# --- what happens: looks ---


def tick(told: Play) -> Event:
    """Time passed."""
    return Tick()


def _pane(told: Play, agent: str, **more: Any) -> Pane:
    values: dict[str, Any] = {
        "agent": agent, "pid": 77, "dead": False, "exit_code": None, "title": "", "output": 0.0, "attached": 0,
        "typed": None, "in_mode": False, "size": Size(),
    }  # fmt: skip
    return Pane(**(values | more))


def looks(agent: str, state: State, composer: Composer = Composer.EMPTY, **more: Any) -> Happening:
    """A look at a terminal. `pane` changes what the host tells, everything else what was read."""
    pane = more.pop("pane", {})

    def happening(told: Play) -> Event:
        values: dict[str, Any] = {"composer": composer, "screen": told.now.isoformat()} | more
        reading = Reading(state, Evidence("screen", told.now, "…"), **values)
        return Looked(agent, _pane(told, agent, **pane), reading)

    return happening


def idle(agent: str, **more: Any) -> Happening:
    """It is at its prompt."""
    return looks(agent, State.IDLE, **more)


def busy(agent: str, **more: Any) -> Happening:
    """It works."""
    return looks(agent, State.BUSY, Composer.EMPTY, **more)


def asks(agent: str, **more: Any) -> Happening:
    """It asks a human."""
    return looks(agent, State.BLOCKED, Composer.COVERED, **more)


def unclear(agent: str, **more: Any) -> Happening:
    """Nobody can tell what it does."""
    return looks(agent, State.UNKNOWN, Composer.UNKNOWN, **more)


def limited(
    agent: str, until: str | None = None, *, alone: bool = False, composer: Composer = Composer.EMPTY
) -> Happening:
    """It shows a usage limit, which ends so long after now; `alone`: it goes on by itself then."""

    def happening(told: Play) -> Event:
        end = told.now + seconds(until) if until else None
        return looks(agent, State.LIMITED, composer, limit=LimitSeen(end, "limit", alone))(told)

    return happening


def dead(agent: str, exit_code: int = 1) -> Happening:
    """The system says that its process ended."""
    return lambda told: Looked(agent, _pane(told, agent, dead=True, exit_code=exit_code), None)


def seems_dead(agent: str) -> Happening:
    """Its terminal lives, but its program does not seem to."""
    return looks(agent, State.DEAD, Composer.UNKNOWN)


def gone(agent: str) -> Happening:
    """It has no terminal."""
    return lambda told: Looked(agent, None, None)


def troubled(agent: str, problem: Problem) -> Happening:
    """It shows something that no restart mends."""
    return looks(agent, State.UNKNOWN, Composer.UNKNOWN, problem=problem)


# --- what happens: ends of actions ---


def ends(agent: str, how: Outcome = Outcome.DONE, *, session: str = "", prompt: str = "") -> Happening:
    """What is being done to an agent ends so."""

    def happening(told: Play) -> Event:
        act = last_act(told, agent)
        record = None
        if isinstance(act, Start):
            parts = {"backend": told.world.config.agents[agent].backend or "", "model": act.model or ""}
            launched = Launched(told.now, "tmux", act.phase, parts, 77, session or act.resume, resumed=bool(act.resume))
            record = AgentRecord(agent, launched=launched)
        return Done(agent, act, how, "", record, prompt)

    return happening


def last_act(told: Play, agent: str) -> Act:
    """What was given out last for an agent."""
    acts = (one for one in reversed(told.given) if isinstance(one, Start | Stop | Ring | RunService))
    return next(one for one in acts if one.agent == agent)


def performed(kind: type, outcome: Outcome = Outcome.DONE) -> Happening:
    """An action that concerns all was performed."""
    return lambda told: Done("", next(one for one in reversed(told.given) if isinstance(one, kind)), outcome)


# --- what happens: everything else ---


def commits(*each: str) -> Happening:
    """The commits on the ref that fit a rule: `claim(1)`, `review(2)`; `claim(1) rebased` has another sha."""

    def commit(text: str) -> Commit:
        subject, _, rebased = text.partition(" ")
        prefix = subject[: subject.index("(") + 1]
        number = int(subject[subject.index("(") + 1 : -1])
        sha = f"{'b' if rebased else 'a'}{number:039x}"
        return Commit(sha, f"id {subject}", "adversary" if prefix == "claim(" else "builder", prefix)

    return lambda told: Reached(tuple(map(commit, each)))


def files(*inboxes: str, plans: Mapping[str, str] | None = None) -> Happening:
    """The inbox files that are there, and the plans' blobs."""
    return lambda told: Files(tuple(FileSeen(name, "builder") for name in inboxes), plans or {})


def statuses(**seen: str | tuple[str, str]) -> Happening:
    """The status files, by phase: `going`, `done`, `until 30m` (from now), and perhaps another blob id."""

    def happening(told: Play) -> Event:
        return Statuses(
            {phase: _status(told, *([one] if isinstance(one, str) else one)) for phase, one in seen.items()}
        )

    return happening


def _status(told: Play, text: str, blob: str = "") -> StatusSeen:
    until = told.now + seconds(text) if text.startswith("until") else None
    return StatusSeen(blob or f"blob of {text}", text == "done", until)


def notes(agent: str, *names: str, dos: Sequence[str] = ()) -> Happening:
    """What waits in an agent's inbox."""

    def happening(told: Play) -> Event:
        return Notes(
            agent, tuple(NoteSeen(n, BEGIN) for n in names) + tuple(NoteSeen(n, BEGIN, is_do=True) for n in dos)
        )

    return happening


def asked(what: What, *agents: str, request: str = "", parts: Any = None, **args: str) -> Happening:
    """Somebody asks for something; a request without an id of its own is a new one."""

    def happening(told: Play) -> Event:
        name = request or f"r{len(told.world.answered) + 1}-{told.now.timestamp():.0f}"
        return Requested(Request(name, what, told.now, agents, args), parts or {})

    return happening


def up(*agents: str, **more: Any) -> Happening:
    """`cotemp up`."""
    return asked(What.UP, *agents, **more)


def down(*agents: str) -> Happening:
    """`cotemp down`."""
    return asked(What.DOWN, *agents)


def reload(config: Config) -> Happening:
    """Other settings are in force."""
    return lambda told: Reloaded(config)


def stop_file(*, there: bool) -> Happening:
    """The file STOP appears, or goes."""
    return lambda told: StopFile(there)


def edited_limits(*windows: Any) -> Happening:
    """A person changed the windows on disk."""
    return lambda told: Limits({one.account: one for one in windows})
