"""The end of a run: its changes are judged, its answers delivered, its outcome written. Each step may be repeated."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import CotempError, RefusedByPolicy, StorageFailed
from ..messages.do import Flags
from ..messages.run import Change, Ended, Outcome
from ..places import SessionPlaces, make_folder, write_whole
from ..runner import read_output
from ..store.mailbox import move
from .answers import deliver_answers
from .artifacts import list_artifacts
from .clean import PATCH, clean_artifacts, clean_ended
from .desk import Desk
from .pruning import unlock

if TYPE_CHECKING:
    from ..messages.runlog import Artifact, RunLog
    from ..transaction import Changes

__all__ = ["Ending"]

PATCHED = "diff.made"
"""A file of this name in the run's folder: a `diff.patch` among its artifacts is ours, not the DO's."""


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of one run that had `consent`, `depth` runs above it; `base` is the name of its files."""

    desk: Desk
    session: SessionPlaces
    run_id: str
    base: str
    consent: Flags
    depth: int = 0

    def conclude(self, ended: Ended) -> RunLog:
        """Bring the run to its end, of which `ended` tells what is known. Raises StorageFailed or OSError when the
        disk refuses, and may be called again then, also after a crash."""
        for folder in ("artifacts", "outbox"):
            unlock(self._run_dir / folder)
        ended = self._settle_changes(ended)
        known = ended.outcome is not Outcome.UNKNOWN
        warnings = deliver_answers(self.desk, self.session, self.run_id, self.consent, self.depth, ended=known)
        scrubber = self.desk.scrubber
        cleaned = clean_artifacts(self._run_dir, scrubber)
        ended = replace(
            ended, warnings=(*ended.warnings, *warnings, *cleaned), artifacts=(*self._artifacts(), self._output())
        )
        log = self.desk.ledger.conclude(self.run_id, clean_ended(ended, scrubber))
        if ended.changes.state in ("none", "dropped"):
            self._forget_changes()
        return log

    @property
    def _run_dir(self) -> Path:
        return self.desk.places.runs / self.run_id

    # --- what it changed ---

    def _settle_changes(self, ended: Ended) -> Ended:
        """Apply, hold or drop what the run changed in its repo."""
        from ..transaction import seal, standing  # only here, and only runs that write have any

        if standing(self._run_dir) == "none":
            return ended
        try:
            changes = seal(self._run_dir)
            self._show(changes)
        except StorageFailed:
            raise
        except CotempError as error:
            return _failed(ended, f"what it changed cannot be read: {error.what}", Change("dropped"))
        return self._judged(ended, changes)

    def _judged(self, ended: Ended, changes: Changes) -> Ended:
        from ..transaction import judge

        verdict = judge(changes, self.consent)
        if verdict.kind == "nothing":
            return ended
        if ended.outcome is not Outcome.PASSED:
            return replace(ended, changes=changes.told("dropped"))
        why = "; ".join(verdict.reasons)
        if verdict.kind == "refuse":
            return _failed(ended, f"its changes were refused: {why}", changes.told("dropped"))
        if verdict.kind == "hold":
            warning = f"its changes were held for a human: {why}"
            return replace(ended, changes=changes.told("held"), warnings=(*ended.warnings, warning))
        return self._apply(replace(ended, changes=changes.told("applied")))

    def _apply(self, ended: Ended) -> Ended:
        from ..transaction import Conflict, apply, recover, standing

        if self.desk.ledger.pending(self.run_id) is None:
            self.desk.ledger.applying(self.run_id, clean_ended(ended, self.desk.scrubber))
        try:
            recovered = recover(self._run_dir)
            if recovered and recovered.left:
                raise Conflict(recovered.left)
            if standing(self._run_dir) == "sealed":
                apply(self._run_dir)
        except Conflict as error:
            return _failed(ended, error.what, replace(ended.changes, state="conflict"))
        except RefusedByPolicy as error:
            return _failed(ended, error.what, replace(ended.changes, state="dropped"))
        return ended

    def _show(self, changes: Changes) -> None:
        """Put the difference among the artifacts; what the DO itself called so gives way."""
        from ..transaction import patch

        if not changes.steps:
            return
        artifacts, made = self._run_dir / "artifacts", self._run_dir / PATCHED
        make_folder(artifacts, 0o700)
        if not made.exists():
            if os.path.lexists(artifacts / PATCH):
                move(artifacts / PATCH, artifacts / f"own-{PATCH}")
            made.touch()
        clean = self.desk.scrubber.fresh().scrub_bytes(patch(self._run_dir, changes))
        write_whole(artifacts / PATCH, clean, mode=0o600)

    def _forget_changes(self) -> None:
        from ..transaction import drop

        if (self._run_dir / "transaction").exists():
            drop(self._run_dir)

    # --- what it left ---

    def _artifacts(self) -> tuple[Artifact, ...]:
        ours = {PATCH: "diff"} if (self._run_dir / PATCHED).exists() else {}
        return list_artifacts(self._run_dir / "artifacts", ours)

    def _output(self) -> Artifact:
        data = read_output(self._run_dir)
        digest = hashlib.sha256(data).hexdigest()
        return {"path": f"{self.base}.txt", "kind": "output", "bytes": len(data), "sha256": digest}


def _failed(ended: Ended, reason: str, changes: Change) -> Ended:
    """The end of a run that did what was asked, but whose changes do not come to be."""
    outcome = Outcome.FAILED if ended.outcome is Outcome.PASSED else ended.outcome
    return replace(
        ended, outcome=outcome, reason=reason if outcome is Outcome.FAILED else ended.reason, changes=changes
    )
