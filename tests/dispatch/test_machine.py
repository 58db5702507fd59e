"""Whenever the power fails, every message is in exactly one place, and no DO ran twice."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from cotemp.config import Config
from cotemp.dispatch.desk import Desk
from cotemp.dispatch.queue import SessionQueue
from cotemp.dispatch.recovery import recover
from cotemp.dispatch.rules import InForce, Rules
from cotemp.dos import drop
from cotemp.errors import AnswerIsNo
from cotemp.messages.do import Draft, Flags, Repo
from cotemp.messages.policy import Policy, Rule
from cotemp.messages.run import Outcome, State
from cotemp.notes import read, send
from cotemp.places import Places
from cotemp.redact import Scrub
from cotemp.runner.engines import ENGINES
from cotemp.store.identity import this_process
from cotemp.store.ledger import Ledger
from cotemp.testing import FakeEnforcer, FakeRunner
from cotemp.times import local_now
from tests.dispatch.power import Power, PowerCut

SESSIONS = st.sampled_from(["co-x", "co-y"])
MOMENTS = st.integers(0, 30)
SCRUB = Scrub({}, b"k" * 32)


class Mail(RuleBasedStateMachine):
    """One home, two sessions, and a machine that may lose its power at any change of the disk."""

    def __init__(self) -> None:
        super().__init__()
        memory = Path("/dev/shm")  # hundreds of homes, each with its synchronous ledger
        self.folder = Path(tempfile.mkdtemp(prefix="machine-", dir=memory if memory.is_dir() else None))
        self.places = Places.at(self.folder / "CoTemp", root=self.folder / "state")
        self.places.make_state()
        self.runner = FakeRunner()
        self.notes: dict[str, str] = {}
        self.dos: set[str] = set()
        self.repo = self.folder / "repo"
        self.repo.mkdir()
        self.config = Config(policy=Policy(network=Rule.ASK, repos=(self.repo.resolve(),)))
        for session in ("co-x", "co-y"):
            self.places.session(session).make()
        self.start()

    def teardown(self) -> None:
        """In the end, with the power on, everything that can run has run, once."""
        try:
            for session in ("co-x", "co-y"):
                self.restart(session)
                self.queues[session].drain()
            self.everything_is_in_one_place()
            for session in ("co-x", "co-y"):
                assert not list(self.places.session(session).running.iterdir())
            self.every_run_has_an_end()
            self.what_was_written_came_to_be_or_not()
        finally:
            self.ledger.close()
            shutil.rmtree(self.folder)

    def start(self) -> None:
        """A new process: it knows only what is on the disk."""
        self.ledger = Ledger(self.places)
        in_force = InForce(self.places, self.config)
        in_force.rules = Rules(self.config, ENGINES, SCRUB, SCRUB.scrubber(), FakeEnforcer())
        self.desk = Desk(self.places, in_force, self.ledger, self.runner, this_process(), lambda event: None)  # type: ignore[arg-type]
        self.queues = {s: SessionQueue(self.desk, self.places.session(s)) for s in ("co-x", "co-y")}

    def restart(self, session: str) -> None:
        self.ledger.close()
        self.start()
        recover(self.desk, self.places.session(session))

    # --- what people and programs do ---

    @rule(to=SESSIONS)
    def send_a_note(self, to: str) -> None:
        text = f"note {len(self.notes)}"
        send(self.places, to, text, "co-z", local_now())
        self.notes[text] = to

    @rule(session=SESSIONS)
    def read_the_notes(self, session: str) -> None:
        list(read(self.places.session(session), session, "test"))

    @rule(to=SESSIONS, word=st.sampled_from(["passed", "failed"]))
    def drop_a_do(self, to: str, word: str) -> None:
        body = f"# do {len(self.dos)}\n# fake: {word}"
        drop(self.places, to, Draft("T", body, to), ENGINES["python"])
        self.dos.add(body.splitlines()[0])

    @rule(to=SESSIONS)
    def drop_a_do_that_asks(self, to: str) -> None:
        body = f"# do {len(self.dos)}\n# fake: passed"
        drop(self.places, to, Draft("T", body, to, consent=Flags(network=True)), ENGINES["python"])
        self.dos.add(body.splitlines()[0])

    @rule(to=SESSIONS, word=st.sampled_from(["passed", "failed"]))
    def drop_a_do_that_writes(self, to: str, word: str) -> None:
        body = f"# do {len(self.dos)}\n# fake: write {len(self.dos)}.txt\n# fake: {word}"
        draft = Draft("T", body, to, Repo("r", str(self.repo)), consent=Flags(writes=True))
        drop(self.places, to, draft, ENGINES["python"])
        self.dos.add(body.splitlines()[0])

    @rule(number=st.integers(0, 5), yes=st.booleans())
    def decide(self, number: int, yes: bool) -> None:
        held = [row for row in self.ledger.rows() if row.state is State.HELD]
        if not held:
            return
        with contextlib.suppress(AnswerIsNo):  # decided about before
            run_id = held[number % len(held)].run_id
            self.ledger.approve(run_id, Flags(network=True), "me") if yes else self.ledger.deny(run_id, "me", "no")

    @rule(session=SESSIONS)
    def work(self, session: str) -> None:
        self.queues[session].drain()

    # --- what the power does ---

    @rule(session=SESSIONS, changes=MOMENTS, after=st.booleans(), keeper_lives=st.booleans(), asks=st.booleans())
    def fail_while_working(self, session: str, changes: int, after: bool, keeper_lives: bool, asks: bool) -> None:
        if asks:  # so that there is something to fail at
            self.drop_a_do_that_asks(session)
        else:
            self.drop_a_do_that_writes(session, "passed")
        power = Power(changes, after=after)
        self.runner.power, self.runner.keeper_lives = power, keeper_lives
        try:
            with power.on():
                self.queues[session].drain()
        except PowerCut:
            self.restart(session)
        self.runner.power = None

    @rule(session=SESSIONS, changes=MOMENTS, after=st.booleans())
    def fail_while_recovering(self, session: str, changes: int, after: bool) -> None:
        power = Power(changes, after=after)
        try:
            with power.on():
                recover(self.desk, self.places.session(session))
        except PowerCut:
            self.restart(session)

    @rule(session=SESSIONS, changes=st.integers(0, 6), after=st.booleans())
    def fail_while_reading(self, session: str, changes: int, after: bool) -> None:
        power = Power(changes, after=after)
        try:
            with power.on():
                list(read(self.places.session(session), session, "test"))
        except PowerCut:
            self.restart(session)

    @rule(to=SESSIONS, changes=st.integers(0, 3), after=st.booleans())
    def fail_while_dropping(self, to: str, changes: int, after: bool) -> None:
        name = f"# do {len(self.dos)}"
        power = Power(changes, after=after)
        try:
            with power.on():
                drop(self.places, to, Draft("T", f"{name}\n# fake: passed", to), ENGINES["python"])
            self.dos.add(name)
        except PowerCut:
            self.restart(to)
            if any(name in text for text in self.texts("*.py")):
                self.dos.add(name)

    # --- what must always be true ---

    @invariant()
    def everything_is_in_one_place(self) -> None:
        assert Counter(self.texts("NOTE_*.md")) == Counter(list(self.notes))
        found = Counter(
            next(line for line in text.splitlines() if line.startswith("# do ")) for text in self.texts("*.py")
        )
        assert found == Counter(list(self.dos))

    @invariant()
    def nothing_ran_twice(self) -> None:
        assert max(Counter(self.runner.ran).values(), default=0) <= 1

    @invariant()
    def only_what_was_approved_ran(self) -> None:
        begun = {run_id for run_id, _ in self.runner.runs}
        for row in self.ledger.rows():
            log = self.ledger.log(row.run_id)
            if row.run_id in begun and log["consent_effective"]["allow_network"]:
                assert log["decision"]["approval"]

    def what_was_written_came_to_be_or_not(self) -> None:
        """A run's file is in the repo when it passed, and never else; nothing of ours is left there."""
        expected = set()
        for row in self.ledger.rows():
            if row.changes == "applied":
                assert row.outcome is Outcome.PASSED
                expected |= set(self.ledger.log(row.run_id)["changes"]["created"])
            assert row.state is State.HELD or row.changes in ("none", "applied", "dropped")
        assert {path.name for path in self.repo.iterdir()} == expected

    def every_run_has_an_end(self) -> None:
        waiting = [row for row in self.ledger.rows() if row.state is State.HELD]
        assert len(waiting) == sum(1 for _ in self.places.sessions.glob("*/held/*.py"))
        rows = [row for row in self.ledger.rows() if row not in waiting]
        assert all(row.outcome and row.filed for row in rows)
        assert not [row.reason for row in rows if row.outcome is Outcome.REJECTED]  # nobody touched a DO
        ran = {row.run_id for row in rows if row.outcome in (Outcome.PASSED, Outcome.FAILED)}
        assert ran <= {run_id for run_id, _ in self.runner.runs}
        assert len(rows) + len(waiting) == len(self.dos)
        for row in rows:
            session = self.places.session(row.session)
            assert (session.logs / f"{row.base}.txt").exists()
            assert (session.logs / f"{row.base}.json").exists()

    def texts(self, pattern: str) -> list[str]:
        found = []
        for folder in ("inbox", "running", "held", "outbox", "notes"):
            for path in self.places.sessions.glob(f"*/{folder}/{pattern}"):
                if path.is_file() and not path.name.startswith(".tmp-"):
                    found.append(path.read_text().strip())
        return found


_SETTINGS = settings(max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))

TestMail = Mail.TestCase
TestMail.settings = _SETTINGS


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_many_histories() -> None:
    """The same over hundreds of histories."""
    run_state_machine_as_test(Mail, settings=settings(_SETTINGS, max_examples=600, stateful_step_count=30))
