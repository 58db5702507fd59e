"""Methods about runs: listing them, all about one, what waits for a human, and what the human says."""

# No `from __future__ import annotations`: the annotations of these functions are read when the program runs.

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from ..messages.run import State
from ..panels import resolve
from ..runs import changes
from ..store.claims import holder
from ..store.identity import os_user
from ..store.ledger import Ledger, Row
from ..times import local, local_now, parse_utc, utc
from .caller import Caller
from .params import BadParams, Between
from .spelling import spaced, spaced_all

if TYPE_CHECKING:
    from ..runs import RunRow
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
    found = runs.listing(caller.places, sid, _moment(since), failed=failed)
    return {"runs": [_row(row) for row in found[-limit:]], "more": max(0, len(found) - limit)}


def _moment(text: str | None) -> datetime | None:
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
    sid = resolve(caller.places, session).id if session else None
    with Ledger(caller.places, create=False) as ledger:
        waiting = [row for row in ledger.open_runs(sid) if row.state is State.HELD]
        found = [_held(caller, ledger, row, "run") for row in waiting]
        found += [_held(caller, ledger, row, "changes") for row in ledger.held_changes(sid)]
    return {"held": found}


def _held(caller: Caller, ledger: Ledger, row: Row, waits: Any) -> "HeldRun":
    from ..runs.details import do_file
    from ..runs.overview import own_entry

    log: Any = ledger.log(row.run_id)
    file = do_file(caller.places, own_entry(caller.places, row))
    reasons = changes.why_held(caller.places, ledger, row) if waits == "changes" else ledger.reasons(row.run_id)
    return {
        "run_id": row.run_id,
        "session": row.session,
        "title": row.title,
        "engine": row.engine,
        "waits": waits,
        "reasons": list(reasons),
        "consent": log["consent_effective"],
        "enforced": log["enforcement"]["enforcer"] != "none",
        "repo": row.repo,
        "since": spaced(row.ended if waits == "changes" else row.queued),
        "do_file": str(file) if file else None,
    }


def approve(caller: Caller, run: _Run) -> "RunDecision":
    """Say yes to a DO that is held, or to changes that are: it runs once, with the consent that `held.list` shows.

    Example: {"run": "20261121-101502-28216-k3f9"}
    """
    with Ledger(caller.places, create=False) as ledger:
        row = ledger.find(run)
        if row.changes == "held":
            changes.apply_held(caller.places, ledger, row, os_user())
        if row.changes == "held" or (row.changes == "applied" and caller.is_again):
            return _decided(caller, row, "approved", "changes")
        yes = ledger.approval_of(row.run_id, local_now()) if caller.is_again else None
        if yes is None:
            log = ledger.log(row.run_id)
            enforced = log["enforcement"]["enforcer"] != "none"
            yes = ledger.approve(row.run_id, changes.consent_of(log), os_user(), enforced=enforced)
    _wake(caller, row)
    return {**_decided(caller, row, "approved", "run"), "until": spaced(utc(yes.until))}


def deny(
    caller: Caller,
    run: _Run,
    why: Annotated[str, "the reason, for the log"] = "",
) -> "RunDecision":
    """Say no to a DO that is held: it is refused. Changes that are held are dropped.

    Example: {"run": "20261121-101502-28216-k3f9", "why": "not today"}
    """
    with Ledger(caller.places, create=False) as ledger:
        row = ledger.find(run)
        if row.changes == "held":
            changes.drop_held(caller.places, ledger, row, os_user())
        if row.changes == "held" or (row.changes == "dropped" and caller.is_again):
            return _decided(caller, row, "denied", "changes")
        if not (caller.is_again and ledger.denial_of(row.run_id)):
            ledger.deny(row.run_id, os_user(), why)
    _wake(caller, row)
    return _decided(caller, row, "denied", "run")


def _wake(caller: Caller, row: Row) -> None:
    from ..watcher import wake  # lists of runs do without

    wake(caller.places.session(row.session))


def _decided(caller: Caller, row: Row, decision: Any, waits: Any) -> "RunDecision":
    watched = holder(caller.places, f"watch-{row.session.casefold()}") is not None
    return {
        "run_id": row.run_id,
        "session": row.session,
        "decision": decision,
        "waits": waits,
        "by": os_user(),
        "watched": watched,
    }
