"""Whatever happens, in whatever order: one thing at a time, nothing typed where it may not be, nothing twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from cotemp.agents.record import BellKind
from cotemp.agents.requests import What
from cotemp.agents.states import Composer, LimitSeen, State
from cotemp.config import AgentConfig, Wake
from cotemp.supervisor.plan import beginning, step
from cotemp.supervisor.plan.case import shown
from cotemp.supervisor.plan.model import (
    Act,
    Action,
    Doing,
    Outcome,
    Ring,
    RunService,
    Start,
    Stop,
    Tick,
    World,
)
from cotemp.supervisor.plan.stopping import HANDS, patience

from .happenings import asked, commits, dead, files, gone, looks, notes, statuses, stop_file, tick
from .stories import Happening, Play, seconds, seed

UPGRADER = AgentConfig(kind="task", backend="claude", prompt_text="/up", wake=Wake(every=7200.0))
AGENTS = ("builder", "adversary", "orchestrator", "upgrader")
CONFIG = replace(seed(), agents={**seed().agents, "upgrader": UPGRADER})
PAUSES = st.sampled_from(["0s", "1s", "2s", "5s", "31s", "3m", "11m", "1h", "7h"])
UNTIL = st.sampled_from([None, 5, 5000, 10**10])
PHASES = ("pvfix", "pvcheck")
PATIENT = settings(stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck))
"""A machine that is busy with other things is no failure."""


class Anything(RuleBasedStateMachine):
    """A daemon to which anything may happen."""

    def __init__(self) -> None:
        super().__init__()
        self.told = Play(beginning(CONFIG))
        self.doing: dict[str, Doing] = {}
        self.commits: list[str] = []
        self.begun: Counter[str] = Counter()

    @initialize()
    def everything_is_up(self) -> None:
        """`up`, and a first look at the repo."""
        self.happens("0s", asked(What.UP))
        self.happens("1s", commits())

    @rule(
        pause=PAUSES, agent=st.sampled_from(AGENTS), state=st.sampled_from(State), composer=st.sampled_from(Composer),
        context=st.sampled_from([None, 50, 90]), typed=st.sampled_from([None, 0, 20, 40]), in_mode=st.booleans(),
        moves=st.booleans(),
    )  # fmt: skip
    def a_look(
        self, pause: str, agent: str, state: State, composer: Composer, context: int | None, typed: int | None,
        in_mode: bool, moves: bool,
    ) -> None:  # fmt: skip
        """Anything may show."""
        now = self.told.now + seconds(pause)
        pane = {"typed": None if typed is None else now.timestamp() - typed, "in_mode": in_mode and typed == 40}
        more: dict[str, Any] = {} if moves else {"screen": "still"}
        self.happens(pause, looks(agent, state, composer, context_pct=context, pane=pane, **more))

    @rule(pause=PAUSES, agent=st.sampled_from(AGENTS), calm=st.integers(1, 4))
    def at_its_prompt(self, pause: str, agent: str, calm: int) -> None:
        """It is idle for a while, as agents mostly are."""
        for _ in range(calm):
            self.happens(pause, looks(agent, State.IDLE, Composer.EMPTY, screen="idle"))

    @rule(
        pause=PAUSES, agent=st.sampled_from(AGENTS), until=st.sampled_from([None, 5, 5000, 10**10]), alone=st.booleans()
    )
    def a_limit(self, pause: str, agent: str, until: int | None, alone: bool) -> None:
        """It meets its limit."""
        end = None if until is None else self.told.now + timedelta(seconds=until)
        seen = LimitSeen(end, "limit", alone)
        self.happens(pause, looks(agent, State.LIMITED, Composer.EMPTY, limit=seen))

    @rule(pause=PAUSES, agent=st.sampled_from(AGENTS), code=st.sampled_from([None, 0, 1]))
    def a_death(self, pause: str, agent: str, code: int | None) -> None:
        """Its program ends, or its terminal is gone."""
        self.happens(pause, gone(agent) if code is None else dead(agent, code))

    @rule(pause=PAUSES, agent=st.sampled_from(AGENTS), outcome=st.sampled_from(Outcome))
    def an_end(self, pause: str, agent: str, outcome: Outcome) -> None:
        """What is done to it ends, somehow; perhaps it is told twice, or late."""
        from .happenings import ends

        if any(getattr(one, "agent", "") == agent and isinstance(one, Start | Stop | Ring | RunService)
               for one in self.told.given):  # fmt: skip
            self.doing.pop(agent, None)
            self.happens(pause, ends(agent, outcome, session=f"session of {agent}"))

    @rule(pause=PAUSES, kind=st.sampled_from(["claim", "review"]))
    def a_commit(self, pause: str, kind: str) -> None:
        """One more commit reaches the ref."""
        self.commits.append(f"{kind}({len(self.commits)})")
        self.happens(pause, commits(*self.commits))

    @rule(pause=PAUSES)
    def a_rebase(self, pause: str) -> None:
        """All commits have other ids."""
        before = [len(agent.record.bell_ids) for agent in self.told.world.agents.values()]
        self.happens(pause, commits(*(f"{one} rebased" for one in self.commits)))
        texts = [agent.record.bell_ids for agent in self.told.world.agents.values()]
        new = [id for ids, count in zip(texts, before, strict=True) for id in ids[count:]]  # noqa: A001
        assert not [id for id in new if id.startswith("commit:")]  # noqa: A001

    @rule(pause=PAUSES, seen=st.dictionaries(st.sampled_from(PHASES), st.sampled_from(["going", "done", "until 1h"])))
    def status_files(self, pause: str, seen: dict[str, str]) -> None:
        """They flicker."""
        self.happens(pause, statuses(**seen))

    @rule(pause=PAUSES, agent=st.sampled_from(AGENTS), count=st.integers(0, 3))
    def mail(self, pause: str, agent: str, count: int) -> None:
        """Notes come and go."""
        self.happens(pause, notes(agent, *(f"n{number}" for number in range(count))))

    @rule(pause=PAUSES, there=st.booleans(), plan=st.sampled_from("ab"))
    def watched_files(self, pause: str, there: bool, plan: str) -> None:
        """Inbox files and plans change."""
        self.happens(pause, files(*(["BUILDER-INBOX.md"] if there else []), plans={"pvfix": plan}))

    @rule(
        pause=PAUSES,
        what=st.sampled_from([What.UP, What.DOWN, What.NUDGE, What.WAKE, What.RESUME]),
        agent=st.sampled_from(AGENTS),
    )
    def a_request(self, pause: str, what: What, agent: str) -> None:
        """Somebody asks for something."""
        self.happens(pause, asked(what, agent))

    @rule(pause=PAUSES, there=st.booleans())
    def a_stop_of_everything(self, pause: str, there: bool) -> None:
        """The file STOP."""
        self.happens(pause, stop_file(there=there))
        self.happens("1s", stop_file(there=False))

    @rule()
    def a_crash(self) -> None:
        """The daemon is killed, and comes back."""
        self.told.crash()
        self.doing.clear()

    @rule(pause=PAUSES)
    def time_passes(self, pause: str) -> None:
        """Nothing happens."""
        self.happens(pause, tick)

    # --- what holds ---

    def happens(self, pause: str, event: Happening) -> None:
        """One event; what it leads to is checked."""
        told = self.told
        count, before = len(told.given), told.world
        told.happen(pause, event)
        for action in told.given[count:]:
            if isinstance(action, Start | Stop | Ring | RunService):
                self._one_at_a_time(action)
            if isinstance(action, Ring):
                self._may_be_typed(action)
        self._the_same_without_haste(before, told.given[count:], event)

    def _one_at_a_time(self, act: Act) -> None:
        under_way = self.doing.get(act.agent)
        over = under_way and self.told.now >= under_way.since + patience(under_way.action)
        emergency = isinstance(act, Stop) and not act.gently and self.told.world.stopped_all
        assert not under_way or over or emergency, f"{act} while {under_way}"
        self.doing[act.agent] = Doing(act, self.told.now)

    def _may_be_typed(self, ring: Ring) -> None:
        look = self.told.world.agents[ring.agent].look
        assert look is not None
        assert look.pane is not None
        assert look.reading is not None
        resumes = ring.bell.kind is BellKind.RESUME
        assert shown(look) is State.IDLE or (resumes and shown(look) is State.LIMITED)
        assert look.reading.composer is Composer.EMPTY or ring.again
        assert not look.pane.in_mode
        assert look.pane.typed is None or self.told.now.timestamp() - look.pane.typed >= HANDS

    def _the_same_without_haste(self, before: World, given: list[Action], event: Happening) -> None:
        """What is left out because nothing new is known would have changed nothing."""
        copy = Play(replace(before, due={}), self.told.now, list(self.told.given[: -len(given) or None]))
        world, actions = step(copy.world, event(copy), copy.now)
        assert list(actions) == given
        assert _kept(world) == _kept(self.told.world)

    @invariant()
    def nothing_is_left_to_do(self) -> None:
        """The same moment again leads to nothing more, unless the sequence moves."""
        world, now = self.told.world, self.told.now
        moves_on = world.due.get("", now)
        if moves_on is None or moves_on > now:
            assert step(replace(world, due={}), Tick(), now)[1] == ()

    @invariant()
    def budgets_hold(self) -> None:
        """No more restarts than allowed, in any ten minutes."""
        for name, agent in self.told.world.agents.items():
            most = CONFIG.agents[name].restarts.max
            for at in agent.record.restarts:
                window = [one for one in agent.record.restarts if at <= one < at + timedelta(minutes=10)]
                assert len(window) <= most

    @invariant()
    def bells_are_told_apart(self) -> None:
        """No id and no number twice."""
        for agent in self.told.world.agents.values():
            for values in ([one.id for one in agent.record.bells], [one.number for one in agent.record.bells]):
                assert len(values) == len(set(values))

    @invariant()
    def phases_are_left_once(self) -> None:
        """Nobody sets a phase here, so each is left at most once."""
        lines = [line for line in self.told.told if " is done; " in line]
        assert len(lines) == len(set(lines)) == len(self.told.world.sequence.done)


def _kept(world: World) -> tuple[object, ...]:
    records = {name: agent.record for name, agent in world.agents.items()}
    return records, world.sequence, world.limits, world.handoff


def test_anything_may_happen() -> None:
    """See the machine's rules and invariants."""
    run_state_machine_as_test(Anything, settings=settings(PATIENT, max_examples=25, derandomize=True))


@pytest.mark.slow
def test_anything_may_happen_for_long() -> None:
    """The same, more often, and never the same way."""
    run_state_machine_as_test(Anything, settings=settings(PATIENT, max_examples=150))
