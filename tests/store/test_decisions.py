"""A human's yes counts for one run, once, for a day, for those bytes; their no counts until it has begun."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from cotemp.errors import AnswerIsNo, NotFound, RefusedByPolicy
from cotemp.messages.do import Flags
from cotemp.messages.grant import Approval
from cotemp.messages.run import Enforcement, Run
from cotemp.places import Places
from cotemp.store.ledger import Ledger
from cotemp.times import local_now

from .ledgers import ME, SHA, a_grant, a_run

REPOSITORY = Path(__file__).parents[2]
WRITES = Flags(writes=True)


def test_an_approval_lets_a_run_begin_once(places: Places) -> None:
    """An approved run begins; the approval is then used up, and was for 24 hours at most."""
    with Ledger(places) as ledger:
        run = a_run(consent=WRITES)
        ledger.hold(run, ME, ["it asks for writing"])
        assert ledger.decided() == []
        yes = ledger.approve(run.id, WRITES, "me", local_now() + timedelta(days=30))
        assert (yes.run_id, yes.sha256, yes.consent, yes.by) == (run.id, SHA, WRITES, "me")
        assert yes.until - yes.at == timedelta(hours=24)
        assert ledger.approval_of(run.id, local_now()) == yes
        assert [row.run_id for row in ledger.decided("CO-X")] == [run.id]
        ledger.begin(run, ME, yes.id)
        assert ledger.approval_of(run.id, local_now()) is None
        assert ledger.decided() == []
        with pytest.raises(RefusedByPolicy, match="not held any more"):
            ledger.begin(run, ME, yes.id)


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"sha256": "00" * 32}, "changed since it was held"),
        ({"consent": Flags(writes=True, network=True)}, "would get more"),
        ({"enforcement": Enforcement()}, "approved to run in the sandbox"),
    ],
)
def test_an_approval_is_for_what_was_shown(places: Places, other: dict[str, Any], why: str) -> None:
    """Other bytes, more rights, or the sandbox gone: the run may not begin, and stays held."""
    with Ledger(places) as ledger:
        run = a_run(consent=WRITES)
        ledger.hold(run, ME, ["it asks for writing"])
        yes = ledger.approve(run.id, WRITES, "me")
        with pytest.raises(RefusedByPolicy, match=why):
            ledger.begin(replace(run, **other), ME, yes.id)
        ledger.begin(run, ME, yes.id)


def test_an_approval_expires(places: Places) -> None:
    """After its time an approval is none; the run can be approved again."""
    with Ledger(places) as ledger:
        run = a_run()
        ledger.hold(run, ME, ["why"])
        old = ledger.approve(run.id, Flags(), "me", local_now() + timedelta(hours=1))
        later = local_now() + timedelta(hours=2)
        assert ledger.decided(now=later) == []
        with patch("cotemp.store.ledger.decisions.local_now", lambda: later):
            with pytest.raises(RefusedByPolicy, match="has expired"):
                ledger.begin(run, ME, old.id)
            new = ledger.approve(run.id, Flags(), "me")
            with pytest.raises(RefusedByPolicy):
                ledger.begin(run, ME, old.id)
            ledger.begin(run, ME, new.id)
        assert ledger.verify() is None


def test_an_approval_of_one_run_is_none_of_another(places: Places) -> None:
    """Two held runs of the same bytes need two approvals."""
    with Ledger(places) as ledger:
        one, two = a_run(), a_run()
        for run in (one, two):
            ledger.hold(run, ME, ["why"])
        yes = ledger.approve(one.id, Flags(), "me")
        with pytest.raises(RefusedByPolicy):
            ledger.begin(two, ME, yes.id)


def test_a_no_takes_back_a_yes(places: Places) -> None:
    """What was denied never begins, even if it was approved before; nobody can approve it any more."""
    with Ledger(places) as ledger:
        run = a_run()
        ledger.hold(run, ME, ["why"])
        yes = ledger.approve(run.id, Flags(), "me")
        ledger.deny(run.id, "you", "not today")
        assert ledger.denial_of(run.id) == ("you", "not today")
        assert ledger.approval_of(run.id, local_now()) is None
        for approval in (yes.id, None):
            with pytest.raises(RefusedByPolicy, match="denied by you"):
                ledger.begin(run, ME, approval)
        with pytest.raises(AnswerIsNo, match="denied by you"):
            ledger.approve(run.id, Flags(), "me")
        assert [row.run_id for row in ledger.decided()] == [run.id]


def test_grants_count_until_they_end(places: Places, tmp_path: Path) -> None:
    """A grant counts until its time, or until it is revoked; those that are over are still known."""
    with Ledger(places) as ledger:
        timed, standing = a_grant("g-1", repo=tmp_path), a_grant("g-2", None)
        for one in (timed, standing):
            ledger.grant(one)
        found = ledger.grants(local_now())
        assert [(one.id, one.repo, one.consent) for one in found] == [
            ("g-1", tmp_path, timed.consent), ("g-2", None, standing.consent),
        ]  # fmt: skip
        assert [one.id for one in ledger.grants(local_now() + timedelta(hours=2))] == ["g-2"]
        ledger.revoke("g-2", "you")
        assert [one.id for one in ledger.grants(local_now())] == ["g-1"]
        assert [(one.grant.id, one.revoked_by) for one in ledger.all_grants()] == [("g-1", None), ("g-2", "you")]
        with pytest.raises(AnswerIsNo, match="revoked before"):
            ledger.revoke("g-2", "me")
        with pytest.raises(NotFound):
            ledger.revoke("g-3", "me")


RACER = """
import json, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from cotemp.errors import CotempError
from cotemp.messages.do import Flags
from cotemp.places import Places
from cotemp.store.ledger import Ledger
from tests.store.ledgers import ME, a_run
act, won = sys.argv[4], []
with Ledger(Places(Path(sys.argv[2]), Path(sys.argv[3]))) as ledger:
    print("ready", flush=True)
    for run_id, approval in json.loads(sys.stdin.readline()):
        try:
            if act == "begin":
                ledger.begin(a_run(id=run_id), ME, approval)
            elif act == "approve":
                ledger.approve(run_id, Flags(), "me")
            else:
                ledger.deny(run_id, "me", "no")
            won.append(run_id)
        except CotempError as error:
            assert error.exit_code in (1, 6), error
