"""What a run changed in its repo, when that waits for a human: why, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import AnswerIsNo, HeldByOther
from ..messages.do import FLAGS, Flags
from ..messages.run import Change
from ..places import Places
from ..store.ancestry import refuse_below_a_run
from ..store.claims import hold_repo
from ..store.filing import refile

if TYPE_CHECKING:
    from ..messages.runlog import RunLog
    from ..store.ledger import Ledger, Row

__all__ = ["apply_held", "consent_of", "drop_held", "mend", "why_held"]


def why_held(places: Places, ledger: Ledger, row: Row) -> tuple[str, ...]:
    """Why the changes of this run wait for a human, as sentences. Raises NotFound or DamagedData when they are gone."""
    from ..transaction import judge, seal

    return judge(seal(places.runs / row.run_id), consent_of(ledger.log(row.run_id))).reasons


def apply_held(places: Places, ledger: Ledger, row: Row, by: str) -> RunLog:
    """Apply the changes of this run to its repo, as a human wants it; returns its log as it is now.

    Raises Conflict when the repo changed meanwhile (they stay where they are, and that is recorded),
    HeldByOther while a run works in the repo, RefusedByPolicy below a run or for what may never be applied.
    """
    from ..transaction import Conflict, apply, recover, standing

    refuse_below_a_run("applying changes")
    run_dir = places.runs / row.run_id
    with hold_repo(places, Path(row.repo or run_dir), f"applying the changes of {row.run_id}"):
        recover(run_dir)
        try:
            if standing(run_dir) != "applied":
                apply(run_dir)
        except Conflict:
            _record(places, ledger, row, "conflict", by)
            raise
        return _record(places, ledger, row, "applied", by)


def drop_held(places: Places, ledger: Ledger, row: Row, by: str, why: str = "") -> RunLog:
    """Drop the changes of this run, for the reason `why`: its repo stays as it is. Raises as `apply_held` does."""
    from ..transaction import drop

    refuse_below_a_run("dropping changes")
    with hold_repo(places, Path(row.repo or places.runs), f"dropping the changes of {row.run_id}"):
        log = _record(places, ledger, row, "dropped", by, why)
        drop(places.runs / row.run_id)
        return log


def mend(places: Places, ledger: Ledger, row: Row) -> None:
    """Finish, or take back, what a crash cut off while the changes of this run were applied or undone; in a repo that
    is gone nothing is mended."""
    from ..transaction import recover, standing

    run_dir = places.runs / row.run_id
    if standing(run_dir) in ("none", "open", "sealed", row.changes):
        return
    with suppress(HeldByOther, AnswerIsNo), hold_repo(places, Path(row.repo or run_dir), f"mending {row.run_id}"):
        recover(run_dir)
        now = standing(run_dir)
        if now in ("applied", "undone") and now != row.changes:
            _record(places, ledger, row, now, "")


def consent_of(log: Mapping[str, Any]) -> Flags:
    """What the run of this log was allowed to do."""
    given = log["consent_effective"]
    return Flags(**{name: given[f"allow_{name}"] is True for name in FLAGS})


def _record(places: Places, ledger: Ledger, row: Row, what: str, by: str, why: str = "") -> RunLog:
    known = ledger.log(row.run_id)["changes"]
    created, changed, deleted, refs = (tuple(known[key]) for key in ("created", "changed", "deleted", "refs"))
    log = ledger.changed(row.run_id, Change(what, created, changed, deleted, refs), what, by, why)
    refile(places.session(row.session), log, row.base)
    return log
