"""Runs to record, and a ledger with a bit of everything in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from cotemp.messages.do import Flags
from cotemp.messages.grant import Grant
from cotemp.messages.run import Change, Ended, Enforcement, Outcome, Run
from cotemp.names import new_run_id
from cotemp.store.identity import this_process
from cotemp.store.ledger import Child, Ledger, Parent
from cotemp.times import local_now

__all__ = ["ME", "SHA", "a_grant", "a_run", "ended", "eventful"]

ME = this_process()
SHA = "ab" * 32


def a_run(session: str = "co-x", **more: object) -> Run:
    """A run of a DO without an id, in a sandbox."""
    run_id = new_run_id(local_now())
    run = Run(run_id, session, "DO_a.py", SHA, f"DO_a-{run_id}", "host", "DO-Smoke", local_now())
    return replace(run, **({"enforcement": Enforcement("bubblewrap 0.11.0")} | more))  # type: ignore[arg-type]


def ended(outcome: Outcome = Outcome.PASSED, **more: object) -> Ended:
    return Ended(local_now(), outcome, **more)  # type: ignore[arg-type]


def a_grant(grant_id: str = "g-1", lasts: timedelta | None = timedelta(hours=1), repo: Path | None = None) -> Grant:
    until = local_now() + lasts if lasts is not None else None
    return Grant(grant_id, repo, "co-x", Flags(network=True), False, "somebody", local_now(), until)


def eventful(ledger: Ledger) -> dict[str, Run]:
    """Fill a ledger with every kind of event; returns the runs by what became of them."""
    runs = {name: a_run() for name in ("passed", "approved", "denied", "rejected", "withdrawn", "held", "waiting")}
    ledger.intend(runs["passed"], ME)
    ledger.applying(runs["passed"].id, ended(changes=Change("held", ("a.txt",))))
    ledger.conclude(runs["passed"].id, ended(changes=Change("held", ("a.txt",))))
    ledger.mark_filed(runs["passed"].id)
    ledger.changed(runs["passed"].id, Change("applied", ("a.txt",)), "applied", "somebody")
    for name in ("approved", "denied", "held", "waiting"):
        ledger.hold(runs[name], ME, [f"it is the {name} one"])
    yes = ledger.approve(runs["approved"].id, Flags(), "somebody")
    ledger.begin(runs["approved"], ME, yes.id)
    ledger.bear(Parent(runs["approved"].id, Flags(), 1), [Child("co-y", "DO_b.py", "cd" * 32)])
    ledger.deny(runs["denied"].id, "somebody", "no")
    ledger.refuse(runs["denied"], ME, ended(Outcome.REFUSED, reason="denied by somebody: no"))
    ledger.approve(runs["waiting"].id, Flags(), "somebody")
    ledger.reject(runs["rejected"], ME, ended(Outcome.REJECTED, reason="no header"))
    ledger.intend(runs["withdrawn"], ME)
    ledger.withdraw(runs["withdrawn"].id)
    ledger.grant(a_grant())
    ledger.grant(a_grant("g-2"))
    ledger.revoke("g-2", "somebody")
    ledger.conclude(runs["approved"].id, ended(Outcome.UNKNOWN))
    ledger.settle(runs["approved"].id)
    return runs