print(json.dumps(won))
"""


def race(places: Places, acts: Sequence[str], runs: list[tuple[str, str | None]]) -> list[list[str]]:
    """Let a process for each of `acts` do it to all `runs`, all at once; the runs with which each had success."""
    argv = [sys.executable, "-c", RACER, str(REPOSITORY), str(places.home), str(places.state)]
    pipe = subprocess.PIPE
    racers = [subprocess.Popen([*argv, act], stdin=pipe, stdout=pipe, encoding="utf-8") for act in acts]
    try:
        for racer in racers:
            assert racer.stdout
            assert racer.stdout.readline() == "ready\n"
        for racer in racers:
            assert racer.stdin
            racer.stdin.write(json.dumps(runs) + "\n")
            racer.stdin.flush()
        said = [racer.communicate(timeout=60)[0] for racer in racers]
    finally:
        for racer in racers:
            racer.kill()
            racer.wait()
            for stream in (racer.stdin, racer.stdout):
                if stream and not stream.closed:
                    stream.close()
    return [json.loads(one) for one in said]


def test_two_who_begin_and_one_who_denies(places: Places) -> None:
    """Of two watchers that begin a run and a human who denies it, exactly one has success."""
    with Ledger(places) as ledger:
        runs = []
        for _ in range(25):
            run = a_run()
            ledger.hold(run, ME, ["why"])
            runs.append((run.id, ledger.approve(run.id, Flags(), "me").id))
        won = race(places, ("begin", "begin", "deny"), list(runs))
        assert sorted(run for winner in won for run in winner) == sorted(run for run, _ in runs)
        assert set(won[2]) == {row.run_id for row in ledger.decided()}
        assert ledger.verify() is None


def test_two_who_approve(places: Places) -> None:
    """Of two humans who approve the same run, one is told that it was approved already."""
    with Ledger(places) as ledger:
        held = [a_run() for _ in range(25)]
        for run in held:
            ledger.hold(run, ME, ["why"])
        won = race(places, ("approve", "approve"), [(run.id, None) for run in held])
        assert sorted(run for winner in won for run in winner) == sorted(run.id for run in held)
        assert ledger.verify() is None


class Humans(RuleBasedStateMachine):
    """Any order of holding, approving, denying, waiting and beginning, next to a plain account of what may happen."""

    runs = Bundle("runs")
    yeses = Bundle("yeses")

    def __init__(self) -> None:
        super().__init__()
        self.now = local_now()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = patch("cotemp.store.ledger.decisions.local_now", lambda: self.now)
        self.clock.start()
        self.ledger = Ledger(Places(Path(self.folder.name, "home"), Path(self.folder.name, "state")))
        self.held: set[str] = set()
        self.denied: set[str] = set()
        self.open: dict[str, Approval] = {}
        self.used: set[str] = set()

    @initialize(target=runs)
    def first(self) -> Run:
        return self._hold()

    @rule(target=runs)
    def hold(self) -> Run:
        return self._hold()

    def _hold(self) -> Run:
        run = a_run()
        self.ledger.hold(run, ME, ["why"])
        self.held.add(run.id)
        return run

    @rule(target=yeses, run=runs, consent=st.sampled_from([Flags(), WRITES]), hours=st.sampled_from([1, 30]))
    def approve(self, run: Run, consent: Flags, hours: int) -> str:
        expected = run.id in self.held and run.id not in self.denied and not self._counts(run.id)
        try:
            yes = self.ledger.approve(run.id, consent, "me", self.now + timedelta(hours=hours))
        except AnswerIsNo:
            assert not expected
            return "a-none"
        assert expected
        self.open[run.id] = yes
        return yes.id

    @rule(run=runs)
    def deny(self, run: Run) -> None:
        expected = run.id in self.held and run.id not in self.denied
        try:
            self.ledger.deny(run.id, "me", "no")
        except AnswerIsNo:
            assert not expected
            return
        assert expected
        self.denied.add(run.id)
        self.open.pop(run.id, None)

    @rule(
        run=runs, yes=yeses, consent=st.sampled_from([Flags(), WRITES]), sha256=st.sampled_from([SHA, SHA, "00" * 32])
    )
    def begin(self, run: Run, yes: str, consent: Flags, sha256: str) -> None:
        known = self.open.get(run.id)
        expected = (
            run.id in self.held and run.id not in self.denied and self._counts(run.id) and known is not None
            and known.id == yes and sha256 == SHA and not consent.exceeding(known.consent)
        )  # fmt: skip
        try:
            self.ledger.begin(replace(run, consent=consent, sha256=sha256), ME, yes)
        except RefusedByPolicy:
            assert not expected
            return
        assert expected
        assert yes not in self.used
        self.used.add(yes)
        self.held.discard(run.id)
        del self.open[run.id]

    @rule(hours=st.sampled_from([0.5, 2, 25]))
    def wait(self, hours: float) -> None:
        self.now += timedelta(hours=hours)

    @invariant()
    def the_ledger_agrees(self) -> None:
        waiting = {row.run_id for row in self.ledger.rows() if row.state == "held"}
        assert waiting == self.held
        decided = {row.run_id for row in self.ledger.decided(now=self.now)}
        assert decided == (self.denied & self.held) | {run for run in self.open if self._counts(run)}

    def teardown(self) -> None:
        assert self.ledger.verify() is None
        self.clock.stop()
        self.ledger.close()
        self.folder.cleanup()

    def _counts(self, run_id: str) -> bool:
        yes = self.open.get(run_id)
        return yes is not None and self.now < yes.until


Humans.TestCase.settings = settings(
    max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
test_any_order = Humans.TestCase
"""Whatever the order, an approval never counts twice, after its time, for other bytes or for more rights."""
