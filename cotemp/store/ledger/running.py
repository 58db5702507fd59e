"""A run in the ledger, from its intent to its end: every step that it can take, and none besides.

nothing   intend, hold, reject, refuse
held      begin, refuse, withdraw, hold (for other reasons)
running   conclude, applying, withdraw
applying  conclude
done      mark_filed, settle, changed
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ...errors import AnswerIsNo, RefusedByPolicy, UnknownRun
from ...messages.run import Change, Ended, Outcome, Output, Run, State, closed
from ...times import utc
from ..identity import ProcessId, os_user
from .decisions import Decisions
from .rows import Row, local_day

if TYPE_CHECKING:
    from ...messages.runlog import RunLog

__all__ = ["AlreadyRan", "Running"]


class AlreadyRan(AnswerIsNo):
    """This DO (by its id) has a run already."""

    def __init__(self, do_id: str, run_id: str) -> None:
        super().__init__(f"this DO (id {do_id}) ran already, as {run_id}", f"to run it again: cotemp retry {run_id}")
        self.run_id = run_id


class Running(Decisions):
    """What whoever runs DOs writes."""

    def intend(self, run: Run, watcher: ProcessId, retry_of: str | None = None) -> None:
        """Record, before it starts, that `run` is about to run.

        Raises AlreadyRan when the DO's id is known, StorageFailed when the disk refuses: nothing may
        start then.
        """
        with self._acting():
            self._insert(run, State.RUNNING, watcher, retry_of)
            self._append("intended", run.id)

    def hold(self, run: Run, watcher: ProcessId, reasons: Sequence[str], retry_of: str | None = None) -> None:
        """Record that `run` waits for a human, and why (sentences); one that waits already may do so for other reasons.

        Raises AlreadyRan when the DO's id is known, RefusedByPolicy when it has begun.
        """
        with self._acting():
            row = self._row(run.id)
            if row is None:
                self._insert(run, State.HELD, watcher, retry_of)
            else:
                _must_wait(row)
                self._rewrite(run, State.HELD, watcher)
            self._db.execute("UPDATE runs SET reason=? WHERE run_id=?", ("; ".join(reasons), run.id))
            self._append("held", run.id, reasons=list(reasons))

    def begin(self, run: Run, watcher: ProcessId, approval: str | None) -> None:
        """Record, before it starts, that a held run is about to run; uses up the approval.

        None: nobody's yes is needed any more (a grant, another policy). Raises RefusedByPolicy when it was denied, has
        begun, or its bytes changed; when the approval was used or has expired, is of another run or other
        bytes, or allows less than the run would get. Nothing may start then. Raises UnknownRun when it was never held.
        """
        with self._acting():
            row = self._known(run.id)
            _must_wait(row)
            if row.sha256 != run.sha256:
                raise RefusedByPolicy(f"{run.id} was changed since it was held", "drop the DO again")
            used = self._usable(run, approval)
            self._rewrite(run, State.RUNNING, watcher)
            self._end([used.id] if used else [], self._append("began", run.id, ends=[used.id] if used else []))

    def refuse(self, run: Run, watcher: ProcessId, ended: Ended) -> RunLog:
        """Record that `run` may not run here, whether it was held before or not; returns its JSON log, complete."""
        with self._acting():
            row = self._row(run.id)
            if row is None:
                self._insert(run, State.DONE, watcher, None)
            else:
                _must_wait(row)
                self._rewrite(run, State.DONE, watcher)
            log = self._close(run.id, ended)
            unused = self._open_decisions(run.id, "approval")
            self._end(unused, self._append("refused", run.id, ends=unused, reason=ended.reason))
        return log

    def reject(self, run: Run, watcher: ProcessId, ended: Ended) -> RunLog:
        """Record a DO that never started; returns its JSON log, complete."""
        with self._acting():
            self._insert(run, State.DONE, watcher, None)
            log = self._close(run.id, ended)
            self._append("rejected", run.id)
        return log

    def withdraw(self, run_id: str) -> None:
        """Forget an intent: nothing was started, so there is no run."""
        with self._acting():
            gone = self._db.execute("DELETE FROM runs WHERE run_id=? AND state IN ('running', 'held')", (run_id,))
            if gone.rowcount == 0:
                raise UnknownRun(run_id)
            opened = self._open_decisions(run_id)
            self._end(opened, self._append("withdrawn", run_id, ends=opened))

    def applying(self, run_id: str, ended: Ended) -> None:
        """Record that a run has ended so, and that its changes are being applied; `pending` tells it after a crash.

        Raises AnswerIsNo when it is not running.
        """
        with self._acting():
            row = self._known(run_id)
            if row.state is not State.RUNNING:
                raise AnswerIsNo(f"{run_id} does not run: it is {row.state}")
            self._db.execute("UPDATE runs SET state='applying', pending=? WHERE run_id=?", (_kept(ended), run_id))
            self._append("applying", run_id)

    def pending(self, run_id: str) -> Ended | None:
        """How a run ended whose changes were being applied; None for every other."""
        found = self._query("SELECT pending FROM runs WHERE run_id=? AND state='applying'", run_id)
        return _ended(found[0][0]) if found else None

    def conclude(self, run_id: str, ended: Ended) -> RunLog:
        """Record how a run ended; returns its JSON log, complete. One that has ended before stays as it is.

        Raises AnswerIsNo for a held run: only `refuse` ends one.
        """
        with self._acting():
            row = self._known(run_id)
            if row.state is State.HELD:
                raise AnswerIsNo(f"{run_id} is held: it has not run")
            if row.state is State.DONE:
                return self.log(run_id)
            log = self._close(run_id, ended)
            self._append("concluded", run_id)
        return log

    def changed(self, run_id: str, change: Change, what: str, by: str, why: str = "") -> RunLog:
        """Record what became of a run's changes after its end: `what` is applied, dropped, undone or conflict.
        `why` is a human's reason, if they gave one.

        Returns its JSON log as it is now. Raises AnswerIsNo when it has no such changes (any more).
        """
        with self._acting():
            row = self._known(run_id)
            if row.changes not in (("applied",) if what == "undone" else ("held", "conflict")):
                now = row.changes if row.changes not in (None, "none") else "none, or not known yet"
                raise AnswerIsNo(f"the changes of {run_id} cannot be {what}: they are {now}")
            log = self.log(run_id)
            log["changes"] = json.loads(json.dumps(asdict(change)))
            self._db.execute("UPDATE runs SET changes=?, log=? WHERE run_id=?", (change.state, _text(log), run_id))
            self._append("changed", run_id, by, what=what, **({"why": why} if why else {}))
        return log

    def mark_filed(self, run_id: str) -> None:
        """Record that the logs are written and the DO has left the session's queue."""
        self._mark("filed", run_id, "")

    def settle(self, run_id: str, by: str = "") -> None:
        """A human has taken notice of an unknown outcome: it needs no attention any more."""
        self._mark("settled", run_id, by or os_user())

    def _mark(self, column: str, run_id: str, who: str) -> None:
        with self._acting():
            if self._db.execute(f"UPDATE runs SET {column}=1 WHERE run_id=?", (run_id,)).rowcount == 0:  # noqa: S608
                raise UnknownRun(run_id)
            self._append(column, run_id, who)

    def _close(self, run_id: str, ended: Ended) -> RunLog:
        log = closed(self.log(run_id), ended)
        self._db.execute(
            "UPDATE runs SET state='done', outcome=?, reason=?, ended=?, day=?, exit_code=?, changes=?, pending=NULL, "
            "log=? WHERE run_id=?",
            (
                ended.outcome, ended.reason, utc(ended.at), local_day(ended.at), ended.exit_code, ended.changes.state,
                _text(log), run_id,
            ),
        )  # fmt: skip
        return log

    def _insert(self, run: Run, state: State, watcher: ProcessId, retry_of: str | None) -> None:
        values = _values(run, state, watcher) | {"run_id": run.id, "retry_of": retry_of}
        names, places = ", ".join(values), ", ".join("?" * len(values))
        try:
            self._db.execute(f"INSERT INTO runs ({names}) VALUES ({places})", tuple(values.values()))  # noqa: S608
        except sqlite3.IntegrityError:
            do_id = values["do_id"]
            known = self._db.execute("SELECT run_id FROM runs WHERE do_id=?", (do_id,)).fetchone()
            if not known:
                raise
            raise AlreadyRan(str(do_id), known[0]) from None

    def _rewrite(self, run: Run, state: State, watcher: ProcessId) -> None:
        """What is known of a held run now, in place of what was known when it was held."""
        values = _values(run, state, watcher) | {"reason": None}
        sets = ", ".join(f"{name}=?" for name in values)
        self._db.execute(f"UPDATE runs SET {sets} WHERE run_id=?", (*values.values(), run.id))  # noqa: S608


