"""A run takes the steps that it can take, one after the other, and no others."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cotemp.errors import AnswerIsNo, CotempError, RefusedByPolicy, UnknownRun
from cotemp.messages.do import Do, Flags, Repo
from cotemp.messages.run import Change, Outcome, Output, Run, State
from cotemp.places import Places
from cotemp.store.ledger import AlreadyRan, Child, Ledger, Parent

from .ledgers import ME, SHA, a_run, ended

DO = Do(title="DO-Smoke", repo=Repo("Sandbox"), risk=Flags(), consent=Flags(), sha256=SHA, id="k3f9")

Act = Callable[[Ledger, Run], object]


def _run(ledger: Ledger, run: Run) -> Ledger:
    ledger.intend(run, ME)
    return ledger


WAYS: dict[str, Act] = {
    "nothing": lambda ledger, run: None,
    "held": lambda ledger, run: ledger.hold(run, ME, ["why"]),
    "running": lambda ledger, run: ledger.intend(run, ME),
    "applying": lambda ledger, run: _run(ledger, run).applying(run.id, ended()),
    "done": lambda ledger, run: _run(ledger, run).conclude(run.id, ended()),
}
"""How a run comes into each state."""

ACTS: dict[str, Act] = {
    "hold": lambda ledger, run: ledger.hold(run, ME, ["why not"]),
    "begin": lambda ledger, run: ledger.begin(run, ME, None),
    "refuse": lambda ledger, run: ledger.refuse(run, ME, ended(Outcome.REFUSED)),
    "approve": lambda ledger, run: ledger.approve(run.id, Flags(), "me"),
    "deny": lambda ledger, run: ledger.deny(run.id, "me", "no"),
    "withdraw": lambda ledger, run: ledger.withdraw(run.id),
    "applying": lambda ledger, run: ledger.applying(run.id, ended()),
    "conclude": lambda ledger, run: ledger.conclude(run.id, ended(Outcome.FAILED)),
}
TABLE: dict[str, dict[str, State | str | type[CotempError]]] = {
    "nothing": {
        "hold": State.HELD, "begin": UnknownRun, "refuse": State.DONE, "approve": UnknownRun, "deny": UnknownRun,
        "withdraw": UnknownRun, "applying": UnknownRun, "conclude": UnknownRun,
    },
    "held": {
        "hold": State.HELD, "begin": State.RUNNING, "refuse": State.DONE, "approve": State.HELD, "deny": State.HELD,
        "withdraw": "gone", "applying": AnswerIsNo, "conclude": AnswerIsNo,
    },
    "running": {
        "hold": RefusedByPolicy, "begin": RefusedByPolicy, "refuse": RefusedByPolicy, "approve": AnswerIsNo,
        "deny": AnswerIsNo, "withdraw": "gone", "applying": State.APPLYING, "conclude": State.DONE,
    },
    "applying": {
        "hold": RefusedByPolicy, "begin": RefusedByPolicy, "refuse": RefusedByPolicy, "approve": AnswerIsNo,
        "deny": AnswerIsNo, "withdraw": UnknownRun, "applying": AnswerIsNo, "conclude": State.DONE,
    },
    "done": {
        "hold": RefusedByPolicy, "begin": RefusedByPolicy, "refuse": RefusedByPolicy, "approve": AnswerIsNo,
        "deny": AnswerIsNo, "withdraw": UnknownRun, "applying": AnswerIsNo, "conclude": State.DONE,
    },
}  # fmt: skip


@pytest.mark.parametrize(("state", "act"), [(state, act) for state, acts in TABLE.items() for act in acts])
def test_each_step_from_each_state(places: Places, state: str, act: str) -> None:
    """A step leads where it should or is refused, and a refused one leaves no trace."""
    becomes = TABLE[state][act]
    with Ledger(places) as ledger:
        run = a_run()
        WAYS[state](ledger, run)
        before = ledger.rows(), ledger.events()
        if isinstance(becomes, type):
            with pytest.raises(becomes):
                ACTS[act](ledger, run)
            assert (ledger.rows(), ledger.events()) == before
        else:
            ACTS[act](ledger, run)
            assert [row.state for row in ledger.rows()] == ([] if becomes == "gone" else [becomes])
        assert ledger.verify() is None


def test_an_end_stays_as_it_was(places: Places) -> None:
    """Whoever concludes a run a second time is told how it ended; nothing is written over."""
    with Ledger(places) as ledger:
        run = a_run()
        ledger.intend(run, ME)
        first = ledger.conclude(run.id, ended(Outcome.TIMED_OUT, reason="after 3 s"))
        assert ledger.conclude(run.id, ended(Outcome.PASSED)) == first
        assert ledger.find(run.id).outcome is Outcome.TIMED_OUT


def test_why_a_run_is_held(places: Places) -> None:
    """A held run says what it waits for, all of it, as long as it waits; then what is known when it begins."""
    with Ledger(places) as ledger:
        run = a_run(title="As it was")
        ledger.hold(run, ME, ["one reason", "another"])
        assert ledger.find(run.id).reason == "one reason; another"
        assert ledger.reasons(run.id) == ("one reason", "another")
        ledger.hold(run, ME, ["a third"])
        assert ledger.reasons(run.id) == ("a third",)
        assert [row.run_id for row in ledger.open_runs("co-x")] == [run.id]
        ledger.begin(a_run(title="As it is", id=run.id), ME, None)
        assert (ledger.find(run.id).title, ledger.find(run.id).reason) == ("As it is", None)
        assert ledger.log(run.id)["title"] == "As it is"


def test_a_held_do_is_one_that_was_seen(places: Places) -> None:
    """A DO with an id that is held cannot be dropped again beside itself; once refused, it may be."""
    with Ledger(places) as ledger:
        run = a_run(do=DO)
        ledger.hold(run, ME, ["why"])
        with pytest.raises(AlreadyRan, match=run.id):
            ledger.intend(a_run(do=DO), ME)
        ledger.refuse(run, ME, ended(Outcome.REFUSED, reason="denied"))
        ledger.hold(a_run(do=DO), ME, ["why"])


def test_an_end_survives_a_crash_while_it_is_applied(places: Places) -> None:
    """How a run ended is known, to the last artifact, to whoever finds it half applied."""
    change = Change("applied", ("a",), ("b",), ("c",), ("refs/heads/x",))
    artifact = {"path": "diff.patch", "kind": "diff", "bytes": 3, "sha256": SHA}
    end = ended(
        exit_code=0,
        elapsed_ms=7,
        output=Output(9, 9, {"jwt": 1}),
        changes=change,
        artifacts=(artifact,),
        warnings=("w",),
    )
    run = a_run()
    with Ledger(places) as ledger:
        ledger.intend(run, ME)
        assert ledger.pending(run.id) is None
        ledger.applying(run.id, end)
    with Ledger(places) as ledger:
        assert ledger.pending(run.id) == end
        ledger.conclude(run.id, end)
        assert ledger.pending(run.id) is None


def test_changes_wait_for_a_human(places: Places) -> None:
    """Held changes are listed until somebody applies or drops them; applied ones can be undone, once."""
    with Ledger(places) as ledger:
        run = a_run()
        ledger.intend(run, ME)
        ledger.conclude(run.id, ended(changes=Change("held", ("a",))))
        assert [row.run_id for row in ledger.held_changes("CO-X")] == [run.id]
        assert ledger.held_changes("co-y") == []
        with pytest.raises(AnswerIsNo, match="cannot be undone: they are held"):
            ledger.changed(run.id, Change("dropped"), "undone", "me")
        log = ledger.changed(run.id, Change("applied", ("a",)), "applied", "me")
        assert log["changes"]["state"] == "applied" == ledger.log(run.id)["changes"]["state"]
        assert ledger.held_changes() == []
        with pytest.raises(AnswerIsNo, match="cannot be applied: they are applied"):
            ledger.changed(run.id, Change("applied"), "applied", "me")
        ledger.changed(run.id, Change("dropped", ("a",)), "undone", "me")
        assert [(e.who, e.data["what"]) for e in ledger.events(run.id)[-2:]] == [("me", "applied"), ("me", "undone")]


def test_children_are_known_by_their_bytes(places: Places) -> None:
    """What a run dropped is known by session, name and bytes; the same name with other bytes is somebody else's."""
    with Ledger(places) as ledger:
        run = a_run()
        ledger.intend(run, ME)
        parent, child = Parent(run.id, Flags(network=True), 2), Child("co-y", "DO_b.py", SHA)
        ledger.bear(parent, [child])
        ledger.bear(parent, [child])  # the delivery was tried again
        assert ledger.parent_of("CO-Y", "DO_b.py", SHA) == parent
        assert ledger.parent_of("co-y", "DO_b.py", "00" * 32) is None
        assert [entry.kind for entry in ledger.events()] == ["intended", "child"]
        assert ledger.verify() is None
