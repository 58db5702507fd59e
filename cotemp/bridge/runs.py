"""Methods about runs: listing them, all about one, what waits for a human, and what the human says."""

# No `from __future__ import annotations`: the annotations of these functions are read when the program runs.

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from ..messages.run import State
from ..panels import resolve
from ..store.claims import holder
from ..store.identity import os_user
from ..store.ledger import Ledger, Row
from ..times import local, local_now, parse_utc, utc
from .caller import Caller
from .params import BadParams, Between
from .spelling import spaced, spaced_all

if TYPE_CHECKING:
    from ..messages.grant import Approval
    from ..runs import RunRow
    from ..runs.deciding import Waiting
    from .shapes import HeldList, HeldRun, RunAll, RunDecision, RunInfo, RunList

_Run = Annotated[str, "a run id, or as much of it as no other has; `last` is the newest"]
_Session = Annotated[str | None, "a panel name or session id (default: all)"]


def listing(
    caller: Caller,
    session: _Session = None,
    since: Annotated[str | None, "a date and time, RFC 3339"] = None,
    *,
    failed: Annotated[bool, "only those that ended, and not as passed"] = False,
    limit: Annotated[int, Between(1, 5000), "the newest so many"] = 500,
) -> "RunList":
    """The runs, oldest first.

    Example: {"session": "co-migrate", "limit": 20}
    """
    from .. import runs

    sid = resolve(caller.places, session).id if session else None
    found = runs.listing(caller.places, sid, moment_of(since), failed=failed)
    return {"runs": [_row(row) for row in found[-limit:]], "more": max(0, len(found) - limit)}


def moment_of(text: str | None) -> datetime | None:
    """The moment that the param `since` means; None for none. Raises BadParams."""
    if not text:
        return None
    try:
        return local(parse_utc(text))
    except ValueError:
        raise BadParams(f"since is no time: {text[:40]!r}", "write it like 2026-01-31 18:00:00Z") from None


def _row(row: "RunRow") -> "RunInfo":
    return {
        "run_id": row.run_id,
        "session": row.session,
        "title": row.title,
        "engine": row.engine,
        "outcome": row.outcome.value if row.outcome else None,
        "started": spaced(row.started),
        "ended": spaced(row.ended),
        "exit_code": row.exit_code,
        "reason": row.reason,
        "log": row.log,
    }


def show(caller: Caller, run: _Run) -> "RunAll":
    """All that is known of one run.

    Example: {"run": "last"}
    """
    from .. import runs
    from ..runs.details import artifact_folder, do_file, document

    entry = runs.find(caller.places, run)
    file, artifacts = do_file(caller.places, entry), artifact_folder(caller.places, entry)
    return {
        "run": _row(entry.row),
        "document": spaced_all(document(caller.places, entry)),
        "do_file": str(file) if file else None,
        "artifacts": str(artifacts) if artifacts.is_dir() else None,
    }


def held(caller: Caller, session: _Session = None) -> "HeldList":
    """What waits for a human: DOs that have not begun, and changes that are not applied.

    Example: {}
    """
    from ..runs.deciding import waiting

    sid = resolve(caller.places, session).id if session else None
    with Ledger(caller.places, create=False) as ledger:
        return {"held": [_held(caller, one) for one in waiting(caller.places, ledger, sid)]}


def _held(caller: Caller, one: "Waiting") -> "HeldRun":
    from ..runs.details import do_file
    from ..runs.overview import own_entry

    log: Any = one.log
    file = do_file(caller.places, own_entry(caller.places, one.row))
    return {
        "run_id": one.row.run_id,
        "session": one.row.session,
        "title": one.row.title,
        "engine": one.row.engine,
        "waits": one.kind,
        "reasons": list(one.reasons),
        "decided": one.decided,
        "consent": log["consent_effective"],
        "enforcer": one.enforcer,
        "sender": log["sender"]["claimed"],
        "repo": one.row.repo,
        "since": spaced(one.since),
        "do_file": str(file) if file else None,
    }


def approve(caller: Caller, run: _Run) -> "RunDecision":
    """Say yes to a DO that is held, which then runs once, with the consent that `held.list` shows; or to changes that
    are held, which are then applied.

    Example: {"run": "20261121-101502-28216-k3f9"}
    """
    from ..runs.changes import apply_held
    from ..runs.deciding import approve_do, bytes_of, waiting_run

    with Ledger(caller.places, create=False) as ledger:
        row = ledger.find(run)
        yes = ledger.approval_of(row.run_id, local_now())
        if caller.is_again and (yes or row.changes == "applied"):
            return _decided(caller, row, "approved", yes)
        one = waiting_run(caller.places, ledger, row)
        if one.kind == "changes":
            apply_held(caller.places, ledger, row, os_user())
        else:
            bytes_of(caller.places, row)
            yes = approve_do(ledger, one, os_user())
    return _decided(caller, row, "approved", yes)


def deny(
    caller: Caller,
    run: _Run,
    why: Annotated[str, "the reason, for the log"] = "no reason was given",
) -> "RunDecision":
    """Say no to a DO that is held, which is then refused; or to changes that are held, which are then dropped.

    Example: {"run": "20261121-101502-28216-k3f9", "why": "not today"}
    """
    from ..config import in_force
    from ..runs.deciding import deny as say_no
    from ..runs.deciding import waiting_run

    policy = in_force(caller.places, caller.config_path).policy
    with Ledger(caller.places, create=False) as ledger:
        row = ledger.find(run)
        if not (caller.is_again and (ledger.denial_of(row.run_id) or row.changes == "dropped")):
            say_no(caller.places, ledger, waiting_run(caller.places, ledger, row), os_user(), why, policy)
    return _decided(caller, row, "denied", None)


def _decided(caller: Caller, row: Row, decision: Any, yes: "Approval | None") -> "RunDecision":
    """The answer; whoever watches the session is told to look."""
    from ..watcher import wake  # lists of runs do without

    wake(caller.places.session(row.session))
    return {
        "run_id": row.run_id,
        "session": row.session,
        "decision": decision,
        "waits": "do" if row.state is State.HELD else "changes",
        "by": os_user(),
        "until": spaced(utc(yes.until)) if yes else None,
        "watched": holder(caller.places, f"watch-{row.session.casefold()}") is not None,
    }