def _must_wait(row: Row) -> None:
    if row.state is not State.HELD:
        raise RefusedByPolicy(f"{row.run_id} is not held any more: it is {row.outcome or row.state}")


def _values(run: Run, state: State, watcher: ProcessId) -> dict[str, object]:
    """A run by columns. One that never starts keeps no id of its DO: that may be dropped again."""
    return {
        "session": run.session,
        "do_id": run.do.id if run.do and state is not State.DONE else None,
        "do_file": run.do_file,
        "title": run.title,
        "engine": run.engine,
        "sha256": run.sha256,
        "base": run.base,
        "repo": run.repo,
        "state": state.value,
        "queued": utc(run.queued),
        "started": utc(run.started) if run.started else None,
        "watcher": f"{watcher.pid} {watcher.start_token} {watcher.host}",
        "log": _text(run.log()),
    }


def _text(log: RunLog) -> str:
    return json.dumps(log, separators=(",", ":"))  # ASCII: SQLite refuses half characters


def _kept(ended: Ended) -> str:
    return json.dumps(asdict(ended) | {"at": ended.at.isoformat(), "outcome": ended.outcome.value})


def _ended(text: str) -> Ended:
    found = _with_tuples(json.loads(text))
    return Ended(**{
        **found,
        "at": datetime.fromisoformat(found["at"]),
        "outcome": Outcome(found["outcome"]),
        "output": Output(**found["output"]),
        "changes": Change(**_with_tuples(found["changes"])),
    })  # fmt: skip


def _with_tuples(found: dict[str, Any]) -> dict[str, Any]:
    """JSON knows only lists."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in found.items()}
