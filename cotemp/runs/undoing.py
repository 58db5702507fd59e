"""What a run changed in its repo: shown as a patch, and taken back."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import NotFound
from ..messages.run import Change
from ..places import Places
from ..store.ancestry import refuse_below_a_run
from ..store.claims import hold_repo
from ..store.filing import refile
from ..store.mailbox import NotPlain, read_plain
from .details import artifact_folder

if TYPE_CHECKING:
    from ..messages.policy import Policy
    from ..messages.runlog import RunLog
    from ..store.ledger import Ledger, Row
    from .row import Entry

__all__ = ["patch_of", "undo_applied"]

PATCH_LIMIT = 16 * 1024 * 1024
"""The longest patch that is shown, in bytes; ours have about 4 MiB at most."""


def undo_applied(places: Places, ledger: Ledger, row: Row, by: str) -> RunLog:
    """Take back what was applied of this run; returns its log as it is now. Finishes what a crash cut off.

    Raises Overlap when something was changed again since, AnswerIsNo when there is nothing to take back,
    HeldByOther while a run works in the repo, RefusedByPolicy below a run.
    """
    from ..transaction import recover, standing, undo

    refuse_below_a_run("undoing changes")
    run_dir = places.runs / row.run_id
    with hold_repo(places, Path(row.repo or run_dir), f"undoing {row.run_id}"):
        recover(run_dir)
        if standing(run_dir) != "undone" or row.changes != "applied":
            undo(run_dir)
        known = ledger.log(row.run_id)["changes"]
        created, changed, deleted, refs = (tuple(known[key]) for key in ("created", "changed", "deleted", "refs"))
        log = ledger.changed(row.run_id, Change("undone", created, changed, deleted, refs), "undone", by)
        refile(places.session(row.session), log, row.base)
        return log


def patch_of(places: Places, entry: Entry, policy: Policy) -> bytes:
    """What a run changed, as a patch without secrets, also those that `policy` names: its artifact, or what is kept
    while it has not been filed.

    Raises NotFound for a run that changed no repo, or has not ended.
    """
    from ..redact import scrub_of
    from ..transaction import patch, seal, standing

    filed = artifact_folder(places, entry) / "diff.patch"
    if entry.own is None or entry.own.changes not in (None, "none"):
        with suppress(OSError, NotPlain):
            return read_plain(filed, PATCH_LIMIT)[0]
    run_dir = places.runs / entry.row.run_id
    if standing(run_dir) in ("none", "open"):
        what = "changed no repo" if entry.row.outcome else "has not ended, so it changed nothing yet"
        raise NotFound(f"{entry.row.run_id} {what}", f"all about it: cotemp show {entry.row.run_id}")
    return scrub_of(places, policy=policy).scrubber().scrub_bytes(patch(run_dir, seal(run_dir)))
