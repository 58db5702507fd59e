"""What is known of a run when it is written down: as its row in the ledger, and its log, tell it."""

from __future__ import annotations

import os
from dataclasses import replace

from ..consent import Approved, Held, Refused
from ..messages.do import Do
from ..messages.run import Decision, Enforcement, Run
from ..places import SessionPlaces
from ..runner.engines import Engine, Found
from ..store.filing import outbox_base
from ..store.identity import host_id, machine_of
from .claim import Claimed
from .clean import clean_run
from .desk import Desk
from .situation import Decided, Target

__all__ = ["bare", "described", "foreseen"]


def bare(session: SessionPlaces, claimed: Claimed, engine: Engine) -> Run:
    """A run of which nothing but its file is known."""
    return Run(
        id=claimed.run_id,
        session=session.id,
        do_file=claimed.do_file,
        sha256=claimed.sha256,
        base=outbox_base(claimed.do_file, claimed.run_id),
        host=machine_of(host_id()),
        title=os.path.splitext(claimed.do_file)[0],
        queued=claimed.queued,
        engine=engine.name,
        terminal=engine.terminal,
        os_user=claimed.os_user,
    )


def described(
    desk: Desk, session: SessionPlaces, claimed: Claimed, engine: Engine, found: Found, target: Target, by: Decided
) -> Run:
    """A run about which was decided; what enforces it, and when it starts, is not known yet. Without secrets."""
    do, policy = by.do, desk.config.policy_of(session.id)
    run = replace(
        bare(session, claimed, engine),
        title=do.title,
        do=do,
        engine_version=found.version,
        terminal=desk.runner.terminal(engine.terminal),
        repo=str(target.repo) if target.repo else do.repo.path,
        sender=do.sender,
        decision=_decision(by),
        timeout=min(do.timeout or policy.timeout, policy.timeout_max),
        warnings=(*do.warnings, *_about_repo(do, target, enforced=desk.enforcer is not None)),
    )
    if not isinstance(by, Refused):
        run = replace(run, consent=by.consent)
    return clean_run(run, claimed.data, desk.scrubber)


def foreseen(desk: Desk, run: Run) -> Run:
    """A run that waits, with what would enforce it if it ran now: a human has to know that."""
    enforcer = desk.enforcer
    if enforcer is None:
        return run
    return replace(run, enforcement=Enforcement(enforcer.name, enforcer.self_tested))


def _decision(by: Decided) -> Decision:
    match by:
        case Approved():
            return Decision(by.rule, by.approval, by.by)
        case Held() | Refused():
            return Decision(by.rule)


def _about_repo(do: Do, target: Target, *, enforced: bool) -> tuple[str, ...]:
    why = target.hidden_from(do.consent)
    if why and enforced and not do.consent.writes:
        return (f"repo {target.repo} is not shown to it ({why}): it works in its artifact folder",)
    if target.repo or not do.repo.path:
        return ()
    return (f"repo.path {do.repo.path} is no folder of this machine: it works in its artifact folder",)
