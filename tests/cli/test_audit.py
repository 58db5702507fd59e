"""`audit` on the command line: the story of a run, the last events, and whether the record was edited."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from cotemp.messages.do import Flags
from cotemp.messages.run import Change, Decision, Enforcement, Outcome, Run
from cotemp.store.ledger import Child, Ledger, Parent
from tests.fitting import check
from tests.store.ledgers import ME, a_run, ended, eventful

from .real import here, home


@pytest.fixture(autouse=True)
def sessions() -> None:
    """The sessions of the record."""
    for session in ("co-x", "co-y"):
        home().session(session).make()


@pytest.fixture
def approved() -> Run:
    """A run that another one dropped, that was held, approved, and changed its repo."""
    run = a_run(
        title="Tidy \x1b[31mup", sender="co-planning", os_user="me", repo="/src/app", consent=Flags(writes=True),
        decision=Decision("approval a-1", "a-1", "me"),
        enforcement=Enforcement("bubblewrap 0.11.0", None, "overlay", "netns", "home hidden", "pidns", "none"),
    )  # fmt: skip
    parent = a_run()
    with Ledger(home()) as ledger:
        ledger.intend(parent, ME)
        ledger.bear(Parent(parent.id, Flags(), 1), [Child(run.session, run.do_file, run.sha256)])
        ledger.hold(run, ME, ["it asks for writing"])
        yes = ledger.approve(run.id, Flags(writes=True), "somebody")
        ledger.begin(run, ME, yes.id)
        ledger.conclude(run.id, ended(changes=Change("applied", ("new.txt",), ("old.txt",))))
        ledger.mark_filed(run.id)
    return run


def test_the_story_of_a_run(approved: Run) -> None:
    """One reads who sent a run, what it asked, who allowed it by which rule, what enforced it, what it changed."""
    told = here("audit", approved.id).out
    facts = dict(line.strip().split("  ", 1) for line in told.splitlines() if line.startswith("  ") and line[2] != " ")
    facts = {name: value.strip() for name, value in facts.items()}
    assert "Tidy ␛[31mup" in told.splitlines()[0]
    assert facts["sent by"] == "co-planning (its header says so; nothing proves it), file of user me"
    assert "which was allowed nothing" in facts["dropped by"]
    assert facts["asked for"] == "writes"
    assert facts["held because"] == "it asks for writing"
    assert facts["decided by"] == "approval a-1"
    assert facts["approved by"].startswith("somebody at ")
    assert facts["enforced by"].startswith("bubblewrap 0.11.0 (writes on a view of its repo, network cut off")
    assert facts["changed"] == "applied; 1 created: new.txt; 1 changed: old.txt"
    assert facts["outcome"].startswith("passed, ")
    kinds = ("held", "approved", "started", "ended", "filed")
    assert [kind for kind in told.split() if kind in kinds][-len(kinds) :] == list(kinds)


def test_answers_for_programs(approved: Run) -> None:
    """The answers are as their schemas say, for every kind of run and event."""
    told = here("audit", approved.id, "--json").json
    check("answer-audit-run", told)
    assert (told["approval"]["by"], told["approval"]["used"], told["denial"]) == ("somebody", True, None)
    assert told["parent"]["depth"] == 1
    with Ledger(home()) as ledger:
        runs = eventful(ledger)
    for name, run in runs.items():
        if name != "withdrawn":
            check("answer-audit-run", here("audit", run.id, "--json").json)
            assert here("audit", run.id).code == 0
    denied = here("audit", runs["denied"].id, "--json").json
    assert denied["denial"] == {"by": "somebody", "why": "no"}
    assert here("audit", runs["waiting"].id, "--json").json["approval"]["used"] is False
    everything = here("audit", "--limit", "0", "--json").json
    check("answer-audit", everything)
    assert [event["seq"] for event in everything["events"]] == list(range(1, len(everything["events"]) + 1))
    check("answer-audit-verify", here("audit", "--verify", "--json").json)


def test_the_last_events(approved: Run) -> None:
    """Without a run the last events of all are a table, which can be narrowed."""
    with Ledger(home()) as ledger:
        ledger.reject(a_run("co-y"), ME, ended(Outcome.REJECTED, reason="no header"))
        eventful(ledger)
    lines = here("audit", "--limit", "3").out.splitlines()
    assert len(lines) == 4
    assert lines[0].split() == ["event", "when", "run", "what", "who", "details"]
    assert [line.split()[4] for line in here("audit", "--session", "CO-Y").out.splitlines()[1:]] == ["rejected"]
    assert here("audit", "--since", "2999-01-01").out == "no events\n"
    assert len(here("audit", "--since", "1h", "--limit", "0").out.splitlines()) > 20
    for wrong in (["--limit", "-1"], ["--verify", "--limit", "3"], ["last", "--verify"], ["last", "--since", "1h"]):
        assert here("audit", *wrong).code == 2
    assert here("audit", "20200101").code == 4


def test_verify_names_the_place(approved: Run) -> None:
    """An edited record is exit code 1 and the event, its run and what differs; a whole one is 0."""
    assert here("audit", "--verify").out == "the record is whole: 7 events, each as it was written\n"
    with closing(sqlite3.connect(home().ledger)) as db, db:
        db.execute("UPDATE events SET who='nobody' WHERE kind='approved'")
    ran = here("audit", "--verify")
    assert ran.code == 1
    assert ran.out.startswith(f"the record was edited: event 4 (approved) of run {approved.id}: it was changed")
    broken = here("audit", "--verify", "--json").json
    check("answer-audit-verify", broken)
    assert (broken["whole"], broken["broken"]["seq"], broken["broken"]["run_id"]) == (False, 4, approved.id)


def test_nothing_on_record() -> None:
    """Where nothing ever ran, there is nothing to tell, and that is no failure."""
    assert here("audit").out == "no events\n"
    assert here("audit", "--verify").code == 0
