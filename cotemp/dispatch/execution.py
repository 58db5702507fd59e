"""One claimed DO, from the decision about it to its filed logs. The order of the steps makes it run at most once.

decide ─┬─ refused ─────────────────────────── filed
        ├─ held: its row, then its move ────── held/, until a human decides
        └─ runs: its place, its row, its run ─ its end ─ filed
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from ..consent import Approved, Held, Refused
from ..errors import BadName, CotempError, RefusedByPolicy, StorageFailed
from ..messages.do import Do, Problem
from ..messages.grant import Approval
from ..messages.run import Decision, Ended, Outcome, Output, Run
from ..places import SessionPlaces, storage_failed
from ..runner import Launch, Started, outcome
from ..runner.engines import Engine, Found
from ..store.ledger import AlreadyRan
from ..times import local_now
from .claim import Claimed, give_back, put_on_hold
from .clean import clean_ended, clean_run
from .closing import close, insist
from .control import Control
from .describing import bare, described, foreseen
from .desk import Desk, Event, Kind
from .ending import Ending
from .notifying import notify
from .situation import Decided, Target, decided, parent_of, retry_of
from .workplace import Workplace, leave, made

__all__ = ["NO_TRANSACTION", "Execution"]

NO_TRANSACTION = "transaction"
"""The rule by which a DO is held whose writes could not be taken back: deciding again does not change that."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Execution:
    """What is done with one claimed DO; `waited`: it was held, and is in the ledger already.

    Every way raises StorageFailed only while nothing has begun: the DO is then where it came from.
    """

    desk: Desk
    session: SessionPlaces
    claimed: Claimed
    engine: Engine
    control: Control
    waited: bool = False

    def run(self, do: Do, found: Found, target: Target, yes: Approval | None = None) -> None:
        """Decide, and do what was decided; `yes` is a human's approval."""
        try:
            by = decided(self.desk, self.session, self.claimed.do_file, do, target, yes)
        except StorageFailed:
            self._put_back()
            raise
        match by:
            case Refused():
                self._end_unstarted(self._describe(found, target, by), Outcome.REFUSED, by.reason)
            case Held():
                self._hold(self._describe(found, target, by), by.reasons, do)
            case Approved():
                self._go(by, found, target, asked=yes is not None)

    def reject(self, reason: str, problems: Sequence[Problem] = ()) -> None:
        """Record and file a DO that cannot run, with every reason."""
        run = replace(bare(self.session, self.claimed, self.engine), problems=tuple(problems))
        self._end_unstarted(clean_run(run, self.claimed.data, self.desk.scrubber), Outcome.REJECTED, reason)

    def deny(self, do: Do | None, by: str, why: str) -> None:
        """Record and file a DO to which a human said no."""
        run = replace(bare(self.session, self.claimed, self.engine), decision=Decision("denied", None, by))
        if do:
            run = replace(run, title=do.title, do=do, repo=do.repo.path, sender=do.sender)
        clean = clean_run(run, self.claimed.data, self.desk.scrubber)
        self._end_unstarted(clean, Outcome.REFUSED, f"denied by {by}: {why}")

    # --- what does not run ---

    def _end_unstarted(self, run: Run, result: Outcome, reason: str) -> None:
        """Write the outcome of a DO that never started, and file it."""
        ended = clean_ended(Ended(local_now(), result, reason), self.desk.scrubber)
        ledger = self.desk.ledger
        write = ledger.reject if result is Outcome.REJECTED and not self.waited else ledger.refuse
        try:
            log = write(run, self.desk.me, ended)
        except StorageFailed:
            self._put_back()
            raise
        close(self.desk, self.session, log, run.base, self.control.stopped)

    def _hold(self, run: Run, reasons: Sequence[str], do: Do) -> None:
        """Make it wait for a human; the DOs behind it go on."""
        reasons = [self.desk.scrubber.scrub(reason) for reason in reasons]
        try:
            self.desk.ledger.hold(foreseen(self.desk, run), self.desk.me, reasons, retry_of(do))
        except AlreadyRan as error:
            self.reject(str(error))
            return
        except StorageFailed:
            self._put_back()
            raise
        self._insist(lambda: put_on_hold(self.session, run.id))
        text = f"{run.do_file} is held ({'; '.join(reasons)}): cotemp approve {run.id}"
        self._report(Kind.WAITING, text, run.id)
        notify("cotemp", f"A DO waits for you in {self.session.id}: cotemp held")

    def _put_back(self) -> None:
        if self.waited:
            put_on_hold(self.session, self.claimed.run_id)
        else:
            give_back(self.session, self.claimed.path)

    # --- what runs ---

    def _go(self, approved: Approved, found: Found, target: Target, *, asked: bool) -> None:
        """Make its place, write the intent, run, end; `asked`: a human said yes to it."""
        place = self._place(approved, found, target, asked=asked)
        if place is None:
            return
        run = replace(self._describe(found, target, approved), enforcement=place.enforcement, started=local_now())
        if not self._intend(run, approved):
            leave(self.desk, run.id)
            return
        try:
            started = self.desk.runner.start(self._launch(place, run, approved))
        except (BadName, RefusedByPolicy) as error:  # it would be the same the next time
            ended = Ended(local_now(), Outcome.FAILED, f"could not be started: {error.what}")
        except (OSError, CotempError) as error:
            self._withdraw(run)
            raise _as_ours(place.run_dir, error) from error
        else:
            self._report(Kind.STARTED, f"{run.do_file} runs as {run.id}", run.id)
            ended = self._await(started)
        self._conclude(run, approved, ended)

    def _place(self, approved: Approved, found: Found, target: Target, *, asked: bool) -> Workplace | None:
        """Where it works; None when it cannot work there, which was dealt with."""
        from ..transaction import NotPossible

        try:
            return made(self.desk, self.session, self.claimed, approved, found, target)
        except NotPossible as error:
            leave(self.desk, self.claimed.run_id)
            run = replace(self._describe(found, target, approved), decision=Decision(NO_TRANSACTION))
            self._cannot_write(run, approved.do, f"what it writes could not be taken back: {error.why}", asked=asked)
        except (OSError, CotempError) as error:
            leave(self.desk, self.claimed.run_id)
            self._put_back()
            raise _as_ours(self.desk.places.runs, error) from error
        return None

    def _cannot_write(self, run: Run, do: Do, reason: str, *, asked: bool) -> None:
        """Its writes cannot be a transaction: a human hears of it, and may mend that. After their yes it ends."""
        if asked:
            self._end_unstarted(run, Outcome.REFUSED, reason)
        else:
            self._hold(run, [reason], do)

    def _intend(self, run: Run, approved: Approved) -> bool:
        """Write down that it is about to run; False when it may not, which was dealt with."""
        ledger, me = self.desk.ledger, self.desk.me
        try:
            if self.waited:
                ledger.begin(run, me, approved.approval)
            else:
                ledger.intend(run, me, retry_of(approved.do))
        except AlreadyRan as error:
            self.reject(str(error))
        except RefusedByPolicy as error:  # a human was faster: with a no, or with another yes
            self._put_back()
            self._report(Kind.WAITING, f"{run.do_file} stays held: {error}", run.id)
        except StorageFailed:
            leave(self.desk, run.id)
            self._put_back()
            raise
        else:
            return True
        return False

    def _launch(self, place: Workplace, run: Run, approved: Approved) -> Launch:
        return place.launch(self.desk, self.claimed, approved, self.engine, run.timeout or place.policy.timeout)

    def _withdraw(self, run: Run) -> None:
        """Nothing was started, so there is no run: the DO waits again, and one that was held is held anew."""
        desk = self.desk
        leave(desk, run.id)

        def act() -> bool:
            desk.ledger.withdraw(run.id)
            return True

        if self._insist(act):
            give_back(self.session, self.claimed.path)

    def _await(self, started: Started) -> Ended:
        self.control.attach(started)
        finished = started.wait()
        self.control.attach(None)
        result, reason = outcome(finished, self.engine)
        return Ended(
            at=local_now(),
            outcome=result,
            reason=reason,
            exit_code=finished.exit_code,
            signal=finished.signal,
            elapsed_ms=finished.elapsed_ms,
            output=Output(finished.bytes_seen, finished.bytes_kept, finished.redacted),
        )

    def _conclude(self, run: Run, approved: Approved, ended: Ended) -> None:
        parent = parent_of(self.desk.ledger, self.session.id, self.claimed.do_file, approved.do)
        depth = parent.depth if parent else 0
        ending = Ending(self.desk, self.session, run.id, run.base, approved.consent, depth)
        log = self._insist(lambda: ending.conclude(ended))
        if log:
            close(self.desk, self.session, log, run.base, self.control.stopped)

    # --- means ---

    def _describe(self, found: Found, target: Target, by: Decided) -> Run:
        return described(self.desk, self.session, self.claimed, self.engine, found, target, by)

    def _insist(self, act: Callable[[], T]) -> T | None:
        return insist(self.desk, self.session, self.control.stopped, act)

    def _report(self, kind: Kind, text: str, run_id: str) -> None:
        self.desk.report(Event(kind, self.session.id, text, run_id))


def _as_ours(path: Path, error: OSError | CotempError) -> CotempError:
    return storage_failed(path, error) if isinstance(error, OSError) else error
